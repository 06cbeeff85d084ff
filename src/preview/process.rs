//! The gateway's hold on one worker: started, fed with its document, asked, and killed as soon as it is let go of.

use crate::crypto::primitives::{Sha256, sha256};
use crate::domain::time::Clock;
use crate::preview::feed::{Converted, Fed, Feed};
use crate::preview::job::{Done, Job, Opened, Trouble};
use crate::preview::limits::{DOCUMENT_BYTES, WORKER_CPU_WORN, WORKER_JOBS, WORKER_MEMORY_WORN};
use crate::preview::room::{Reader, Rooms};
use crate::preview::spawner::{Spawner, Started};
use crate::preview::wire::{Announced, Answer, CHUNK_BYTES, Confined, NAME_BYTES, Open, Order};
use futures_util::StreamExt;
use rustix::process::{Pid, Signal, pidfd_send_signal};
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::sync::OwnedSemaphorePermit;

/// A worker. Dropping it kills it, wherever it is.
#[derive(Debug)]
pub(super) struct Worker {
    answers: Receiver,
    orders: Sender,
    pid: Pid,
    process: OwnedFd,
    /// Its place among all workers.
    _place: OwnedSemaphorePermit,
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = pidfd_send_signal(&self.process, Signal::KILL);
    }
}

impl Worker {
    /// Starts one and waits until it is confined.
    pub(super) async fn start(spawner: Arc<Spawner>, place: OwnedSemaphorePermit) -> io::Result<(Self, Confined)> {
        let started = tokio::task::spawn_blocking(move || spawner.worker()).await.map_err(io::Error::other)??;
        let Started { pid, orders, answers, process } = started;
        let (answers, orders) = (Receiver::from_owned_fd(answers)?, Sender::from_owned_fd(orders)?);
        let mut worker = Self { answers, orders, pid, process, _place: place };
        match Answer::receive(&mut worker.answers).await? {
            Answer::Ready(confined) => Ok((worker, confined)),
            Answer::Refused(why) => Err(io::Error::other(why)),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// What the kernel has counted of it.
    pub(super) fn watch(&self) -> Watched {
        Watched(self.pid)
    }
}

/// A process as the kernel sees it, whatever it says of itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watched(Pid);

impl Watched {
    /// Processor time used; nothing where the kernel does not tell.
    pub(super) fn cpu(self) -> Option<Duration> {
        let text = std::fs::read_to_string(format!("/proc/{}/schedstat", self.0.as_raw_nonzero())).ok()?;
        text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
    }

    /// Memory in use, in bytes; 0 where the kernel does not tell.
    pub(super) fn memory(self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.0.as_raw_nonzero())).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kibibytes: u64 = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0);
        kibibytes * 1024
    }

    /// Lets others go first.
    pub(super) fn stand_back(self) {
        let _ = rustix::process::setpriority_process(Some(self.0), 15);
    }
}

/// A worker with the document it was fed with.
#[derive(Debug)]
pub(super) struct Held {
    worker: Worker,
    /// Which document inside the document.
    pub(super) part: Vec<u16>,
    /// What the document is known by, part included.
    pub(super) digest: [u8; 32],
    /// What is said of it in place of what the worker finds, where it was made into something else on its way.
    converted: Option<Converted>,
    opened: Option<Arc<Opened>>,
    cpu: Duration,
    jobs: u32,
    /// Whether a picture is drawn and waits for room to be read into, which is no fault of the document's.
    pub(super) waits_for_room: bool,
}

/// Where the picture that a job gives finds room.
#[derive(Debug, Clone, Copy)]
pub(super) struct PictureRoom<'a> {
    /// All the room there is.
    pub(super) rooms: &'a Rooms,
    /// What bounds the wait for it.
    pub(super) clock: &'a dyn Clock,
    /// Whose picture it is.
    pub(super) reader: Reader,
}

/// Why a job was not done.
#[derive(Debug)]
pub(super) enum Failure {
    /// The worker says so, and is as good as before if the document is open.
    Said(Trouble),
    /// The worker has ended, or says what it must not.
    Ended,
    /// It had no time left.
    Late,
}

impl From<io::Error> for Failure {
    fn from(_: io::Error) -> Self {
        Self::Ended
    }
}

impl Held {
    /// Feeds a worker. The gateway holds no more of the document than one piece.
    pub(super) async fn feed(mut worker: Worker, part: &[u16], feed: &dyn Feed, fed: Fed) -> Result<Self, Trouble> {
        let Fed { size, mut bytes, converted } = fed;
        let mut name = converted.as_ref().map_or_else(|| feed.name(), |converted| converted.name).to_owned();
        // Kinds are told from the end of a name.
        let excess = (0..=name.len()).find(|at| name.is_char_boundary(*at) && name.len() - at <= NAME_BYTES).unwrap_or(0);
        name.drain(..excess);
        let open = Open { name, part: part.to_vec(), size, language: feed.language() };
        let ended = |_: io::Error| Trouble::TooHard;
        Order::Open(open).send(&mut worker.orders).await.map_err(ended)?;
        let (mut sent, mut hash) = (0u64, Sha256::new());
        while let Some(piece) = bytes.next().await {
            let mut piece = piece.map_err(|_| Trouble::Unreadable)?;
            sent += piece.len() as u64;
            if sent > size {
                return Err(Trouble::Unreadable);
            }
            hash.update(&piece);
            while !piece.is_empty() {
                let chunk = piece.split_to(piece.len().min(CHUNK_BYTES));
                Order::Chunk(chunk).send(&mut worker.orders).await.map_err(ended)?;
            }
        }
        if sent < size {
            return Err(Trouble::Unreadable);
        }
        let place: Vec<u8> = part.iter().flat_map(|part| part.to_le_bytes()).collect();
        let document = converted.as_ref().map_or_else(|| hash.finish(), |converted| converted.original);
        let digest = sha256(&[&document, &place]);
        Ok(Self { worker, part: part.to_vec(), digest, converted, opened: None, cpu: Duration::ZERO, jobs: 0, waits_for_room: false })
    }

    /// Opens the document unless it is open, and does the job.
    pub(super) async fn ask(&mut self, job: Job, place: &PictureRoom<'_>) -> Result<(Arc<Opened>, Done), Failure> {
        self.jobs += 1;
        let opened = match &self.opened {
            Some(opened) => Arc::clone(opened),
            None => self.open().await?,
        };
        if job == Job::Open {
            return Ok((opened, Done::Opened));
        }
        let wants_page = matches!(job, Job::Page(_));
        Order::Job(job).send(&mut self.worker.orders).await?;
        let done = match self.answer(place).await? {
            Answer::Picture(picture, cpu) if wants_page => (Done::Page(picture), cpu),
            Answer::Text(text, cpu) if !wants_page => (Done::Text(text), cpu),
            Answer::Failed(trouble, cpu) => {
                self.cpu = cpu;
                return Err(Failure::Said(trouble));
            }
            _ => return Err(Failure::Ended),
        };
        self.cpu = done.1;
        Ok((opened, done.0))
    }

    /// The answer to a job. A picture stays in the pipe until there is room for it, and is thrown away where none comes free in time.
    async fn answer(&mut self, place: &PictureRoom<'_>) -> Result<Answer, Failure> {
        let announced = Announced::receive(&mut self.worker.answers).await?;
        let payload = if announced.is_picture() {
            self.waits_for_room = true;
            let room = place.rooms.take(place.clock, place.reader, announced.size).await;
            self.waits_for_room = false;
            let Some(room) = room else {
                announced.skip(&mut self.worker.answers).await?;
                return Err(Failure::Said(Trouble::Busy));
            };
            room.keep(announced.payload(&mut self.worker.answers).await?)
        } else {
            announced.payload(&mut self.worker.answers).await?.into()
        };
        Ok(announced.decode(payload).map_err(io::Error::from)?)
    }

    async fn open(&mut self) -> Result<Arc<Opened>, Failure> {
        Order::End.send(&mut self.worker.orders).await?;
        match Answer::receive(&mut self.worker.answers).await? {
            Answer::Opened(opened, cpu) => {
                self.cpu = cpu;
                let opened = match &self.converted {
                    Some(converted) => converted.said_of(opened),
                    None => opened,
                };
                Ok(Arc::clone(self.opened.insert(Arc::new(opened))))
            }
            Answer::Failed(trouble, _) => Err(Failure::Said(trouble)),
            _ => Err(Failure::Ended),
        }
    }

    /// What the kernel knows of the worker.
    pub(super) fn watch(&self) -> Watched {
        self.worker.watch()
    }

    /// Whether it can be asked again: it holds a document that can be opened and has not become old, slow or fat.
    pub(super) fn is_good(&self) -> bool {
        let young = self.jobs < WORKER_JOBS && self.cpu < WORKER_CPU_WORN;
        (self.opened.is_some() || self.jobs == 0) && young && self.watch().memory() < WORKER_MEMORY_WORN
    }
}

/// Whether a document of this size is previewed at all.
pub(super) fn check_size(size: u64) -> Result<(), Trouble> {
    match size {
        0 => Err(Trouble::Empty),
        size if size > DOCUMENT_BYTES => Err(Trouble::TooLarge),
        _ => Ok(()),
    }
}
