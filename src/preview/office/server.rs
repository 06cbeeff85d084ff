//! The converter: takes documents over its socket, a bounded number at a time, and hands their PDFs back.

use crate::preview::limits::{OFFICE_GREETING, OFFICE_QUEUE, OFFICE_QUEUE_WAIT, OFFICE_TRANSFER, OFFICE_WALL};
use crate::preview::office::Format;
use crate::preview::office::sandbox::{Tools, document_name};
use crate::preview::office::scratch::{JobFolder, Scratch};
use crate::preview::office::wire::{Answer, Refused, Request, Version};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream, unix::UCred};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Longest beginning that tells whether a document may be what its name says, in bytes.
const BEGINNING: usize = 8;
/// How long connections have to end at a stop: what is being converted, and its way back.
const DRAIN: Duration = OFFICE_WALL.saturating_add(Duration::from_secs(5));
/// The pause after the system has refused a connection, as it does when descriptors run out.
const AFTER_REFUSAL: Duration = Duration::from_millis(200);

/// A converter that was found to work.
#[derive(Debug)]
pub struct Converter {
    tools: Tools,
    version: Version,
    scratch: Scratch,
    /// Longest conversion.
    wall: Duration,
    /// Conversions that run.
    slots: Semaphore,
    /// Connections: those that wait, too.
    places: Arc<Semaphore>,
}

impl Converter {
    /// With so many conversions at a time, each of which may take so long and never longer than `OFFICE_WALL`.
    pub fn new(tools: Tools, version: Version, scratch: Scratch, jobs: usize, wall: Duration) -> Self {
        let (slots, places) = (Semaphore::new(jobs), Arc::new(Semaphore::new(jobs + OFFICE_QUEUE)));
        Self { tools, version, scratch, wall: wall.min(OFFICE_WALL), slots, places }
    }

    /// Serves whom `welcome` lets in until `stop` is over; then lets what is being converted end, and cuts the rest. All sandboxes belong to
    /// the thread that runs this, and end with it.
    pub async fn serve(self: Arc<Self>, listener: UnixListener, welcome: impl Fn(UCred) -> bool, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        let mut running = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                () = &mut stop => break,
                accepted = listener.accept() => accepted,
            };
            while running.try_join_next().is_some() {}
            match accepted {
                Ok((stream, _)) => self.begin(stream, &welcome, &mut running),
                Err(why) => {
                    tracing::warn!("a connection could not be accepted: {why}");
                    tokio::time::sleep(AFTER_REFUSAL).await;
                }
            }
        }
        drop(listener);
        // Who waits is told that it is busy.
        self.slots.close();
        if timeout(DRAIN, async { while running.join_next().await.is_some() {} }).await.is_err() {
            running.shutdown().await;
        }
    }

    fn begin(self: &Arc<Self>, stream: UnixStream, welcome: impl Fn(UCred) -> bool, running: &mut JoinSet<()>) {
        let Ok(peer) = stream.peer_cred() else { return };
        if !welcome(peer) {
            tracing::warn!(uid = peer.uid(), "refused at the socket of the converter");
            return;
        }
        match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => {
                let converter = Arc::clone(self);
                running.spawn(async move {
                    converter.attend(stream).await;
                    drop(place);
                });
            }
            // An empty socket takes so few bytes at once; who does not read them learns it from the end.
            Err(_) => drop(stream.try_write(&Answer::Refused(Refused::Busy).head())),
        }
    }

    /// One connection, from its first byte to its last.
    async fn attend(&self, mut stream: UnixStream) {
        let served = match timeout(OFFICE_GREETING, Request::read(&mut stream)).await {
            Ok(Ok(Request::Version)) => answer(&mut stream, &Answer::Version(self.version.clone()), None).await,
            Ok(Ok(Request::Convert { format, size })) => match self.convert(&mut stream, format, size).await {
                Ok((version, pdf, size, _folder)) => {
                    let head = Answer::Converted { version, size };
                    answer(&mut stream, &head, Some(File::from_std(pdf))).await
                }
                Err(Trouble::Refused(why)) => answer(&mut stream, &Answer::Refused(why), None).await,
                Err(Trouble::Gone(why)) => Err(why),
            },
            Ok(Err(why)) => Err(why),
            Err(_) => Err(io::ErrorKind::TimedOut.into()),
        };
        if let Err(why) = served {
            tracing::debug!("a connection ended early: {why}");
        }
    }

    /// Takes the document, waits for a slot, converts. The folder goes when what this returns is dropped.
    async fn convert(&self, stream: &mut UnixStream, format: Format, size: u64) -> Result<Made, Trouble> {
        let folder = self.scratch.job().map_err(no_room)?;
        let received = timeout(OFFICE_TRANSFER, receive(stream, &folder, format, size)).await;
        received.unwrap_or_else(|_| Err(Trouble::Gone(io::ErrorKind::TimedOut.into())))?;
        let Ok(Ok(slot)) = timeout(OFFICE_QUEUE_WAIT, self.slots.acquire()).await else {
            return Err(Trouble::Refused(Refused::Busy));
        };
        let begun = Instant::now();
        // Fonts come and go while the converter runs.
        let version = self.tools.layout(&self.version).await.map_err(|why| {
            tracing::error!("nothing is converted: {why}");
            Trouble::Refused(Refused::Failed)
        })?;
        let converted = self.tools.convert(&folder, format, self.wall).await;
        drop(slot);
        let (kind, took) = (format.extension(), begun.elapsed().as_millis());
        match converted {
            Ok((pdf, bytes)) => {
                tracing::info!(kind, size, bytes, took, "converted");
                Ok((version, pdf, bytes, folder))
            }
            Err(why) => {
                tracing::info!(kind, size, took, "not converted: {why}");
                Err(Trouble::Refused(why))
            }
        }
    }
}

/// What made a PDF, the PDF, its size and the folder that it lies in.
type Made = (Version, std::fs::File, u64, JobFolder);

/// Why a connection has no PDF.
enum Trouble {
    /// It is told.
    Refused(Refused),
    /// There is nobody to be told.
    Gone(io::Error),
}

fn no_room(why: io::Error) -> Trouble {
    tracing::error!("a document cannot be put down for its conversion: {why}");
    Trouble::Refused(Refused::Failed)
}

/// Puts the document down: exactly as many bytes as were announced.
async fn receive(stream: &mut UnixStream, folder: &JobFolder, format: Format, size: u64) -> Result<(), Trouble> {
    let mut beginning = Vec::with_capacity(BEGINNING);
    let first = (BEGINNING as u64).min(size);
    stream.take(first).read_to_end(&mut beginning).await.map_err(Trouble::Gone)?;
    if beginning.len() as u64 == first && !Format::may_begin(&beginning) {
        return Err(Trouble::Refused(Refused::Failed));
    }
    let mut file = File::create_new(folder.file(&document_name(format))).await.map_err(no_room)?;
    file.write_all(&beginning).await.map_err(no_room)?;
    // One more than announced, to see that there is no more.
    let mut rest = stream.take(size - first + 1);
    let copied = tokio::io::copy(&mut rest, &mut file).await.map_err(Trouble::Gone)?;
    file.flush().await.map_err(no_room)?;
    if copied + beginning.len() as u64 == size { Ok(()) } else { Err(Trouble::Gone(io::ErrorKind::InvalidData.into())) }
}

async fn answer(stream: &mut UnixStream, head: &Answer, pdf: Option<File>) -> io::Result<()> {
    let send = async {
        stream.write_all(&head.head()).await?;
        if let Some(mut pdf) = pdf {
            tokio::io::copy(&mut pdf, stream).await?;
        }
        stream.shutdown().await
    };
    timeout(OFFICE_TRANSFER, send).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
