//! What passes between gateway and converter, one conversion for each connection: a head, the document, a half close; a head, the PDF, the end.
//!
//! | request | bytes | answer | bytes |
//! |---|---|---|---|
//! | `DWO1` | 4 | `DWO1` | 4 |
//! | format, or 0 to ask for the version only | 1 | outcome | 1 |
//! | the document's size | 8 | length of LibreOffice's version | 1 |
//! | | | the PDF's size | 8 |
//! | | | the version | up to 32 |
//!
//! Numbers have their highest byte first. A head has one spelling only. The version with a PDF has one number more, behind a dot: it stands for
//! the fonts and the build that the PDF was made with.

use crate::preview::limits::{DOCUMENT_BYTES, OFFICE_PDF_BYTES};
use crate::preview::office::Format;
use std::fmt;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Length of a request's head, in bytes.
pub const REQUEST_HEAD: usize = 13;
/// Length of an answer's head without the version, in bytes.
pub const ANSWER_HEAD: usize = 14;
/// Longest version, in bytes.
pub const VERSION_BYTES: usize = 32;
const MARK: [u8; 4] = *b"DWO1";

/// The version of LibreOffice: figures and dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version(String);

impl Version {
    /// Reads it: figures separated by single dots, at most `VERSION_BYTES`.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        (text.len() <= VERSION_BYTES && text.split('.').all(plain)).then(|| Self(text.to_owned()))
    }

    /// This version with one number more, which stands for what it works with; nothing where that becomes too long.
    pub fn with(&self, number: u64) -> Option<Self> {
        Self::parse(&format!("{}.{number}", self.0))
    }

    /// What areas on pages of this converter are bound to.
    pub fn layout(&self) -> String {
        format!("office/{}", self.0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the converter is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Which version it runs.
    Version,
    /// A PDF of the document that follows.
    Convert {
        /// What it is.
        format: Format,
        /// Bytes of the document, 1 to `DOCUMENT_BYTES`.
        size: u64,
    },
}

/// What the converter answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The version it runs.
    Version(Version),
    /// A PDF follows.
    Converted {
        /// The version that made it.
        version: Version,
        /// Bytes of the PDF, 1 to `OFFICE_PDF_BYTES`.
        size: u64,
    },
    /// There is none.
    Refused(Refused),
}

/// Why there is no PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Others wait already, or it stops.
    #[error("it is busy")]
    Busy,
    /// It does not open as what its name says, or LibreOffice failed on it.
    #[error("it could not convert the document")]
    Failed,
    /// It took longer than `OFFICE_WALL`.
    #[error("the conversion took too long")]
    TooLong,
    /// The document or its PDF is too large.
    #[error("the document or its PDF is too large")]
    TooLarge,
}

impl Refused {
    const ALL: [(u8, Self); 4] = [(2, Self::Busy), (3, Self::Failed), (4, Self::TooLong), (5, Self::TooLarge)];
}

impl Request {
    /// Reads a head.
    pub fn parse(head: &[u8; REQUEST_HEAD]) -> Option<Self> {
        let (mark, rest) = head.split_first_chunk()?;
        let (format, size) = rest.split_first()?;
        let size = u64::from_be_bytes(size.try_into().ok()?);
        let request = match usize::from(*format).checked_sub(1) {
            None => (size == 0).then_some(Self::Version),
            Some(place) => (1..=DOCUMENT_BYTES)
                .contains(&size)
                .then_some(Self::Convert { format: *Format::ALL.get(place)?, size }),
        };
        request.filter(|_| *mark == MARK)
    }

    /// The head.
    pub fn head(self) -> [u8; REQUEST_HEAD] {
        let (format, size) = match self {
            Self::Version => (0, 0),
            Self::Convert { format, size } => (format.number(), size),
        };
        let mut head = [0; REQUEST_HEAD];
        head[..4].copy_from_slice(&MARK);
        head[4] = format;
        head[5..].copy_from_slice(&size.to_be_bytes());
        head
    }

    /// Reads a head from a connection.
    ///
    /// # Errors
    /// The connection ends, or the head is none.
    pub async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let mut head = [0; REQUEST_HEAD];
        from.read_exact(&mut head).await?;
        Self::parse(&head).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no head of a request"))
    }
}

impl Answer {
    /// Reads a head with its version.
    pub fn parse(head: &[u8]) -> Option<Self> {
        let (fixed, version) = head.split_first_chunk::<ANSWER_HEAD>()?;
        let (mark, rest) = fixed.split_first_chunk()?;
        let [outcome, length, size @ ..] = rest else { return None };
        let size = u64::from_be_bytes(size.try_into().ok()?);
        let version = match version {
            [] => None,
            bytes => Some(Version::parse(str::from_utf8(bytes).ok()?)?),
        };
        let answer = match (*outcome, version) {
            (0, Some(version)) if size == 0 => Self::Version(version),
            (1, Some(version)) if (1..=OFFICE_PDF_BYTES).contains(&size) => Self::Converted { version, size },
            (outcome, None) if size == 0 => Self::Refused(Refused::ALL.iter().find(|(number, _)| *number == outcome)?.1),
            _ => return None,
        };
        (*mark == MARK && head.len() == ANSWER_HEAD + usize::from(*length)).then_some(answer)
    }

    /// The head with its version.
    pub fn head(&self) -> Vec<u8> {
        let (outcome, version, size) = match self {
            Self::Version(version) => (0, version.0.as_str(), 0),
            Self::Converted { version, size } => (1, version.0.as_str(), *size),
            Self::Refused(why) => (Refused::ALL.iter().find(|(_, refused)| refused == why).map_or(u8::MAX, |(number, _)| *number), "", 0),
        };
        let mut head = MARK.to_vec();
        head.push(outcome);
        head.push(u8::try_from(version.len()).unwrap_or(u8::MAX));
        head.extend_from_slice(&u64::to_be_bytes(size));
        head.extend_from_slice(version.as_bytes());
        head
    }

    /// Reads a head from a connection.
    ///
    /// # Errors
    /// The connection ends, or the head is none.
    pub async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Self> {
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, "no head of an answer");
        let mut head = [0; ANSWER_HEAD + VERSION_BYTES];
        let (fixed, version) = head.split_at_mut(ANSWER_HEAD);
        from.read_exact(fixed).await?;
        let length = usize::from(fixed[5]);
        from.read_exact(version.get_mut(..length).ok_or_else(wrong)?).await?;
        Self::parse(&head[..ANSWER_HEAD + length]).ok_or_else(wrong)
    }
}

impl Format {
    /// Its place in `Format::ALL`, from 1.
    fn number(self) -> u8 {
        let place = Self::ALL.iter().position(|format| *format == self);
        place.and_then(|place| u8::try_from(place + 1).ok()).unwrap_or(u8::MAX)
    }
}
