//! `[[store]]`: where the documents are.

mod cloud;
mod host_key;
mod remote;

pub use cloud::{Azure, Gcs};
pub use host_key::{HostKey, InvalidHostKey};
pub use remote::{Http, Key, Listing, Login, S3, Sftp, SignIn, StoreUrl, Web, Webdav};

use crate::config::{
    reader::Reader,
    rule::{Plain, flag, number, one_of, parsed, span},
};
use crate::domain::bounds::{STORE_CALLS, STORE_TRIES, STORE_WAIT, STORE_WAIT_LEAST, STORE_WAITING};
use crate::domain::document::StoreName;
use std::{cell::RefCell, collections::HashSet, path::PathBuf, time::Duration};

/// One `[[store]]`.
#[derive(Debug, Clone)]
pub struct StoreEntry {
    /// `name`: what stands before the colon in `store:path`. Required, and no other store's.
    pub name: StoreName,
    /// `kind`, with the keys that belong to it. Default `folder`.
    pub kind: StoreKind,
    /// `writable`: whether uploads may be put into it. Default `false`.
    pub writable: bool,
    /// `calls`: how much may be asked of it at the same time. Default 64, which is the most.
    pub calls: usize,
    /// `waiting`: how many requests may wait for their turn at it; one more is told at once to come again. Default 64, at most 1024.
    pub waiting: usize,
    /// `timeout`: how long an answer, or the next bytes of one, may take. Default `20s`, which is the longest.
    pub timeout: Duration,
    /// `tries`: how often a look at a remote store is tried before it counts as failed. Default 3, at most 5.
    pub tries: u32,
}

/// What a store is.
#[derive(Debug, Clone)]
pub enum StoreKind {
    /// `azure`: a container of Azure Blob Storage, where the feature `azblob` is built in.
    #[cfg(feature = "azblob")]
    Azure(Azure),
    /// `folder`: a folder of this machine, mounted ones included.
    Folder {
        /// `path`: the folder; nothing above it is ever reached. Required of this kind.
        path: PathBuf,
    },
    /// `gcs`: a bucket of Google Cloud Storage, where the feature `gcs` is built in.
    #[cfg(feature = "gcs")]
    Gcs(Gcs),
    /// `http`: a document server that is only read.
    Http(Http),
    /// `s3`: a bucket of an object store.
    S3(S3),
    /// `sftp`: a folder of another machine, over SSH.
    Sftp(Sftp),
    /// `webdav`: a folder of a WebDAV server.
    Webdav(Webdav),
}

impl StoreKind {
    /// Its name, as `kind` has it.
    pub const fn word(&self) -> &'static str {
        match self {
            #[cfg(feature = "azblob")]
            Self::Azure(_) => "azure",
            Self::Folder { .. } => "folder",
            #[cfg(feature = "gcs")]
            Self::Gcs(_) => "gcs",
            Self::Http(_) => "http",
            Self::S3(_) => "s3",
            Self::Sftp(_) => "sftp",
            Self::Webdav(_) => "webdav",
        }
    }
}

/// The kinds by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Azure,
    Folder,
    Gcs,
    Http,
    S3,
    Sftp,
    Webdav,
}

const KINDS: &[(Plain<'static>, Kind)] = &[
    (Plain::Text("azure"), Kind::Azure),
    (Plain::Text("folder"), Kind::Folder),
    (Plain::Text("gcs"), Kind::Gcs),
    (Plain::Text("http"), Kind::Http),
    (Plain::Text("s3"), Kind::S3),
    (Plain::Text("sftp"), Kind::Sftp),
    (Plain::Text("webdav"), Kind::Webdav),
];

impl StoreEntry {
    /// A folder of this machine, everything else on its default.
    pub const fn folder(name: StoreName, path: PathBuf) -> Self {
        let kind = StoreKind::Folder { path };
        Self { name, kind, writable: false, calls: STORE_CALLS, waiting: 64, timeout: STORE_WAIT, tries: 3 }
    }

    pub(super) fn read(r: &Reader<'_, '_>) -> Option<Self> {
        let name = r.required("name", parsed("must have 1 to 32 lower-case letters, digits, '-' or '_', a letter first"));
        let kind = r.key("kind", Plain::Text("folder"), one_of(KINDS));
        let path = r.optional("path", r.path());
        let writable = r.key("writable", Plain::Flag(false), flag());
        let calls = r.key("calls", Plain::Number(64), number(1..=STORE_CALLS));
        let waiting = r.key("waiting", Plain::Number(64), number(0..=STORE_WAITING));
        let timeout = r.key("timeout", Plain::Text("20s"), span(STORE_WAIT_LEAST..=STORE_WAIT));
        let tries = r.key("tries", Plain::Number(3), number(1..=STORE_TRIES));
        let is = |wanted| kind == Some(wanted);
        let azure = r.section("azure", |r| Azure::read(r, is(Kind::Azure)));
        let gcs = r.section("gcs", |r| Gcs::read(r, is(Kind::Gcs)));
        let http = r.section("http", |r| Http::read(r, is(Kind::Http)));
        let s3 = r.section("s3", |r| S3::read(r, is(Kind::S3)));
        let sftp = r.section("sftp", |r| Sftp::read(r, is(Kind::Sftp)));
        let webdav = r.section("webdav", |r| Webdav::read(r, is(Kind::Webdav)));
        if is(Kind::Folder) && !r.has("path") {
            r.missing("path", &r.path().allowed);
        }
        let writable = writable?;
        for (only_read, name) in [(Kind::Azure, "azure"), (Kind::Gcs, "gcs"), (Kind::Http, "http")] {
            if writable && is(only_read) {
                r.fail("writable", format!("must be false: a store of kind \"{name}\" is only read"));
            }
        }
        for (missing, feature, is_built) in [(Kind::Azure, "azblob", cfg!(feature = "azblob")), (Kind::Gcs, "gcs", cfg!(feature = "gcs"))] {
            if is(missing) && !is_built {
                r.fail("kind", format!("must be another one: this program was built without the cargo feature \"{feature}\""));
                return None;
            }
        }
        let kind = match kind? {
            Kind::Azure => of_azure(azure?)?,
            Kind::Gcs => of_gcs(gcs?)?,
            Kind::Folder => StoreKind::Folder { path: path? },
            Kind::Http => StoreKind::Http(http?),
            Kind::S3 => StoreKind::S3(s3?),
            Kind::Sftp => StoreKind::Sftp(sftp?),
            Kind::Webdav => StoreKind::Webdav(webdav?),
        };
        Some(Self { name: name?, kind, writable, calls: calls?, waiting: waiting?, timeout: timeout?, tries: tries? })
    }

    /// All of them; none, or one name twice, is a problem.
    pub(super) fn read_all(root: &Reader<'_, '_>) -> Vec<Self> {
        let seen = RefCell::new(HashSet::new());
        let stores = root.entries("store", |r| {
            let entry = Self::read(r)?;
            if !seen.borrow_mut().insert(entry.name.clone()) {
                r.fail("name", "must be the name of one store only; it stands above already".to_owned());
            }
            Some(entry)
        });
        if !root.has("store") {
            root.missing("store", "must be at least one section [[store]] with a name and a path");
        }
        stores
    }
}

#[cfg(feature = "azblob")]
const fn of_azure(azure: Azure) -> Option<StoreKind> {
    Some(StoreKind::Azure(azure))
}

/// Not built in; that was said already.
#[cfg(not(feature = "azblob"))]
fn of_azure(_: Azure) -> Option<StoreKind> {
    None
}

#[cfg(feature = "gcs")]
const fn of_gcs(gcs: Gcs) -> Option<StoreKind> {
    Some(StoreKind::Gcs(gcs))
}

/// Not built in; that was said already.
#[cfg(not(feature = "gcs"))]
fn of_gcs(_: Gcs) -> Option<StoreKind> {
    None
}
