//! Training that was interrupted goes on to the last bit, whatever it consists of, and wherever and however it was interrupted.

mod killed;
mod network;
mod pytorch;
mod recurrent;

use autograd::nn::state::Checkpoint;
use autograd::with_threads;
use std::path::{Path, PathBuf};

/// A folder of a test's own, removed with all in it.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("autograd-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in a temporary folder does no harm.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A training up to a number of steps, from a checkpoint or from the beginning, and the checkpoint at its end, with all losses.
type Train = fn(Option<&Checkpoint>, u64) -> Checkpoint;

/// Stops a training after each number of steps and goes on from the file, on one thread and on two: in the end all is as if it had run through.
fn stopped_anywhere_it_ends_the_same(name: &str, train: Train, steps: u64) {
    let folder = Folder::new(name);
    let through = |threads| with_threads(threads, || train(None, steps)).to_bytes().expect("a checkpoint");
    let whole = through(1);
    assert!(through(2) == whole, "{name}: two threads give other bits than one");
    for stop in 0..=steps {
        let path = folder.path().join("checkpoint");
        let threads = 1 + stop as usize % 2;
        with_threads(threads, || train(None, stop)).save(&path).expect("a folder to write to");
        let resume = || train(Some(&Checkpoint::load(&path).expect("just written")), steps);
        let end = with_threads(3 - threads, resume);
        assert!(end.to_bytes().expect("a checkpoint") == whole, "{name}: stopped after step {stop}, it ends elsewhere");
    }
}
