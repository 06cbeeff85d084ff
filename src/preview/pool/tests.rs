//! What the pool decides without a worker.

use super::*;

#[test]
fn without_a_filter_of_system_calls_there_is_no_preview_and_landlock_is_a_choice() {
    let held = |landlock, seccomp, required| check(Confined { landlock, seccomp }, required).is_ok();
    assert!(held(6, true, true) && held(1, true, true) && held(0, true, false));
    assert!(!held(6, false, true) && !held(6, false, false) && !held(0, true, true));
}

#[test]
fn a_queue_takes_no_more_than_its_bound_and_places_are_given_back() {
    let count = AtomicUsize::new(0);
    let first = Waiting::enter(&count, 1);
    assert!(first.is_ok() && Waiting::enter(&count, 1).is_err());
    drop(first);
    assert!(Waiting::enter(&count, 1).is_ok());
    assert_eq!(count.load(Ordering::Relaxed), 0);
}
