//! A session with an SFTP server: its requests with their time limits, and the handles it has open.

use super::connect::Connection;
use super::names;
use super::swaps::{REST, Swaps};
use super::trouble::TroubleKind;
use crate::documents::StoreError;
use crate::domain::bounds::CHUNK_BYTES;
use russh::ChannelMsg;
use russh_sftp::client::error::Error;
use russh_sftp::client::{Config, RawSftpSession};
use russh_sftp::extensions;
use russh_sftp::protocol::{FileAttributes, Handle, OpenFlags, StatusCode};
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Handles one session has open at most. The library takes handles for text, and OpenSSH numbers them by four bytes: from 128 on those are not UTF-8.
pub(super) const HANDLES: usize = 96;
/// What every server must be able to give and take in one piece, in bytes (draft-ietf-secsh-filexfer-02 section 3).
const LEAST_PIECE: usize = 32 * 1024;
/// While others are answered, a request may wait so many times its limit: a server answers one after the other.
const PATIENCE: u64 = 10;

/// One session on a connection of its own.
pub(super) struct Session {
    raw: RawSftpSession,
    connection: Connection,
    root: String,
    timeout: Duration,
    pieces: Pieces,
    extensions: Offered,
    broken: AtomicBool,
    started: Instant,
    /// When the last answer was taken, in milliseconds since the start.
    answered: AtomicU64,
    room: Arc<Semaphore>,
    swaps: Arc<Swaps>,
}

/// Bytes asked for or sent in one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pieces {
    pub(super) read: usize,
    pub(super) write: usize,
}

/// What the server can do beyond the protocol.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offered {
    pub(super) fsync: bool,
    pub(super) hardlink: bool,
    pub(super) statvfs: bool,
}

impl Session {
    /// Starts SFTP on a connection that has signed in, and looks where the store's folder is.
    pub(super) async fn start(connection: Connection, path: &str, timeout: Duration) -> Result<Self, TroubleKind> {
        let broken = |error: russh::Error| TroubleKind::NotReached(error.to_string());
        let mut channel = connection.channel_open_session().await.map_err(broken)?;
        channel.request_subsystem(true, "sftp").await.map_err(broken)?;
        loop {
            match channel.wait().await {
                Some(ChannelMsg::Success) => break,
                Some(ChannelMsg::Failure | ChannelMsg::Close) | None => return Err(TroubleKind::NoSftp("it refuses the subsystem")),
                Some(_) => {}
            }
        }
        let seconds = timeout.as_secs().max(1).saturating_mul(PATIENCE);
        let config = Config { request_timeout_secs: seconds, ..Config::default() };
        let raw = RawSftpSession::new_with_config(channel.into_stream(), config);
        let version = raw.init().await.map_err(|_| TroubleKind::NoSftp("it ends the session at once"))?;
        if version.version != 3 {
            return Err(TroubleKind::NoSftp("it does not speak version 3 of the protocol"));
        }
        let offers = |name: &str| version.extensions.contains_key(name);
        let pieces = if offers(extensions::LIMITS) { pieces(&raw).await } else { Pieces { read: LEAST_PIECE, write: LEAST_PIECE } };
        let extensions =
            Offered { fsync: offers(extensions::FSYNC), hardlink: offers(extensions::HARDLINK), statvfs: offers(extensions::STATVFS) };
        let room = Arc::new(Semaphore::new(HANDLES));
        let (started, root) = (Instant::now(), String::new());
        let (broken, answered) = (AtomicBool::new(false), AtomicU64::new(0));
        let mut session =
            Self { raw, connection, root, timeout, pieces, extensions, broken, started, answered, room, swaps: Arc::default() };
        session.root = session.folder(path).await?;
        Ok(session)
    }

    /// The same session, knowing what others of the store saw turn into a link.
    pub(super) fn sharing(self, swaps: Arc<Swaps>) -> Self {
        Self { swaps, ..self }
    }

    /// Notes that a step of a path turned into a link while something was looked for or opened by that path.
    pub(super) fn saw_swapped(&self, step: &str) {
        if self.swaps.seen(step, Instant::now()) {
            let seconds = REST.as_secs();
            tracing::warn!("over SFTP {step:?} turned into a link while something was opened through it; nothing is for {seconds} seconds");
        }
    }

    /// Whether a path leads through something that turned into a link a short time ago.
    pub(super) fn is_held_up(&self, path: &str) -> bool {
        self.swaps.holds_up(path, Instant::now())
    }

    /// The whole path of the folder that is the store, without links.
    async fn folder(&self, path: &str) -> Result<String, TroubleKind> {
        let folder = async {
            let whole = self.canonical(path).await?;
            let is_folder = kind_of(&self.wait(self.raw.stat(whole.clone())).await?.attrs) == Some(FOLDER);
            if is_folder { Ok(whole) } else { Err(StoreError::NotAFolder) }
        };
        folder.await.map_err(|error| match error {
            StoreError::Denied => TroubleKind::FolderDenied(path.to_owned()),
            StoreError::Unreachable => TroubleKind::NotReached("the connection broke".to_owned()),
            StoreError::Failed(what) => TroubleKind::NoSftp(what),
            _ => TroubleKind::FolderMissing(path.to_owned()),
        })
    }

    /// Whether requests may still be made.
    pub(super) fn is_alive(&self) -> bool {
        !self.broken.load(Ordering::Relaxed) && !self.connection.is_closed()
    }

    /// Room for one more open handle, when there is any.
    pub(super) fn room(self: &Arc<Self>) -> Option<Room> {
        let permit = Arc::clone(&self.room).try_acquire_owned().ok()?;
        Some(Room { session: Arc::clone(self), permit })
    }

    /// The store's folder: a whole path without links.
    pub(super) fn root(&self) -> &str {
        &self.root
    }

    /// How much goes into one request.
    pub(super) const fn pieces(&self) -> Pieces {
        self.pieces
    }

    /// What the server can do beyond the protocol.
    pub(super) const fn offers(&self) -> Offered {
        self.extensions
    }

    /// The library's side of the session, whose requests go through [`Session::wait`].
    pub(super) const fn raw(&self) -> &RawSftpSession {
        &self.raw
    }

    /// The whole path of what a path names, without links as far as the server knows them.
    pub(super) async fn canonical(&self, path: &str) -> Result<String, StoreError> {
        let mut names = self.wait(self.raw.realpath(path)).await?.files;
        match (names.pop(), names.is_empty()) {
            (Some(name), true) if name.filename.starts_with('/') && !name.filename.contains(names::LOST) => Ok(name.filename),
            (Some(name), true) if name.filename.contains(names::LOST) => Err(names::NOT_TEXT),
            _ => Err(StoreError::Failed("a path that is not whole")),
        }
    }

    /// What a path names itself, a link included.
    pub(super) async fn look_at(&self, path: &str) -> Result<FileAttributes, StoreError> {
        Ok(self.wait(self.raw.lstat(path)).await?.attrs)
    }

    /// Waits for an answer as long as the server gives any at all.
    pub(super) async fn wait<T>(&self, request: impl Future<Output = Result<T, Error>>) -> Result<T, StoreError> {
        let mut request = pin!(request);
        let mut end = Instant::now() + self.timeout;
        loop {
            if let Ok(answer) = tokio::time::timeout_at(end, &mut request).await {
                let since = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
                self.answered.fetch_max(since, Ordering::Relaxed);
                return answer.map_err(|error| self.meaning(&error));
            }
            let later = self.started + Duration::from_millis(self.answered.load(Ordering::Relaxed)) + self.timeout;
            if later <= end {
                return Err(self.meaning(&Error::Timeout));
            }
            end = later;
        }
    }

    /// What an error of the protocol means to the store. After one of the transport the session is not used again.
    fn meaning(&self, error: &Error) -> StoreError {
        match error {
            Error::Status(status) => match status.status_code {
                StatusCode::NoSuchFile => StoreError::Missing,
                StatusCode::PermissionDenied => StoreError::Denied,
                StatusCode::OpUnsupported => StoreError::Failed("that it cannot do what is needed"),
                StatusCode::BadMessage => StoreError::Failed("that it does not understand the request"),
                StatusCode::Eof => ENDED,
                StatusCode::Ok | StatusCode::Failure => FAILED,
                StatusCode::NoConnection | StatusCode::ConnectionLost => self.give_up(),
            },
            Error::Limited(_) => StoreError::Busy,
            Error::UnexpectedPacket => StoreError::Failed("an answer of another kind"),
            Error::IO(_) | Error::Timeout | Error::UnexpectedBehavior(_) => self.give_up(),
        }
    }

    fn give_up(&self) -> StoreError {
        self.broken.store(true, Ordering::Relaxed);
        StoreError::Unreachable
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("alive", &self.is_alive())
            .field("pieces", &self.pieces)
            .finish_non_exhaustive()
    }
}

/// What a server says where nothing follows any more.
pub(super) const ENDED: StoreError = StoreError::Failed("an end where more was to come");
/// What a server says when it says no reason.
pub(super) const FAILED: StoreError = StoreError::Failed("a failure without a reason");

/// The bits of a mode that say what something is (POSIX `sys/stat.h`), and three of their values.
const KIND: u32 = 0o170_000;
/// A folder.
pub(super) const FOLDER: u32 = 0o040_000;
/// A regular file.
pub(super) const REGULAR: u32 = 0o100_000;
/// A symbolic link.
pub(super) const LINK: u32 = 0o120_000;

/// What it is, where the server says so.
pub(super) fn kind_of(attributes: &FileAttributes) -> Option<u32> {
    attributes.permissions.map(|mode| mode & KIND).filter(|kind| *kind != 0)
}

/// How much the server gives and takes in one piece.
async fn pieces(raw: &RawSftpSession) -> Pieces {
    let bounded = |limit: u64| match usize::try_from(limit) {
        Ok(limit) if limit >= CHUNK_BYTES => CHUNK_BYTES,
        _ => LEAST_PIECE,
    };
    match raw.limits().await {
        Ok(limits) => Pieces { read: bounded(limits.max_read_len), write: bounded(limits.max_write_len) },
        Err(_) => Pieces { read: LEAST_PIECE, write: LEAST_PIECE },
    }
}

/// Room for one handle in a session.
#[derive(Debug)]
pub(super) struct Room {
    session: Arc<Session>,
    permit: OwnedSemaphorePermit,
}

impl Room {
    /// The session it is in.
    pub(super) const fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Opens a file.
    pub(super) async fn open(self, path: String, flags: OpenFlags) -> Result<Opened, StoreError> {
        self.take(move |session| async move { session.wait(session.raw.open(path, flags, FileAttributes::empty())).await })
            .await
    }

    /// Opens a folder to list it.
    pub(super) async fn open_folder(self, path: String) -> Result<Opened, StoreError> {
        self.take(move |session| async move { session.wait(session.raw.opendir(path)).await }).await
    }

    /// Waits for the handle apart from the caller, who may go away: a handle that nobody knows of would stay open for ever.
    async fn take<F>(self, open: impl FnOnce(Arc<Session>) -> F + Send + 'static) -> Result<Opened, StoreError>
    where
        F: Future<Output = Result<Handle, StoreError>> + Send + 'static,
    {
        let taken = tokio::spawn(async move {
            let handle = open(Arc::clone(&self.session)).await?.handle;
            if handle.contains(names::LOST) {
                // It can neither be used nor closed.
                self.session.give_up();
                return Err(StoreError::Failed("a handle that is not text"));
            }
            Ok(Opened { session: self.session, handle, room: Some(self.permit) })
        });
        taken.await.unwrap_or(Err(StoreError::Unreachable))
    }
}

/// An open handle; it is closed when it goes.
#[derive(Debug)]
pub(super) struct Opened {
    session: Arc<Session>,
    handle: String,
    room: Option<OwnedSemaphorePermit>,
}

impl Opened {
    /// The session it is in.
    pub(super) const fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Its name in requests.
    pub(super) fn name(&self) -> &str {
        &self.handle
    }

    /// What is open.
    pub(super) async fn attributes(&self) -> Result<FileAttributes, StoreError> {
        Ok(self.session.wait(self.session.raw.fstat(self.name())).await?.attrs)
    }

    /// Closes it and waits for that: only then a server has taken all that was written.
    pub(super) async fn close(mut self) -> Result<(), StoreError> {
        let room = self.room.take();
        let closed = self.session.wait(self.session.raw.close(self.name())).await.map(drop);
        drop(room);
        closed
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        let (Some(room), Ok(runtime)) = (self.room.take(), tokio::runtime::Handle::try_current()) else { return };
        let (session, handle) = (Arc::clone(&self.session), std::mem::take(&mut self.handle));
        runtime.spawn(async move {
            let _closed_or_gone = session.wait(session.raw.close(handle)).await;
            drop(room);
        });
    }
}
