//! A process that is killed while it writes checkpoints.

use super::Folder;
use autograd::Tensor;
use autograd::nn::state::{Checkpoint, StateDict};
use autograd::optim::Checkpoints;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Where the process that is to be killed finds its folder; without it, it has nothing to do.
const FOLDER: &str = "AUTOGRAD_TEST_WRITE_UNTIL_KILLED";
/// The file that is written again and again.
const FILE: &str = "checkpoint";

/// A checkpoint of about half a megabyte that follows from a number.
fn numbered(number: u64) -> Checkpoint {
    let tensor = |i: u64| (format!("{i}"), Tensor::full([1 << 12], (number * 32 + i) as f32));
    let mut checkpoint = Checkpoint::new().with("number", number);
    checkpoint.insert("tensors", (0..32).map(tensor).collect::<StateDict>());
    checkpoint
}

/// In the process that is to be killed: goes on writing from where the last one was, into a folder of a few and into one file.
#[test]
fn the_process_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let mut checkpoints = Checkpoints::new(folder.join("few")).expect("a folder").keep(2);
    let latest = checkpoints.latest().expect("sound files");
    let number = latest.map_or(0, |found| found.checkpoint.value::<u64>("number").expect("saved"));
    for number in number + 1.. {
        let checkpoint = numbered(number);
        checkpoints.save(&checkpoint).expect("a folder to write to");
        checkpoint.save(folder.join(FILE)).expect("a folder to write to");
    }
}

/// A process that writes until it is killed, at the latest when the test fails.
struct Writer(Child);

impl Writer {
    fn kill(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).expect("a process of this test");
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn start(folder: &Path) -> Writer {
    let program = std::env::current_exe().expect("this test");
    let mut command = Command::new(program);
    command.args(["--exact", "killed::the_process_that_is_killed"]).env(FOLDER, folder);
    Writer(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a process"))
}

/// Removes the files that the process was writing, and says how many there were.
fn remove_half_written(folder: &Path) -> usize {
    let paths = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let of_no_use = paths.filter(|path| path.extension().is_some_and(|extension| extension == "tmp"));
    of_no_use.map(|path| std::fs::remove_file(path).expect("nobody else removes it")).count()
}

#[test]
fn whenever_a_process_is_killed_the_latest_checkpoint_is_sound() {
    let folder = Folder::new("killed");
    let mut checkpoints = Checkpoints::new(folder.path().join("few")).expect("a folder").keep(2);
    let count = |checkpoints: &Checkpoints| checkpoints.paths().expect("a folder").len();
    let (mut last, mut half_written, mut random) = ([0, 0], 0, autograd::Generator::seed(4));
    for round in 0..40 {
        let deadline = Instant::now() + Duration::from_secs(60);
        // A process that is killed between its first file and the removal of an old one leaves one more than there were.
        let most = count(&checkpoints).max(2) + 1;
        let mut writer = start(folder.path());
        // Once it writes, it is killed within the time of a few files.
        let newest = || checkpoints.paths().expect("a folder").pop();
        let before = newest();
        while newest() == before || !folder.path().join(FILE).exists() {
            assert!(Instant::now() < deadline, "round {round}: nothing is written");
            assert!(writer.0.try_wait().expect("a process").is_none(), "round {round}: the writer has failed");
            sleep(Duration::from_millis(1));
        }
        sleep(Duration::from_micros((random.unit() * 2e4) as u64));
        writer.kill();

        let found = checkpoints.latest().expect("sound files").expect("one at least");
        assert!(found.damaged.is_empty(), "round {round}: {:?}", found.damaged);
        let number = found.checkpoint.value::<u64>("number").expect("saved");
        assert!(found.checkpoint == numbered(number), "round {round}: number {number} is not what was written");
        assert!(count(&checkpoints) <= most, "round {round}: {} files, {most} at most", count(&checkpoints));
        let file = Checkpoint::load(folder.path().join(FILE)).expect("sound");
        let written = file.value::<u64>("number").expect("saved");
        assert!(file == numbered(written), "round {round}: number {written} is not what was written");
        // The file comes second.
        let forward = last[0] < number && last[1] <= written && written <= number;
        assert!(forward, "round {round}: from {last:?} to {:?}", [number, written]);
        half_written += remove_half_written(folder.path()) + remove_half_written(&folder.path().join("few"));
        last = [number, written];
    }
    checkpoints.save(&numbered(last[0] + 1)).expect("a folder to write to");
    assert_eq!(count(&checkpoints), 2, "who lives on removes what those that were killed have left");
    assert!(half_written > 0, "no process was killed while it wrote: the moments are not random enough");
}
