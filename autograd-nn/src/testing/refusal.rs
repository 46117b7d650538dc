//! The law "refusals": a wrong use panics with the right sentence, at the line of the caller.

use super::case::Refusal;
use autograd_core::Generator;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// The file that the last panic of an attempt blames; `None` while no attempt is made on this thread.
    static BLAMED: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Makes the attempt, and says what is wrong if it does not fail as it should.
pub(super) fn refused(refusal: &Refusal) -> Result<(), String> {
    listen();
    BLAMED.set(Some(String::new()));
    let panicked = catch_unwind(AssertUnwindSafe(|| (refusal.attempt)(&mut Generator::seed(1))));
    let blamed = BLAMED.take().unwrap_or_default();
    let Err(panic) = panicked else { return Err("it was accepted".to_owned()) };
    let message = panic.downcast_ref::<String>().cloned();
    let message = message.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
    if !message.contains(refusal.says) {
        return Err(format!("it says {message:?}"));
    }
    // An op names its caller in the message, an assertion by where it panics.
    if message.contains(refusal.file) || blamed == refusal.file {
        Ok(())
    } else {
        Err(format!("it blames {blamed}, not the caller in {}: {message:?}", refusal.file))
    }
}

/// Has the place of a panic kept during attempts, in silence; other panics are told as before.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            let expected = BLAMED.with_borrow_mut(|blamed| {
                let file = panic.location().map(|at| at.file().to_owned());
                blamed.as_mut().zip(file).map(|(blamed, file)| *blamed = file).is_some()
            });
            if !expected {
                before(panic);
            }
        }));
    });
}
