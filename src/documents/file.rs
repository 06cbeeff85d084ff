//! A file of a local store and the stream of its bytes.

use crate::documents::buffers::{Buffer, Buffers};
use crate::documents::folder::{Calls, describe, wait_in_pool};
use crate::domain::range::ByteRange;
use crate::domain::version::FileVersion;
use bytes::Bytes;
use futures_util::Stream;
use futures_util::future::BoxFuture;
use rustix::fs::fstat;
use rustix::io::{Errno, ReadWriteFlags, preadv2};
use std::io::{self, IoSliceMut};
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

/// An open file. It stays this file, whatever happens to its name.
#[derive(Debug)]
pub(super) struct OpenFile {
    source: Source,
    /// All bytes of a small file, of the version it was opened as.
    whole: Option<Bytes>,
}

impl OpenFile {
    pub(super) const fn new(file: OwnedFd, version: FileVersion, calls: Calls, buffers: Arc<Buffers>) -> Self {
        Self { source: Source { file, version, at_once: AtomicBool::new(true), calls, buffers }, whole: None }
    }

    /// Keeps the bytes of a file that was read whole when it was opened, unless it changed meanwhile.
    pub(super) fn read_whole(&mut self, bytes: Buffer) {
        if self.source.version_now().is_ok_and(|now| now == self.source.version) {
            self.whole = Some(Bytes::from_owner(bytes));
        }
    }

    /// Reads in the blocking pool only, as on a file system that cannot say whether bytes are in memory.
    #[cfg(test)]
    pub(super) fn only_in_pool(&self) {
        self.source.at_once.store(false, Ordering::Relaxed);
    }

    /// The bytes of a range that lies in the file.
    pub(super) fn read(self, range: ByteRange) -> FileStream {
        let part = |whole: Bytes| Some(whole.slice(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?));
        let state = self.whole.and_then(part).map_or(State::Ready, State::Read);
        FileStream { file: Arc::new(self.source), at: range.start, end: range.end, state }
    }
}

/// What a stream and its reads share.
#[derive(Debug)]
struct Source {
    file: OwnedFd,
    version: FileVersion,
    /// Whether the file system can read what is in memory without waiting (`RWF_NOWAIT`).
    at_once: AtomicBool,
    calls: Calls,
    buffers: Arc<Buffers>,
}

impl Source {
    fn version_now(&self) -> io::Result<FileVersion> {
        let stat = fstat(&self.file)?;
        describe(&stat).map(|stat| stat.version).map_err(io::Error::other)
    }

    /// Fills the buffer from `at`. With the last byte before `end` the version is looked at once more: an entity tag must not cover bytes of two versions.
    fn fill(&self, buffer: &mut Buffer, at: u64, end: u64, flags: ReadWriteFlags) -> io::Result<()> {
        let got = read_at(&self.file, buffer.space(), at, flags)?;
        if got == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the document became shorter while it was read"));
        }
        if at + got as u64 >= end && self.version_now()? != self.version {
            return Err(io::Error::other("the document changed while it was read"));
        }
        buffer.set_filled(got);
        Ok(())
    }
}

/// One read, flags as given.
pub(super) fn read_at(file: &OwnedFd, space: &mut [u8], at: u64, flags: ReadWriteFlags) -> Result<usize, Errno> {
    loop {
        match preadv2(file, &mut [IoSliceMut::new(space)], at, flags) {
            Err(Errno::INTR) => {}
            answer => return answer,
        }
    }
}

/// The bytes of a file, in pieces of at most `bounds::CHUNK_BYTES`. After an error it is at its end.
pub(super) struct FileStream {
    file: Arc<Source>,
    at: u64,
    end: u64,
    state: State,
}

enum State {
    Ready,
    /// All that is wanted is there.
    Read(Bytes),
    Reading(BoxFuture<'static, io::Result<Buffer>>),
    Ended,
}

impl FileStream {
    /// Bytes not yet handed out.
    const fn left(&self) -> u64 {
        self.end.saturating_sub(self.at)
    }

    /// Reads what is in memory here and now; otherwise sets out to read it in the blocking pool.
    fn start(&mut self) -> Option<io::Result<Buffer>> {
        let (at, end) = (self.at, self.end);
        let size = self.file.buffers.step(self.left());
        let mut buffer = self.file.buffers.try_take(size);
        if let Some(mut taken) = buffer.take_if(|_| self.file.at_once.load(Ordering::Relaxed)) {
            match self.file.fill(&mut taken, at, end, ReadWriteFlags::NOWAIT) {
                Err(error) if error.raw_os_error() == Some(Errno::AGAIN.raw_os_error()) => {}
                Err(error) if error.raw_os_error() == Some(Errno::OPNOTSUPP.raw_os_error()) => {
                    self.file.at_once.store(false, Ordering::Relaxed);
                }
                Err(error) => return Some(Err(error)),
                Ok(()) => return Some(Ok(taken)),
            }
            buffer = Some(taken);
        }
        let source = self.file.clone();
        self.state = State::Reading(Box::pin(async move {
            let mut buffer = match buffer {
                Some(buffer) => buffer,
                None => source.buffers.clone().take(size).await,
            };
            in_pool(source, move |source| {
                source.fill(&mut buffer, at, end, ReadWriteFlags::empty())?;
                Ok(buffer)
            })
            .await
        }));
        None
    }

    fn hand_out(&mut self, read: io::Result<Buffer>) -> io::Result<Bytes> {
        self.state = if read.is_ok() { State::Ready } else { State::Ended };
        let buffer = read?;
        self.at += buffer.as_ref().len() as u64;
        Ok(Bytes::from_owner(buffer))
    }
}

impl Stream for FileStream {
    type Item = io::Result<Bytes>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            match &mut this.state {
                State::Ended => return Poll::Ready(None),
                State::Read(bytes) => {
                    let bytes = std::mem::take(bytes);
                    this.state = State::Ended;
                    return Poll::Ready((!bytes.is_empty()).then_some(Ok(bytes)));
                }
                State::Reading(reading) => {
                    let read = ready!(reading.as_mut().poll(context));
                    return Poll::Ready(Some(this.hand_out(read)));
                }
                State::Ready => {
                    if this.left() == 0 {
                        this.state = State::Ended;
                        continue;
                    }
                    if let Some(read) = this.start() {
                        return Poll::Ready(Some(this.hand_out(read)));
                    }
                }
            }
        }
    }
}

async fn in_pool<T: Send + 'static>(source: Arc<Source>, work: impl FnOnce(&Source) -> io::Result<T> + Send + 'static) -> io::Result<T> {
    let answer = wait_in_pool(source.calls.clone(), move || work(&source)).await;
    answer.unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, "the store does not answer")))
}
