//! A PDF made of pictures, written page by page: never more than one page of it is in memory.

use crate::preview::job::{PageSize, Picture};
use pdf_writer::{Chunk, Content, Filter, Finish, Name, Rect, Ref};
use std::fmt::Write as _;

/// Longest side of a page that readers must accept, in points (PDF 1.7, annex C).
const LONGEST_SIDE: f32 = 14_400.0;
const HEAD: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n";
const CATALOGUE: i32 = 1;
const TREE: i32 = 2;
/// The first page's object; each page has three: itself, its content, its picture.
const FIRST: i32 = 3;
const PER_PAGE: i32 = 3;

/// A PDF under way.
#[derive(Debug)]
pub struct Album {
    pages: i32,
    begun: i32,
    written: usize,
    /// Where each object begins, from object 1.
    offsets: Vec<usize>,
}

impl Album {
    /// An album of so many pages, and its first bytes.
    pub fn begin(pages: u16) -> (Self, Vec<u8>) {
        let pages = i32::from(pages);
        let mut album = Self { pages, begun: 0, written: 0, offsets: Vec::new() };
        let mut bytes = HEAD.to_vec();
        album.written = bytes.len();
        let mut catalogue = Chunk::new();
        catalogue
            .indirect(Ref::new(CATALOGUE))
            .dict()
            .pair(Name(b"Type"), Name(b"Catalog"))
            .pair(Name(b"Pages"), Ref::new(TREE));
        album.put(&catalogue, &mut bytes);
        let mut tree = Chunk::new();
        tree.pages(Ref::new(TREE)).count(pages).kids((0..pages).map(page_ref));
        album.put(&tree, &mut bytes);
        (album, bytes)
    }

    /// The next page. One too many is nothing.
    pub fn page(&mut self, size: PageSize, picture: &Picture) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(picture.jpeg.len() + 1024);
        if self.begun >= self.pages {
            return bytes;
        }
        let page = page_ref(self.begun);
        let (content, image) = (page.next(), page.next().next());
        self.begun += 1;
        let (width, height) = fitting(size);
        let mut chunk = Chunk::new();
        let mut dictionary = chunk.page(page);
        dictionary.parent(Ref::new(TREE)).media_box(Rect::new(0.0, 0.0, width, height)).contents(content);
        dictionary.resources().x_objects().pair(PICTURE, image);
        dictionary.finish();
        self.put(&chunk, &mut bytes);
        let mut drawing = Content::new();
        drawing.transform([width, 0.0, 0.0, height, 0.0, 0.0]).x_object(PICTURE);
        let drawing = drawing.finish();
        let mut chunk = Chunk::new();
        chunk.stream(content, &drawing).finish();
        self.put(&chunk, &mut bytes);
        let mut chunk = Chunk::new();
        let mut drawn = chunk.image_xobject(image, &picture.jpeg);
        drawn.filter(Filter::DctDecode);
        drawn.width(dots(picture.width)).height(dots(picture.height)).bits_per_component(8);
        drawn.color_space_name(Name(b"DeviceRGB"));
        drawn.finish();
        self.put(&chunk, &mut bytes);
        bytes
    }

    /// The last bytes; nothing when a page is missing, so that what is not whole never looks so.
    pub fn end(self) -> Option<Vec<u8>> {
        if self.begun < self.pages {
            return None;
        }
        let count = self.offsets.len() + 1;
        let mut text = format!("xref\n0 {count}\n0000000000 65535 f \n");
        for offset in &self.offsets {
            let _ = writeln!(text, "{offset:010} 00000 n ");
        }
        let _ = writeln!(text, "trailer\n<< /Size {count} /Root {CATALOGUE} 0 R >>\nstartxref\n{}\n%%EOF", self.written);
        Some(text.into_bytes())
    }

    /// One object, in the order of their numbers.
    fn put(&mut self, chunk: &Chunk, to: &mut Vec<u8>) {
        self.offsets.push(self.written);
        self.written += chunk.len();
        to.extend_from_slice(chunk.as_bytes());
    }
}

const PICTURE: Name<'static> = Name(b"P");

fn page_ref(index: i32) -> Ref {
    Ref::new(FIRST + index * PER_PAGE)
}

fn dots(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A page's size, made smaller where readers would not take it.
fn fitting(size: PageSize) -> (f32, f32) {
    let (width, height) = (f32::from(size.width.max(1)), f32::from(size.height.max(1)));
    let scale = (LONGEST_SIDE / width.max(height)).min(1.0);
    (width * scale, height * scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn picture() -> Picture {
        Picture { width: 3, height: 2, jpeg: Bytes::from_static(b"\xff\xd8 not looked into \xff\xd9") }
    }

    fn page(width: u16, height: u16) -> PageSize {
        PageSize { width, height }
    }

    #[test]
    fn every_object_is_where_the_table_says() -> Result<(), Box<dyn std::error::Error>> {
        let (mut album, mut bytes) = Album::begin(3);
        for size in [page(595, 842), page(842, 595), page(40_000, 10)] {
            bytes.extend(album.page(size, &picture()));
        }
        bytes.extend(album.end().ok_or("all pages are there")?);
        let text = String::from_utf8_lossy(&bytes);
        let table: usize = text.rsplit("startxref\n").next().and_then(|end| end.lines().next()).ok_or("a table")?.parse()?;
        let whole = |from: usize| bytes.get(from..).unwrap_or_default();
        assert!(whole(table).starts_with(b"xref\n0 12\n"));
        let entries = String::from_utf8_lossy(whole(table)).into_owned();
        for (number, line) in entries.lines().skip(3).take(11).enumerate() {
            assert_eq!(line.len(), 19, "20 bytes with the line's end");
            let offset: usize = line[..10].parse()?;
            assert!(whole(offset).starts_with(format!("{} 0 obj", number + 1).as_bytes()), "object {}", number + 1);
        }
        assert_eq!(text.matches("/Count 3").count(), 1);
        Ok(())
    }

    #[test]
    fn an_album_with_a_page_missing_has_no_end_and_takes_no_page_too_many() {
        let (mut album, _) = Album::begin(2);
        assert!(!album.page(page(10, 10), &picture()).is_empty());
        let (mut full, _) = Album::begin(1);
        full.page(page(10, 10), &picture());
        assert!(full.page(page(10, 10), &picture()).is_empty());
        assert!(album.end().is_none());
    }
}
