//! What lies in the data directory, and who else may look at it.

use super::{Finding, finding};
use crate::config::Config;
use crate::crypto::keys::KeyRing;
use crate::domain::time::Timestamp;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// For group and others: to read a file.
const READ: u32 = 0o044;
/// For group and others: to do anything with a folder.
const ANYTHING: u32 = 0o077;

pub(super) fn look(config: &Config, now: Timestamp) -> Vec<Finding> {
    let mut findings = vec![look_at_ring(config, now), look_at_data(config)];
    if others_may(&config.data, ANYTHING) {
        let folder = config.data.display();
        findings.push(finding("warning", "data", format!("{folder}: others on this machine can look into it; give it mode 700")));
    }
    let keys = config.data.join("keys").join("data.jsonl");
    if others_may(&keys, READ) {
        findings.push(finding(
            "warning",
            "data keys",
            format!("{}: others on this machine can read them; give it mode 600", keys.display()),
        ));
    }
    findings
}

/// Whether others than the owner of a file or folder may do with it what these bits of its mode say.
fn others_may(file: &Path, bits: u32) -> bool {
    std::fs::metadata(file).is_ok_and(|meta| meta.permissions().mode() & bits != 0)
}

fn look_at_ring(config: &Config, now: Timestamp) -> Finding {
    let file = config.data.join("keys").join("ring.json");
    if !file.exists() {
        return if config.data.join("ledger").exists() {
            finding(
                "wrong",
                "key ring",
                format!(
                    "{}: it is missing, and there is a ledger; put it back from a backup, without it no link works and no personal value opens",
                    file.display()
                ),
            )
        } else {
            finding("ok", "key ring", "none yet; the first start makes it")
        };
    }
    match KeyRing::open(&file, false, now) {
        Ok(ring) => finding("ok", "key ring", format!("{} key(s), number {} signs", ring.list().count(), ring.active())),
        Err(why) => finding("wrong", "key ring", why),
    }
}

fn look_at_data(config: &Config) -> Finding {
    let data = &config.data;
    // Above a name alone lies the folder that one is in.
    let mut above = data.ancestors().map(|above| if above.as_os_str().is_empty() { Path::new(".") } else { above });
    let above = above.find(|above| above.exists());
    let writable = above.is_some_and(|above| rustix::fs::access(above, rustix::fs::Access::WRITE_OK).is_ok());
    match above.filter(|above| above.is_dir()) {
        Some(folder) if writable && folder == data => finding("ok", "data", data.display()),
        Some(_) if writable => finding("ok", "data", format!("{} is not there yet; the first start makes it", data.display())),
        None => finding("wrong", "data", format!("{}: it is, or lies below, something that is no folder; correct data", data.display())),
        _ => finding(
            "wrong",
            "data",
            format!("{}: this user may not write there; give it to the user that runs doorward, or correct data", data.display()),
        ),
    }
}
