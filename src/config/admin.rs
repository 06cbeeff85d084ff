//! `[admin]`: who may run commands against the server, and where they reach it.

use crate::config::{reader::Reader, rule::matching};
use std::{
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// Longest path of a Unix socket, in bytes (`sun_path` less the NUL at its end).
pub const SOCKET_PATH_BYTES: usize = 107;

/// `[admin]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// `group`: members of this group of the system may run commands, beside root and the server's own user. Default none.
    pub group: Option<String>,
    /// `socket`: the Unix socket that commands speak to, at most [`SOCKET_PATH_BYTES`]. Default `DATA/admin.sock`.
    pub socket: PathBuf,
}

impl Admin {
    /// Reads the section of a server whose data directory is `data`.
    pub(super) fn read(r: &Reader<'_, '_>, data: Option<&Path>) -> Option<Self> {
        let group = r.optional("group", matching("must be the name of a group of this system", group_name));
        let written = r.optional("socket", r.path());
        let socket = match written {
            Some(path) => path,
            None => data?.join("admin.sock"),
        };
        if socket.as_os_str().as_bytes().len() > SOCKET_PATH_BYTES {
            r.fail(
                "socket",
                format!("must be a path of at most {SOCKET_PATH_BYTES} bytes; unless set, it is admin.sock in the data directory"),
            );
        }
        Some(Self { group, socket })
    }
}

fn group_name(text: &str) -> Option<String> {
    let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.');
    ((1..=32).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(plain)).then(|| text.to_owned())
}
