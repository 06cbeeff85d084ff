//! One page of a listing as an object store gives it: XML in, names out.
//!
//! It is asked for without `encoding-type=url`: some stores say then that they have coded the keys, and have not.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// What a page says. Nothing of its keys has been judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The objects right beneath the folder.
    pub objects: Vec<Object>,
    /// What the keys beneath further folders begin with, the slash at the end included.
    pub folders: Vec<String>,
    /// What the next page is asked by, when there is one.
    pub next: Option<String>,
}

/// One object of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its whole key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Last change, in seconds since 1970; 0 where the store says nothing that can be read.
    pub seconds: i64,
}

/// The elements that are looked at; all others are passed over with what is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Result,
    Contents,
    Folders,
    Next,
    Key,
    Size,
    Changed,
    Prefix,
    Other,
}

#[derive(Debug, Default)]
struct Reading {
    way: Vec<Element>,
    text: String,
    page: Page,
    key: Option<String>,
    size: Option<u64>,
    seconds: i64,
    prefix: Option<String>,
}

/// Reads a page of `ListObjectsV2`.
///
/// # Errors
/// In a few words what is wrong with it: no XML, another document, an object without key or size.
pub fn read(bytes: &[u8]) -> Result<Page, &'static str> {
    const NO_XML: &str = "a listing that is no XML";
    let text = std::str::from_utf8(bytes).map_err(|_| NO_XML)?;
    let mut reader = Reader::from_str(text);
    let mut reading = Reading::default();
    let mut whole = false;
    loop {
        match reader.read_event().map_err(|_| NO_XML)? {
            Event::Start(element) => reading.start(element.local_name().as_ref())?,
            Event::Empty(element) => {
                reading.start(element.local_name().as_ref())?;
                reading.end()?;
                whole |= reading.way.is_empty();
            }
            Event::End(_) => {
                reading.end()?;
                whole |= reading.way.is_empty();
            }
            Event::Text(text) => reading.text.push_str(&text.xml10_content()),
            Event::CData(text) => reading.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => reading.text.push_str(&character(&reference).ok_or(NO_XML)?),
            Event::Eof if whole => return Ok(reading.page),
            Event::Eof => return Err("a listing that breaks off, or is none"),
            _ => {}
        }
    }
}

/// Whether an answer is an error, whatever its status says, and if so its code.
pub(super) fn error_code(bytes: &[u8]) -> Option<String> {
    let mut reader = Reader::from_str(std::str::from_utf8(bytes).ok()?);
    let (mut depth, mut in_code, mut code) = (0, false, String::new());
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) if depth == 0 && element.local_name().as_ref() != "Error" => return None,
            Event::Start(element) => {
                depth += 1;
                in_code = depth == 2 && element.local_name().as_ref() == "Code";
            }
            Event::Text(text) if in_code => code.push_str(text.xml10_content().trim()),
            Event::End(_) if in_code || depth <= 1 => return Some(code.chars().filter(char::is_ascii_alphanumeric).take(64).collect()),
            Event::End(_) => depth -= 1,
            Event::Eof => return None,
            _ => {}
        }
    }
}

/// A character by its number, or one of the five that XML names. Numbers that are no character of XML stand for one that no name here has.
fn character(reference: &BytesRef<'_>) -> Option<String> {
    match reference.resolve_char_ref() {
        Ok(Some(c)) => Some(c.to_string()),
        Err(_) => Some('\0'.to_string()),
        Ok(None) => quick_xml::escape::resolve_predefined_entity(&reference.xml10_content()).map(str::to_owned),
    }
}

impl Reading {
    fn start(&mut self, name: &str) -> Result<(), &'static str> {
        let element = match (self.way.as_slice(), name) {
            ([], "ListBucketResult") => Element::Result,
            ([Element::Result], "Contents") => Element::Contents,
            ([Element::Result], "CommonPrefixes") => Element::Folders,
            ([Element::Result], "NextContinuationToken") => Element::Next,
            ([Element::Result, Element::Contents], "Key") => Element::Key,
            ([Element::Result, Element::Contents], "Size") => Element::Size,
            ([Element::Result, Element::Contents], "LastModified") => Element::Changed,
            ([Element::Result, Element::Folders], "Prefix") => Element::Prefix,
            ([], _) => return Err("something else than a listing"),
            _ => Element::Other,
        };
        self.way.push(element);
        self.text.clear();
        Ok(())
    }

    fn end(&mut self) -> Result<(), &'static str> {
        let text = std::mem::take(&mut self.text);
        match self.way.pop().ok_or("a listing with loose ends")? {
            Element::Next => self.page.next = Some(text).filter(|token| !token.is_empty()),
            Element::Key => self.key = Some(text),
            Element::Size => self.size = Some(text.trim().parse().map_err(|_| "a listing with a size that is no number")?),
            Element::Changed => self.seconds = text.trim().parse().map_or(0, jiff::Timestamp::as_second),
            Element::Prefix => self.prefix = Some(text),
            Element::Contents => {
                let (key, size) = self.key.take().zip(self.size.take()).ok_or("a listing with an object that has no key or size")?;
                self.page.objects.push(Object { key, size, seconds: std::mem::take(&mut self.seconds) });
            }
            Element::Folders => self.page.folders.extend(self.prefix.take()),
            Element::Result | Element::Other => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = r#"<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"#;

    fn page(content: &str) -> Result<Page, &'static str> {
        read(format!("{START}{content}</ListBucketResult>").as_bytes())
    }

    #[test]
    fn a_page_gives_keys_as_they_are_in_the_store() {
        let listed = "<Prefix>a/</Prefix><Contents><Key>a/x&amp;y&#x20;z</Key><Size>7</Size><LastModified>2026-01-02T03:04:05.678Z</LastModified>\
                      <Owner><Key>none</Key></Owner></Contents><CommonPrefixes><Prefix>a/ b+c%41 /</Prefix></CommonPrefixes>\
                      <NextContinuationToken>t/+==</NextContinuationToken>";
        let read = page(listed).expect("it is a listing");
        let object = Object { key: "a/x&y z".to_owned(), size: 7, seconds: 1_767_323_045 };
        assert_eq!(read, Page { objects: vec![object], folders: vec!["a/ b+c%41 /".to_owned()], next: Some("t/+==".to_owned()) });
        let odd = page("<CommonPrefixes><Prefix>&#0;&#x1;\u{2}&#55296;/</Prefix></CommonPrefixes>").expect("it is a listing");
        assert_eq!(odd.folders, ["\0\u{1}\u{2}\0/"]);
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for bytes in [
            &b""[..],
            b"\xff",
            b"{}",
            b"<ListBucketResult>",
            START.as_bytes(),
            b"<html></html>",
            b"<ListBucketResult></Other>",
            b"</ListBucketResult>",
        ] {
            assert!(read(bytes).is_err(), "{:?}", String::from_utf8_lossy(bytes));
        }
        assert!(page("<Contents><Key>a</Key></Contents>").is_err());
        assert!(page("<Contents><Key>a</Key><Size>-1</Size></Contents>").is_err());
        assert!(page("<Contents><Key>&unknown;</Key><Size>1</Size></Contents>").is_err());
        assert_eq!(page("").map(|page| page.objects.len()), Ok(0));
    }

    #[test]
    fn an_error_is_told_by_its_code_whatever_its_status() {
        let code = |text: &str| error_code(text.as_bytes());
        assert_eq!(code("<?xml version='1.0'?>\n<Error><Code>NoSuchKey</Code><Key>k</Key></Error>").as_deref(), Some("NoSuchKey"));
        assert_eq!(code("<Error><Message>m</Message><Code> Slow&#10;Down </Code></Error>").as_deref(), Some("SlowDown"));
        assert_eq!(code("<Error><Message><Code>no</Code></Message></Error>").as_deref(), Some(""));
        for none in ["<CompleteMultipartUploadResult/>", "<html><Code>NoSuchKey</Code></html>", "", "NoSuchKey", "<Error><Code>"] {
            assert_eq!(code(none), None, "{none}");
        }
    }
}
