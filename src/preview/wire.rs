//! What passes through the pipes between gateway and worker: frames of a length, a kind and a payload, each within a bound of its own.
//!
//! The gateway takes a worker for hostile: whatever is not exactly what it waits for ends that worker, and nothing more.

use crate::domain::language::Language;
use crate::preview::job::{Job, Opened, Picture, Trouble};
use crate::preview::limits::{CONTROL_BYTES, PAGE_SIDE, PAGE_TEXT_BYTES, PAGES, PART_DEPTH, PART_NAME_BYTES, PARTS, PICTURE_BYTES};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Bytes before a payload: its length, least significant byte first, and its kind.
pub const HEAD_BYTES: usize = 5;
/// Most bytes of a document in one frame.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// Longest name of a document that a worker is told, in bytes.
pub const NAME_BYTES: usize = 1024;
/// Longest name of a layout, and longest reason, in bytes.
const WORDS_BYTES: usize = 256;
/// Bytes before the text of a page: the processor time.
const TEXT_HEAD: usize = 4;
/// Bytes before a JPEG: the processor time, its width and its height.
const PICTURE_HEAD: usize = 12;

const OPEN: u8 = 1;
const CHUNK: u8 = 2;
const END: u8 = 3;
const JOB: u8 = 4;
const READY: u8 = 65;
const REFUSED: u8 = 66;
const OPENED: u8 = 67;
const FAILED: u8 = 68;
const PICTURE: u8 = 69;
const TEXT: u8 = 70;

/// A frame that breaks the rules; there is nothing to be done with its sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a frame of a kind, size or content that is not allowed")]
pub struct Malformed;

impl From<Malformed> for io::Error {
    fn from(why: Malformed) -> Self {
        Self::new(io::ErrorKind::InvalidData, why)
    }
}

/// What a worker is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// A document follows.
    Open(Open),
    /// Some of its bytes.
    Chunk(Bytes),
    /// That was all of it: open it.
    End,
    /// Something to do with it.
    Job(Job),
}

/// What precedes a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// Its name, without folders.
    pub name: String,
    /// Which document inside it is meant: numbers from 1, outermost first.
    pub part: Vec<u16>,
    /// Bytes in all.
    pub size: u64,
    /// The language of the words that are laid out with it.
    #[serde(default)]
    pub language: Language,
}

/// What a worker answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is confined and waits for a document.
    Ready(Confined),
    /// It could not confine itself, and why.
    Refused(String),
    /// The document was opened.
    Opened(Opened, Duration),
    /// The document was not opened, or the job not done.
    Failed(Trouble, Duration),
    /// A page.
    Picture(Picture, Duration),
    /// The text of a page.
    Text(String, Duration),
}

/// What holds a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confined {
    /// The version of Landlock's interface that is enforced; 0 without Landlock.
    pub landlock: u8,
    /// Whether a filter of system calls is.
    pub seccomp: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Timed<T> {
    cpu: u32,
    is: T,
}

/// Puts length and kind before a payload.
fn frame(kind: u8, parts: &[&[u8]]) -> Vec<u8> {
    let size: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(HEAD_BYTES + size);
    bytes.extend(u32::try_from(size).unwrap_or(u32::MAX).to_le_bytes());
    bytes.push(kind);
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

fn json<T: Serialize>(kind: u8, value: &T) -> Vec<u8> {
    // What cannot be written, which none of these types is, becomes a frame that nobody takes.
    frame(kind, &[&serde_json::to_vec(value).unwrap_or_default()])
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

/// Length and kind of the frame that follows, if such a frame may come at all.
fn head(bytes: [u8; HEAD_BYTES], most: impl Fn(u8) -> Option<usize>) -> Result<(u8, usize), Malformed> {
    let [a, b, c, d, kind] = bytes;
    let size = u32::from_le_bytes([a, b, c, d]) as usize;
    if most(kind).is_some_and(|most| size <= most) { Ok((kind, size)) } else { Err(Malformed) }
}

impl Order {
    /// As it stands in the pipe.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Open(open) => json(OPEN, open),
            Self::Chunk(bytes) => frame(CHUNK, &[bytes]),
            Self::End => frame(END, &[]),
            Self::Job(job) => json(JOB, job),
        }
    }

    /// Most bytes of a payload of this kind; nothing for a kind that is none.
    const fn most(kind: u8) -> Option<usize> {
        match kind {
            OPEN | JOB => Some(CONTROL_BYTES),
            CHUNK => Some(CHUNK_BYTES),
            END => Some(0),
            _ => None,
        }
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// It is not in order.
    pub fn decode(kind: u8, payload: Bytes) -> Result<Self, Malformed> {
        if Self::most(kind).is_none_or(|most| payload.len() > most) {
            return Err(Malformed);
        }
        match kind {
            OPEN => {
                let open: Open = serde_json::from_slice(&payload).map_err(|_| Malformed)?;
                let fits = open.name.len() <= NAME_BYTES && open.part.len() <= PART_DEPTH;
                if fits { Ok(Self::Open(open)) } else { Err(Malformed) }
            }
            CHUNK => Ok(Self::Chunk(payload)),
            END => Ok(Self::End),
            _ => serde_json::from_slice(&payload).map(Self::Job).map_err(|_| Malformed),
        }
    }

    /// Reads the next order; nothing at the end of the pipe.
    ///
    /// # Errors
    /// The pipe fails, or what comes is no order.
    pub fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut bytes = [0; HEAD_BYTES];
        match from.read_exact(&mut bytes) {
            Err(why) if why.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let (kind, size) = head(bytes, Self::most)?;
        let mut payload = vec![0; size];
        from.read_exact(&mut payload)?;
        Ok(Some(Self::decode(kind, payload.into())?))
    }

    /// Hands it over.
    ///
    /// # Errors
    /// The pipe fails: the worker is no more.
    pub async fn send(&self, to: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        match self {
            // Without a copy of its bytes.
            Self::Chunk(bytes) => {
                let mut head = frame(CHUNK, &[]);
                head[..4].copy_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
                to.write_all(&head).await?;
                to.write_all(bytes).await
            }
            other => to.write_all(&other.encode()).await,
        }
    }
}

impl Answer {
    /// As it stands in the pipe.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Ready(confined) => json(READY, confined),
            Self::Refused(why) => json(REFUSED, why),
            Self::Opened(opened, cpu) => json(OPENED, &Timed { cpu: millis(*cpu), is: opened }),
            Self::Failed(trouble, cpu) => json(FAILED, &Timed { cpu: millis(*cpu), is: trouble }),
            Self::Picture(picture, cpu) => {
                let numbers = [millis(*cpu), picture.width, picture.height].map(u32::to_le_bytes);
                frame(PICTURE, &[&numbers[0], &numbers[1], &numbers[2], &picture.jpeg])
            }
            Self::Text(text, cpu) => frame(TEXT, &[&millis(*cpu).to_le_bytes(), text.as_bytes()]),
        }
    }

    const fn most(kind: u8) -> Option<usize> {
        match kind {
            READY | REFUSED | OPENED | FAILED => Some(CONTROL_BYTES),
            PICTURE => Some(PICTURE_HEAD + PICTURE_BYTES),
            TEXT => Some(TEXT_HEAD + PAGE_TEXT_BYTES),
            _ => None,
        }
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// It is not in order.
    pub fn decode(kind: u8, payload: Bytes) -> Result<Self, Malformed> {
        if Self::most(kind).is_none_or(|most| payload.len() > most) {
            return Err(Malformed);
        }
        match kind {
            READY => serde_json::from_slice(&payload).map(Self::Ready).map_err(|_| Malformed),
            REFUSED => {
                let why: String = serde_json::from_slice(&payload).map_err(|_| Malformed)?;
                if is_words(&why, WORDS_BYTES) { Ok(Self::Refused(why)) } else { Err(Malformed) }
            }
            OPENED => {
                let Timed { cpu, is } = serde_json::from_slice::<Timed<Opened>>(&payload).map_err(|_| Malformed)?;
                if is_in_bounds(&is) { Ok(Self::Opened(is, Duration::from_millis(cpu.into()))) } else { Err(Malformed) }
            }
            FAILED => {
                let Timed { cpu, is } = serde_json::from_slice::<Timed<Trouble>>(&payload).map_err(|_| Malformed)?;
                // What only the gateway can know is not for a worker to say.
                if matches!(is, Trouble::Busy | Trouble::Unavailable) {
                    Err(Malformed)
                } else {
                    Ok(Self::Failed(is, Duration::from_millis(cpu.into())))
                }
            }
            PICTURE => picture(&payload),
            _ => {
                let (cpu, text) = payload.split_first_chunk().ok_or(Malformed)?;
                let text = String::from_utf8(text.to_vec()).map_err(|_| Malformed)?;
                Ok(Self::Text(text, Duration::from_millis(u32::from_le_bytes(*cpu).into())))
            }
        }
    }

    /// Reads the next answer.
    ///
    /// # Errors
    /// The worker has ended, or what comes is no answer.
    pub async fn receive(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let announced = Announced::receive(from).await?;
        let payload = announced.payload(from).await?;
        Ok(announced.decode(payload.into())?)
    }

    /// Reads the next answer, waiting for it.
    ///
    /// # Errors
    /// The worker has ended, or what comes is no answer.
    pub fn read(from: &mut impl Read) -> io::Result<Self> {
        let mut bytes = [0; HEAD_BYTES];
        from.read_exact(&mut bytes)?;
        let (kind, size) = head(bytes, Self::most)?;
        let mut payload = vec![0; size];
        from.read_exact(&mut payload)?;
        Ok(Self::decode(kind, payload.into())?)
    }

    /// Hands it over.
    ///
    /// # Errors
    /// The gateway is no more.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        to.write_all(&self.encode())?;
        to.flush()
    }
}

/// What stands before an answer, so that there may be room for it before it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Announced {
    kind: u8,
    /// Bytes that follow.
    pub size: usize,
}

impl Announced {
    /// Reads what stands before the next answer; next the payload must be read or skipped.
    ///
    /// # Errors
    /// The worker has ended, or what comes is no answer.
    pub async fn receive(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let mut bytes = [0; HEAD_BYTES];
        from.read_exact(&mut bytes).await?;
        let (kind, size) = head(bytes, Answer::most)?;
        Ok(Self { kind, size })
    }

    /// Whether a page follows.
    pub const fn is_picture(self) -> bool {
        self.kind == PICTURE
    }

    /// Reads the payload. Memory grows with what has come, not with what is promised, but for a picture's, which has its room: it takes no more
    /// than that.
    ///
    /// # Errors
    /// The worker has ended.
    pub async fn payload(self, from: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
        let mut payload = Vec::with_capacity(if self.is_picture() { self.size } else { self.size.min(CHUNK_BYTES) });
        from.take(self.size as u64).read_to_end(&mut payload).await?;
        if payload.len() < self.size { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(payload) }
    }

    /// Reads the payload and keeps nothing of it.
    ///
    /// # Errors
    /// The worker has ended.
    pub async fn skip(self, from: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
        let size = self.size as u64;
        let skipped = tokio::io::copy(&mut from.take(size), &mut tokio::io::sink()).await?;
        if skipped < size { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    /// Reads a payload.
    ///
    /// # Errors
    /// It is not in order.
    pub fn decode(self, payload: Bytes) -> Result<Answer, Malformed> {
        Answer::decode(self.kind, payload)
    }
}

fn picture(payload: &Bytes) -> Result<Answer, Malformed> {
    let (cpu, rest) = payload.split_first_chunk().ok_or(Malformed)?;
    let (width, rest) = rest.split_first_chunk().ok_or(Malformed)?;
    let (height, rest) = rest.split_first_chunk().ok_or(Malformed)?;
    let [cpu, width, height] = [cpu, width, height].map(|number| u32::from_le_bytes(*number));
    let is_side = |side: u32| (1..=PAGE_SIDE).contains(&side);
    if !rest.starts_with(&[0xff, 0xd8]) || !is_side(width) || !is_side(height) {
        return Err(Malformed);
    }
    Ok(Answer::Picture(Picture { width, height, jpeg: payload.slice(PICTURE_HEAD..) }, Duration::from_millis(cpu.into())))
}

fn is_words(text: &str, most: usize) -> bool {
    text.len() <= most && !text.contains(char::is_control)
}

fn is_in_bounds(opened: &Opened) -> bool {
    let in_order = |page: &crate::preview::job::PageSize| page.width > 0 && page.height > 0;
    (1..=PAGES).contains(&opened.pages.len())
        && opened.pages.iter().all(in_order)
        && opened.parts.len() <= PARTS
        && opened.parts.iter().all(|part| is_words(&part.name, PART_NAME_BYTES))
        && opened.notes.len() <= 16
        && is_words(&opened.layout, WORDS_BYTES)
}

#[cfg(test)]
mod tests;
