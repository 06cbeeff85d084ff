//! A folder of a WebDAV server: rclone, whose server is the one of Go's own library.

use super::suite;
use super::web::{PASSWORD, Site, USER, site};
use crate::rig::{Outcome, Rig, Traits, free_port};
use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::Command;

/// The file that names the port it is told things on.
const CONTROL: &str = "control";

suite!(Rclone::start());

struct Rclone(Site);

impl Rclone {
    fn start() -> Outcome<Self> {
        Ok(Self(Site::start("webdav", "", command)?))
    }

    /// It remembers what folders hold; what came behind its back it is told to look at.
    fn look_again(&self) -> Outcome {
        // While it is stopped it remembers nothing.
        let port = fs::read_to_string(self.0.home().join(CONTROL))?.parse()?;
        let Ok(mut control) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return Ok(()) };
        control.write_all(b"POST /vfs/forget HTTP/1.0\r\nContent-Length: 0\r\n\r\n")?;
        let mut answer = String::new();
        control.read_to_string(&mut answer)?;
        if answer.contains(" 200 OK") { Ok(()) } else { Err(answer.into()) }
    }
}

fn command(home: &Path, port: u16) -> Outcome<Command> {
    let control = free_port()?;
    fs::write(home.join(CONTROL), control.to_string())?;
    let mut command = Command::new("rclone");
    command.args(["serve", "webdav", "--addr", &format!("127.0.0.1:{port}"), "--baseurl", "/the web", "--user", USER, "--pass", PASSWORD]);
    command.args(["--rc", "--rc-no-auth", "--rc-addr", &format!("127.0.0.1:{control}")]);
    command
        .args(["--dir-cache-time", "1h", "--vfs-cache-mode", "off", "--config"])
        .arg(home.join("rclone.conf"));
    command.arg(home.join("web")).env("HOME", home);
    Ok(command)
}

impl Rig for Rclone {
    site!(reading);

    fn put(&self, path: &[u8], content: &[u8]) -> Outcome {
        self.0.put_bytes(path, content)?;
        self.look_again()
    }

    fn put_file(&self, path: &[u8], file: &Path) -> Outcome {
        self.0.put_file(path, file)?;
        self.look_again()
    }

    fn put_many(&self, folder: &str, names: &[String]) -> Outcome {
        names
            .iter()
            .try_for_each(|name| self.0.put_bytes(format!("{folder}/{name}").as_bytes(), name.as_bytes()))?;
        self.look_again()
    }

    fn remove(&self, path: &[u8]) -> Outcome {
        self.0.remove(path)?;
        self.look_again()
    }

    /// What it may not read is an error of its own to it, and no refusal: there is nothing to try.
    fn deny(&self, _: &[u8]) -> Outcome<bool> {
        Ok(false)
    }

    fn escape(&self) -> Outcome<Vec<Vec<u8>>> {
        let ways = self.0.escape()?;
        self.look_again()?;
        Ok(ways)
    }

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
