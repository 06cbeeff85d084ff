//! The converter's wire, its folders, and its client against converters that answer, refuse, break off and are not there.

use super::Format;
use super::client::{OfficeFeed, version};
use super::scratch::Scratch;
use super::wire::{Answer, REQUEST_HEAD, Refused, Request, Version};
use crate::crypto::primitives::sha256;
use crate::preview::feed::{Fed, Feed};
use crate::preview::job::{Kind, Trouble};
use crate::preview::limits::{DOCUMENT_BYTES, OFFICE_PDF_BYTES};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

const PIECES: usize = 40;
const PIECE: usize = 64 * 1024;

/// A document of `PIECES` pieces that counts how often it is opened.
struct Document {
    name: &'static str,
    opened: AtomicUsize,
}

impl Document {
    const fn new(name: &'static str) -> Self {
        Self { name, opened: AtomicUsize::new(0) }
    }
}

impl Feed for Document {
    fn name(&self) -> &str {
        self.name
    }

    fn open(&self) -> BoxFuture<'_, Result<Fed, Trouble>> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        let bytes = stream::iter((0..PIECES).map(|_| Ok(Bytes::from_static(&[b'd'; PIECE])))).boxed();
        Box::pin(async { Ok(Fed { size: (PIECES * PIECE) as u64, bytes, converted: None }) })
    }
}

async fn all(mut fed: Fed) -> std::io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    while let Some(piece) = fed.bytes.next().await {
        whole.extend_from_slice(&piece?);
    }
    Ok(whole)
}

/// A converter that takes `read` bytes of each document, or all of it, and answers with these bytes.
fn converter(socket: &Path, read: Option<usize>, reply: Vec<u8>) -> Outcome {
    let listener = UnixListener::bind(socket)?;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut taken = Vec::new();
            let most = read.unwrap_or(usize::MAX) as u64;
            let _ = (&mut stream).take(most).read_to_end(&mut taken).await;
            if read.is_none() {
                assert_eq!(taken.len(), REQUEST_HEAD + PIECES * PIECE, "the whole document and its end");
            }
            let _ = stream.write_all(&reply).await;
        }
    });
    Ok(())
}

fn made(version: &str, size: u64) -> Outcome<Vec<u8>> {
    Ok(Answer::Converted { version: Version::parse(version).ok_or("no version")?, size }.head())
}

#[test]
fn a_name_tells_its_format_by_its_end_alone() {
    assert_eq!(Format::of_name("a.DocX"), Some(Format::Docx));
    assert_eq!(Format::of_name("a.docx.xls").map(Format::kind), Some(Kind::Spreadsheet));
    for other in ["", "docx", ".docx", "a.docx.pdf", "a.docm", "a.", "a.docx "] {
        assert_eq!(Format::of_name(other), None, "{other}");
    }
    for format in Format::ALL {
        assert_eq!(Format::of_name(&format!("x.{}", format.extension())), Some(format));
    }
}

#[test]
fn heads_are_read_back_and_nothing_else_is_one() -> Outcome {
    for format in Format::ALL {
        for size in [1, DOCUMENT_BYTES] {
            let request = Request::Convert { format, size };
            assert_eq!(Request::parse(&request.head()), Some(request));
        }
        for size in [0, DOCUMENT_BYTES + 1, u64::MAX] {
            assert_eq!(Request::parse(&Request::Convert { format, size }.head()), None);
        }
    }
    assert_eq!(Request::parse(&Request::Version.head()), Some(Request::Version));
    let version = Version::parse("24.8.1.2").ok_or("no version")?;
    let refusals = [Refused::Busy, Refused::Failed, Refused::TooLong, Refused::TooLarge].map(Answer::Refused);
    let others = [Answer::Version(version.clone()), Answer::Converted { version: version.clone(), size: OFFICE_PDF_BYTES }];
    for answer in refusals.into_iter().chain(others) {
        let head = answer.head();
        assert_eq!(Answer::parse(&head), Some(answer));
        assert_eq!(Answer::parse(&[&head[..], b"1"].concat()), None, "longer than it says");
        assert_eq!(Answer::parse(&head[..head.len() - 1]), None, "shorter than it says");
    }
    assert_eq!(Answer::parse(&Answer::Converted { version, size: OFFICE_PDF_BYTES + 1 }.head()), None);
    for text in ["", ".", "7.", ".7", "7..4", "7.4 ", "7.4.7.2-x", "1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1"] {
        assert_eq!(Version::parse(text), None, "{text}");
    }
    Ok(())
}

#[tokio::test]
async fn a_converted_document_comes_as_pdf_with_the_converter_in_its_layout() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (socket, document) = (folder.path().join("s"), Document::new("a.pptx"));
    converter(&socket, None, [made("7.4.7.2", 9)?, b"%PDF-more".to_vec()].concat())?;
    let fed = OfficeFeed { inner: &document, socket: &socket }.open().await?;
    let converted = fed.converted.clone().ok_or("it is the document itself")?;
    assert_eq!((fed.size, converted.kind, converted.layout.as_str()), (9, Kind::Presentation, "office/7.4.7.2"));
    assert!(converted.name.ends_with(".pdf"));
    assert_eq!(converted.original, sha256(&[&[b'd'; PIECES * PIECE]]), "it is known by what it was, however its PDF turns out");
    assert_eq!(all(fed).await?, b"%PDF-more");
    assert_eq!(document.opened.into_inner(), 1);
    Ok(())
}

#[tokio::test]
async fn a_pdf_that_breaks_off_is_an_error_and_never_a_shorter_one() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (socket, document) = (folder.path().join("s"), Document::new("a.doc"));
    converter(&socket, None, [made("7.4", 10)?, b"%PDF-more".to_vec()].concat())?;
    let fed = OfficeFeed { inner: &document, socket: &socket }.open().await?;
    assert_eq!(all(fed).await.map_err(|why| why.kind()), Err(std::io::ErrorKind::UnexpectedEof));
    Ok(())
}

#[tokio::test]
async fn without_a_pdf_the_document_itself_is_fed_from_its_beginning() -> Outcome {
    let folder = tempfile::tempdir()?;
    let failed = Answer::Refused(Refused::Failed).head();
    let nonsense = b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec();
    let version = Answer::Version(Version::parse("7.4").ok_or("no version")?).head();
    // Refused before the document is there, after it, with nothing, with something else; and no converter at all.
    let cases = [(Some(0), failed.clone()), (None, failed), (None, Vec::new()), (None, nonsense), (Some(100), version)];
    for (place, (read, reply)) in cases.into_iter().enumerate() {
        let (socket, document) = (folder.path().join(place.to_string()), Document::new("a.xls"));
        converter(&socket, read, reply)?;
        let fed = OfficeFeed { inner: &document, socket: &socket }.open().await?;
        assert_eq!((fed.converted.is_none(), all(fed).await?.len()), (true, PIECES * PIECE), "case {place}");
        assert_eq!(document.opened.into_inner(), 2);
    }
    let document = Document::new("a.xls");
    let fed = OfficeFeed { inner: &document, socket: &folder.path().join("none") }.open().await?;
    assert_eq!((fed.converted.is_none(), document.opened.into_inner()), (true, 1));
    Ok(())
}

#[tokio::test]
async fn while_the_converter_is_busy_the_document_waits_and_is_not_shown_as_text() -> Outcome {
    let folder = tempfile::tempdir()?;
    for (place, read) in [Some(0), None].into_iter().enumerate() {
        let (socket, document) = (folder.path().join(place.to_string()), Document::new("a.xls"));
        converter(&socket, read, Answer::Refused(Refused::Busy).head())?;
        let fed = OfficeFeed { inner: &document, socket: &socket }.open().await;
        assert_eq!((fed.err(), document.opened.into_inner()), (Some(Trouble::Busy), 1), "case {place}");
    }
    Ok(())
}

#[tokio::test]
async fn a_document_of_another_kind_never_meets_the_converter() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (socket, document) = (folder.path().join("s"), Document::new("a.pdf"));
    let listener = UnixListener::bind(&socket)?;
    let fed = OfficeFeed { inner: &document, socket: &socket }.open().await?;
    assert!(fed.converted.is_none());
    // The first connection that the converter sees is the one that is made now.
    drop(UnixStream::connect(&socket).await?);
    let (mut first, _) = listener.accept().await?;
    assert_eq!(first.read_to_end(&mut Vec::new()).await?, 0);
    assert!(version(&folder.path().join("none")).await.is_err());
    Ok(())
}

#[test]
fn folders_are_for_their_user_go_with_their_conversion_and_are_cleared_after_a_death() -> Outcome {
    let parent = tempfile::tempdir()?;
    let names = || -> Outcome<usize> { Ok(fs::read_dir(parent.path())?.count()) };
    let scratch = Scratch::make(parent.path())?;
    let job = scratch.job()?;
    fs::write(job.file("document.odt"), "words")?;
    let mode = fs::metadata(job.file("."))?.permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let dead = parent.path().join("doorward-office-0011223344556677");
    fs::create_dir(&dead)?;
    fs::write(dead.join("document.odt"), "left over")?;
    let others = parent.path().join("somebody-else");
    fs::create_dir(&others)?;
    let second = Scratch::make(parent.path())?;
    assert!(!dead.exists() && others.exists() && job.file("document.odt").exists(), "only what is left over goes");
    let file = job.file("document.odt");
    drop(job);
    assert!(!file.exists());
    drop((scratch, second));
    assert_eq!(names()?, 1);
    assert!(Scratch::make(&parent.path().join("none")).is_err());
    Ok(())
}
