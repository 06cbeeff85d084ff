//! Whether workers are held as they must be on this machine.

use crate::preview::spawner::Spawner;
use crate::preview::wire::{Answer, Confined};
use std::fs::File;

/// Whether a worker can be started and is held as it must be.
pub(super) fn try_out(spawner: &Spawner, require_landlock: bool) -> Result<Confined, String> {
    let started = spawner.worker().map_err(|e| format!("a process for previews cannot be started: {e}"))?;
    let mut answers = File::from(started.answers);
    let confined = match Answer::read(&mut answers) {
        Ok(Answer::Ready(confined)) => confined,
        Ok(Answer::Refused(why)) => return Err(format!("a process for previews cannot be confined: {why}")),
        _ => return Err("a process for previews ended before it was confined".to_owned()),
    };
    check(confined, require_landlock).map(|()| confined)
}

/// Whether what holds a worker is enough.
pub(super) fn check(confined: Confined, require_landlock: bool) -> Result<(), String> {
    if !confined.seccomp {
        return Err("the kernel does not filter system calls (seccomp); previews need it".to_owned());
    }
    if confined.landlock == 0 && require_landlock {
        return Err("the kernel has no Landlock: it needs Linux 5.13 with \"landlock\" among its security modules (lsm=); \
            preview.require_landlock = false does without"
            .to_owned());
    }
    Ok(())
}
