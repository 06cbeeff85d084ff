//! Why there is no session with an SFTP server, for callers in one word and for the operator with its mend.

use crate::documents::{Problem, StoreError};
use std::fmt;

/// Why a session did not come about. The texts name the server and no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    server: String,
    kind: TroubleKind,
}

/// What went wrong on the way to a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TroubleKind {
    /// The folder that is the store does not let the user in.
    FolderDenied(String),
    /// The folder that is the store is not there, or is none.
    FolderMissing(String),
    /// The server showed other keys than the one it is known by: these.
    HostKey(Vec<String>),
    /// The private key cannot be read or used: why.
    KeyFile(String),
    /// The server speaks SSH but gives no SFTP, or not the version everybody has: what is wrong.
    NoSftp(&'static str),
    /// No connection, or it broke: why.
    NotReached(String),
    /// The server took neither key nor password; it would take these ways to sign in.
    SignIn(String),
}

impl TroubleKind {
    /// The same, of that server.
    pub(super) const fn at(self, server: String) -> Trouble {
        Trouble { server, kind: self }
    }
}

impl Trouble {
    /// What callers are told.
    pub(super) const fn to_error(&self) -> StoreError {
        match self.kind {
            TroubleKind::FolderDenied(_) => StoreError::Denied,
            TroubleKind::KeyFile(_) | TroubleKind::SignIn(_) => StoreError::SignIn,
            TroubleKind::NoSftp(what) => StoreError::Failed(what),
            // A store that may be somebody else's is one that is not reached.
            TroubleKind::FolderMissing(_) | TroubleKind::HostKey(_) | TroubleKind::NotReached(_) => StoreError::Unreachable,
        }
    }

    /// What the operator is told.
    pub(super) fn to_problem(&self) -> Problem {
        Problem::Remote(self.to_string())
    }

    /// Whether somebody may stand between here and the server.
    pub(super) const fn is_alarming(&self) -> bool {
        matches!(self.kind, TroubleKind::HostKey(_))
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let server = &self.server;
        match &self.kind {
            TroubleKind::FolderDenied(path) => {
                write!(
                    f,
                    "the SFTP server {server} does not let its user into the folder {path}: give that user permission to read and enter it"
                )
            }
            TroubleKind::FolderMissing(path) => {
                write!(
                    f,
                    "the SFTP server {server} has no folder {path}: create it there, or correct the store's path in the configuration"
                )
            }
            TroubleKind::HostKey(shown) => write!(
                f,
                "the SFTP server {server} shows the key {}, which is not the host_key in the configuration, and is not spoken with: compare it with \
                 what `ssh-keygen -lf` prints for the server's own key file on that machine; if it is the same, put it into host_key, and if not, \
                 somebody stands in between",
                shown.join(" and ")
            ),
            TroubleKind::KeyFile(why) => write!(f, "the key_file for the SFTP server {server} cannot be used: {why}"),
            TroubleKind::NoSftp(what) => {
                write!(f, "{server} is no SFTP server as needed: {what}; look whether its subsystem \"sftp\" is on for the user")
            }
            TroubleKind::NotReached(why) => write!(
                f,
                "the SFTP server {server} cannot be reached ({why}): look whether host and port in the configuration are right, whether it is up, \
                 and whether a firewall stands in between"
            ),
            TroubleKind::SignIn(ways) => write!(
                f,
                "the SFTP server {server} refuses the sign-in: look whether user and key or password in the configuration are right, and whether the \
                 server lets that user in ({ways})"
            ),
        }
    }
}
