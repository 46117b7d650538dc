//! The law "refusals": a wrong use panics with the right sentence, at the line of the caller.

use super::case::Refusal;
use autograd_core::Generator;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// The file and line that the last panic of an attempt blames; `None` while no attempt is made on this thread.
    static BLAMED: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
}

/// Makes the attempt, and says what is wrong if it does not fail as it should.
pub(super) fn refused(refusal: &Refusal) -> Result<(), String> {
    listen();
    BLAMED.set(Some(Default::default()));
    let panicked = catch_unwind(AssertUnwindSafe(|| (refusal.attempt)(&mut Generator::seed(1))));
    let (file, line) = BLAMED.take().unwrap_or_default();
    let Err(panic) = panicked else { return Err("it was accepted".to_owned()) };
    let message = panic.downcast_ref::<String>().cloned();
    let message = message.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
    if !message.contains(refusal.says) {
        return Err(format!("it says {message:?}"));
    }
    // An op names its caller in the message, an assertion by where it panics.
    let written = refusal.written;
    let asserted = file == written.file() && line >= written.line();
    if asserted || lines_named(&message, written.file()).any(|line| line >= written.line()) {
        Ok(())
    } else {
        Err(format!(
            "it blames {file}:{line}, not the caller from {}:{} on: {message:?}",
            written.file(),
            written.line()
        ))
    }
}

/// The lines of a file that a message names, as `file:line`.
fn lines_named<'m>(message: &'m str, file: &str) -> impl Iterator<Item = u32> + use<'m> {
    let behind: Vec<&str> = message.split(&format!("{file}:")).skip(1).collect();
    behind.into_iter().filter_map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok())
}

/// Has the place of a panic kept during attempts, in silence; other panics are told as before.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            let expected = BLAMED.with_borrow_mut(|blamed| {
                let place = panic.location().map(|at| (at.file().to_owned(), at.line()));
                blamed.as_mut().zip(place).map(|(blamed, place)| *blamed = place).is_some()
            });
            if !expected {
                before(panic);
            }
        }));
    });
}
