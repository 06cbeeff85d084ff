//! A PDF made of pictures, written page by page: never more than one page of it is in memory.

use crate::preview::job::{PageSize, Picture};
use bytes::Bytes;
use pdf_writer::{Chunk, Content, Filter, Finish, Name, Rect, Ref};
use std::fmt::Write as _;
use std::io;

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

    /// The next page, as what comes before its picture, the picture itself, no copy of it, and what comes after. One too many is nothing.
    ///
    /// # Errors
    /// The picture is no JPEG that is grey or coloured as pages are.
    pub fn page(&mut self, size: PageSize, picture: &Picture) -> io::Result<[Bytes; 3]> {
        if self.begun >= self.pages {
            return Ok(Default::default());
        }
        // Readers take this for how many bytes a dot has, so it must be what the picture says.
        let colours: &[u8] = match components(&picture.jpeg) {
            Some(1) => b"DeviceGray",
            Some(3) => b"DeviceRGB",
            _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "a page's picture is neither grey nor coloured")),
        };
        let mut before = Vec::new();
        let page = page_ref(self.begun);
        let (content, image) = (page.next(), page.next().next());
        self.begun += 1;
        let (width, height) = fitting(size);
        let mut chunk = Chunk::new();
        let mut dictionary = chunk.page(page);
        dictionary.parent(Ref::new(TREE)).media_box(Rect::new(0.0, 0.0, width, height)).contents(content);
        dictionary.resources().x_objects().pair(PICTURE, image);
        dictionary.finish();
        self.put(&chunk, &mut before);
        let mut drawing = Content::new();
        drawing.transform([width, 0.0, 0.0, height, 0.0, 0.0]).x_object(PICTURE);
        let drawing = drawing.finish();
        let mut chunk = Chunk::new();
        chunk.stream(content, &drawing).finish();
        self.put(&chunk, &mut before);
        let mut chunk = Chunk::new();
        let mut drawn = chunk.image_xobject(image, &picture.jpeg);
        drawn.filter(Filter::DctDecode);
        drawn.width(dots(picture.width)).height(dots(picture.height)).bits_per_component(8);
        drawn.color_space_name(Name(colours));
        drawn.finish();
        let at = before.len();
        self.put(&chunk, &mut before);
        // Everything that is said of the picture stands before it, in few words.
        let begins = before[at..]
            .windows(STREAM.len())
            .position(|window| window == STREAM)
            .map(|found| at + found + STREAM.len());
        let rest = begins.and_then(|begins| before.get(begins..)?.strip_prefix(&picture.jpeg[..]));
        let after = Bytes::copy_from_slice(rest.ok_or_else(|| io::Error::other("a picture is not where it was written"))?);
        before.truncate(begins.unwrap_or(at));
        before.shrink_to_fit();
        Ok([before.into(), picture.jpeg.clone(), after])
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

/// What stands before the bytes of a picture.
const STREAM: &[u8] = b"stream\n";
const PICTURE: Name<'static> = Name(b"P");

fn page_ref(index: i32) -> Ref {
    Ref::new(FIRST + index * PER_PAGE)
}

fn dots(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// How many values a dot of a JPEG has, from its frame's head.
fn components(jpeg: &[u8]) -> Option<u8> {
    let mut rest = jpeg.strip_prefix(b"\xff\xd8")?;
    loop {
        let [0xff, marker, high, low, body @ ..] = rest else { return None };
        match marker {
            // A frame of any coding: bits a value, height, width, then this. The others of the range are tables and extensions.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => return body.get(5).copied(),
            0xda => return None,
            _ => rest = body.get(usize::from(u16::from_be_bytes([*high, *low])).checked_sub(2)?..)?,
        }
    }
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
    use crate::preview::source::{self, Raster};
    use crate::preview::{job::Trouble, paint};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// Left half and right half of a page in these colours.
    fn halves(left: [u8; 3], right: [u8; 3]) -> Raster {
        let row = [left.repeat(40), right.repeat(40)].concat();
        Raster { width: 80, height: 60, rgb: row.repeat(60) }
    }

    fn picture(page: &Raster) -> Result<Picture, Trouble> {
        Ok(Picture { width: page.width, height: page.height, jpeg: paint::jpeg(page)?.into() })
    }

    fn grey() -> Result<Picture, Trouble> {
        picture(&halves([30; 3], [200; 3]))
    }

    fn page(width: u16, height: u16) -> PageSize {
        PageSize { width, height }
    }

    #[test]
    fn every_object_is_where_the_table_says() -> Outcome {
        let (mut album, mut bytes) = Album::begin(3);
        for size in [page(595, 842), page(842, 595), page(40_000, 10)] {
            bytes.extend(album.page(size, &grey().map_err(|why| format!("{why:?}"))?)?.concat());
        }
        bytes.extend(album.end().ok_or("all pages are there")?);
        let text = String::from_utf8_lossy(&bytes);
        let table = text
            .rsplit("startxref\n")
            .next()
            .and_then(|end| end.lines().next())
            .ok_or("a table")?
            .parse::<usize>()?;
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
    fn grey_and_coloured_pages_are_seen_in_the_pdf_as_they_were_drawn() -> Outcome {
        let drawn = [halves([30; 3], [200; 3]), halves([200, 30, 30], [30, 60, 200])];
        let (mut album, mut bytes) = Album::begin(2);
        for raster in &drawn {
            bytes.extend(album.page(page(80, 60), &picture(raster).map_err(|why| format!("{why:?}"))?)?.concat());
        }
        bytes.extend(album.end().ok_or("all pages are there")?);
        let mut seen = source::open("copy.pdf", bytes, &[]).map_err(|why| format!("{why:?}"))?;
        for (at, raster) in drawn.iter().enumerate() {
            let seen = seen.draw(at, 72).map_err(|why| format!("{why:?}"))?;
            assert_eq!((seen.width, seen.height), (80, 60));
            for x in [10, 30, 50, 70] {
                let dot = |page: &Raster| page.rgb[(30 * 80 + x) * 3..][..3].to_vec();
                let (want, got) = (dot(raster), dot(&seen));
                assert!(want.iter().zip(&got).all(|(a, b)| a.abs_diff(*b) < 12), "page {at}, dot {x}: {want:?} became {got:?}");
            }
        }
        Ok(())
    }

    #[test]
    fn what_is_neither_grey_nor_coloured_is_no_page() {
        let four = b"\xff\xd8\xff\xc0\0\x14\x08\0\x01\0\x01\x04";
        for jpeg in [&b""[..], b"\xff\xd8", b"\xff\xd8\xff\xe0\0\0", b"\xff\xd8 no JPEG \xff\xd9", b"\xff\xd8\xff\xda\0\x02", four] {
            let (mut album, _) = Album::begin(1);
            let picture = Picture { width: 1, height: 1, jpeg: Bytes::from_static(jpeg) };
            assert!(album.page(page(10, 10), &picture).is_err() && album.end().is_none(), "{jpeg:?}");
        }
    }

    #[test]
    fn an_album_with_a_page_missing_has_no_end_and_takes_no_page_too_many() -> Outcome {
        let picture = grey().map_err(|why| format!("{why:?}"))?;
        let (mut album, _) = Album::begin(2);
        assert!(!album.page(page(10, 10), &picture)?.concat().is_empty());
        let (mut full, _) = Album::begin(1);
        full.page(page(10, 10), &picture)?;
        assert!(full.page(page(10, 10), &picture)?.concat().is_empty());
        assert!(album.end().is_none());
        Ok(())
    }
}
