//! Reads what a WebDAV server says of a folder and its entries (RFC 4918 section 13), one entry at a time, and no more of it than is held at once.

use crate::documents::remote::web::head::{number, seconds};
use crate::domain::bounds::{LISTING_BYTES, LISTING_PART_BYTES};
use quick_xml::errors::Error as XmlError;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};
use quick_xml::name::{Namespace, QName, ResolveResult};
use quick_xml::reader::NsReader;
use std::io::{Error, Result as IoResult};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncBufRead, AsyncRead, ReadBuf};

/// Deepest nesting of elements.
const DEPTH: usize = 32;

/// One entry, as it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Member {
    /// Its address, as it stands there.
    pub href: String,
    /// The status of the entry as a whole, where it has one.
    pub status: Option<u16>,
    /// Whether it is a folder.
    pub collection: bool,
    /// Bytes, of documents.
    pub size: Option<u64>,
    /// Last change, in whole seconds since 1970; 0 where it is not told.
    pub changed: i64,
}

/// Why an answer was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    /// It is no such answer.
    #[error("an answer that is not the XML that WebDAV wants")]
    Form,
    /// Its bytes do not come.
    #[error("the answer broke off: {0}")]
    Io(Error),
}

/// How far an answer was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// To its end.
    Whole,
    /// Until the reader had enough, or `bounds::LISTING_BYTES` were read.
    Cut,
}

/// The elements that mean something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Multistatus,
    Response,
    Href,
    Propstat,
    Prop,
    Status,
    ResourceType,
    Collection,
    Length,
    Modified,
    Other,
}

impl Tag {
    fn of(space: &ResolveResult<'_>, local: &str) -> Self {
        if *space != ResolveResult::Bound(Namespace("DAV:")) {
            return Self::Other;
        }
        match local {
            "multistatus" => Self::Multistatus,
            "response" => Self::Response,
            "href" => Self::Href,
            "propstat" => Self::Propstat,
            "prop" => Self::Prop,
            "status" => Self::Status,
            "resourcetype" => Self::ResourceType,
            "collection" => Self::Collection,
            "getcontentlength" => Self::Length,
            "getlastmodified" => Self::Modified,
            _ => Self::Other,
        }
    }

    /// Whether its text is kept.
    const fn has_text(self) -> bool {
        matches!(self, Self::Href | Self::Status | Self::Length | Self::Modified)
    }
}

/// Where one is in an answer, and what was read of the entry.
#[derive(Debug, Default)]
struct State {
    open: Vec<Tag>,
    text: String,
    entry: Member,
    /// What the present group of properties says, which counts only if its status is good.
    group: Member,
}

impl State {
    fn start(&mut self, tag: Tag) -> Result<(), Unread> {
        if self.open.len() == DEPTH || (self.open.is_empty() && tag != Tag::Multistatus) {
            return Err(Unread::Form);
        }
        self.open.push(tag);
        match self.open[..] {
            [Tag::Multistatus, Tag::Response] => self.entry = Member::default(),
            [Tag::Multistatus, Tag::Response, Tag::Propstat] => self.group = Member::default(),
            [.., Tag::Propstat, Tag::Prop, Tag::ResourceType, Tag::Collection] => self.group.collection = true,
            _ => {}
        }
        self.text.clear();
        Ok(())
    }

    fn add(&mut self, text: &str) -> Result<(), Unread> {
        if self.open.last().is_some_and(|tag| tag.has_text()) {
            self.text.push_str(text);
        }
        if self.text.len() > LISTING_PART_BYTES { Err(Unread::Form) } else { Ok(()) }
    }

    fn refer(&mut self, reference: &BytesRef<'_>) -> Result<(), Unread> {
        let character = reference.resolve_char_ref().map_err(|_| Unread::Form)?;
        match (character, resolve_predefined_entity(reference)) {
            (Some(character), _) => self.add(character.encode_utf8(&mut [0; 4])),
            (None, Some(text)) => self.add(text),
            (None, None) => Err(Unread::Form),
        }
    }

    /// Closes an element; gives the entry that ends with it.
    fn end(&mut self) -> Option<Member> {
        let text = std::mem::take(&mut self.text);
        match self.open[..] {
            [Tag::Multistatus, Tag::Response, Tag::Href] if self.entry.href.is_empty() => self.entry.href = text,
            [Tag::Multistatus, Tag::Response, Tag::Status] => self.entry.status = status(&text),
            [Tag::Multistatus, Tag::Response, Tag::Propstat, Tag::Status] => self.group.status = status(&text),
            [Tag::Multistatus, Tag::Response, Tag::Propstat, Tag::Prop, Tag::Length] => self.group.size = number(&text),
            [Tag::Multistatus, Tag::Response, Tag::Propstat, Tag::Prop, Tag::Modified] => self.group.changed = seconds(&text),
            [Tag::Multistatus, Tag::Response, Tag::Propstat] if self.group.status.is_none_or(is_good) => {
                let group = std::mem::take(&mut self.group);
                self.entry.collection |= group.collection;
                self.entry.size = group.size.or(self.entry.size);
                self.entry.changed = if group.changed == 0 { self.entry.changed } else { group.changed };
            }
            _ => {}
        }
        let ended = self.open.pop() == Some(Tag::Response) && self.open == [Tag::Multistatus];
        ended.then(|| std::mem::take(&mut self.entry))
    }
}

/// Whether a status says that all went well.
pub(super) const fn is_good(status: u16) -> bool {
    matches!(status, 200..300)
}

/// The number in `HTTP/1.1 200 OK`.
fn status(line: &str) -> Option<u16> {
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Reads an answer and gives each entry to `found`, until that says to stop.
///
/// # Errors
/// It is no such answer, a part of it is longer than `bounds::LISTING_PART_BYTES`, or its bytes do not come.
pub async fn read<R: AsyncBufRead + Unpin>(source: R, mut found: impl FnMut(Member) -> bool) -> Result<Ended, Unread> {
    let mut reader = NsReader::from_reader(Bounded { source, left: LISTING_BYTES, part: 0 });
    reader.config_mut().expand_empty_elements = true;
    let (mut state, mut space, mut begun) = (State::default(), Vec::new(), false);
    loop {
        space.clear();
        reader.get_mut().part = LISTING_PART_BYTES;
        let event = match reader.read_event_into_async(&mut space).await {
            Ok(event) => event,
            Err(_) if reader.get_mut().left == 0 => return Ok(Ended::Cut),
            Err(_) if reader.get_mut().part == 0 => return Err(Unread::Form),
            Err(XmlError::Io(error)) => return Err(Unread::Io(Error::new(error.kind(), error.to_string()))),
            Err(_) => return Err(Unread::Form),
        };
        match event {
            Event::Start(start) => {
                begun = true;
                state.start(tag_of(&reader, start.name()))?;
            }
            Event::End(_) => {
                if state.end().is_some_and(|member| !found(member)) {
                    return Ok(Ended::Cut);
                }
            }
            Event::Text(text) => state.add(&text)?,
            Event::CData(text) => state.add(&text)?,
            Event::GeneralRef(reference) => state.refer(&reference)?,
            // Entities of its own making are no part of WebDAV.
            Event::DocType(_) => return Err(Unread::Form),
            Event::Eof => return if begun && state.open.is_empty() { Ok(Ended::Whole) } else { Err(Unread::Form) },
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn tag_of<R>(reader: &NsReader<R>, name: QName<'_>) -> Tag {
    let (space, local) = reader.resolver().resolve_element(name);
    Tag::of(&space, local.as_ref())
}

/// A source that gives no more than it may: in all, and before it is told to go on.
struct Bounded<R> {
    source: R,
    left: usize,
    part: usize,
}

impl<R: AsyncBufRead + Unpin> AsyncBufRead for Bounded<R> {
    fn poll_fill_buf(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<IoResult<&[u8]>> {
        let this = self.get_mut();
        let bound = this.left.min(this.part);
        let bytes = ready!(Pin::new(&mut this.source).poll_fill_buf(context))?;
        if bound == 0 && !bytes.is_empty() {
            return Poll::Ready(Err(Error::from(std::io::ErrorKind::FileTooLarge)));
        }
        Poll::Ready(Ok(&bytes[..bytes.len().min(bound)]))
    }

    fn consume(self: Pin<&mut Self>, amount: usize) {
        let this = self.get_mut();
        this.left -= amount;
        this.part -= amount;
        Pin::new(&mut this.source).consume(amount);
    }
}

impl<R: AsyncBufRead + Unpin> AsyncRead for Bounded<R> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<IoResult<()>> {
        let bytes = ready!(self.as_mut().poll_fill_buf(context))?;
        let length = bytes.len().min(to.remaining());
        to.put_slice(&bytes[..length]);
        self.consume(length);
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests;
