//! A folder of a WebDAV server: rclone, whose server is the one of Go's own library.

use super::suite;
use super::web::{PASSWORD, Site, USER, site};
use crate::rig::{Outcome, Rig, Traits};
use std::path::Path;
use std::process::Command;

suite!(Rclone::start());

struct Rclone(Site);

impl Rclone {
    fn start() -> Outcome<Self> {
        Ok(Self(Site::start("webdav", "", command)?))
    }
}

fn command(home: &Path, port: u16) -> Outcome<Command> {
    let mut command = Command::new("rclone");
    command.args(["serve", "webdav", "--addr", &format!("127.0.0.1:{port}"), "--baseurl", "/the web", "--user", USER, "--pass", PASSWORD]);
    // What the test puts there behind its back is to be seen at once.
    command.args(["--dir-cache-time", "0s", "--vfs-cache-mode", "off", "--config"]).arg(home.join("rclone.conf"));
    command.arg(home.join("web")).env("HOME", home);
    Ok(command)
}

impl Rig for Rclone {
    site!();

    fn name(&self) -> &'static str {
        "rclone"
    }

    /// It has names of its own for what is not UTF-8.
    fn holds(&self, name: &[u8]) -> bool {
        str::from_utf8(name).is_ok()
    }

    fn traits(&self) -> Traits {
        Traits { lists: true, writes: true, versions: false, entity_tags: true, bytes_in_names: true, links: true, serves: true }
    }
}
