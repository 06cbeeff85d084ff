//! SVG, drawn by resvg with the bundled fonts; nothing that it refers to is fetched.

use crate::domain::redaction::{Area, WHOLE};
use crate::preview::fonts;
use crate::preview::job::{Kind, Note, Opened, PageSize, Trouble};
use crate::preview::limits::{PAGE_DOTS, PAGE_SIDE, PAGE_TEXT_BYTES, UNPACKED_BYTES};
use crate::preview::source::{Raster, Source, Word};
use flate2::read::MultiGzDecoder;
use resvg::tiny_skia::{Color, Pixmap, Transform};
use resvg::usvg::{Group, ImageHrefResolver, Node, Options, Text, Tree};
use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shortest and longest sides of a page as it is first shown, in points: a drawing has no size of its own that would have to be kept.
const SIDES: (f32, f32, f32) = (200.0, 720.0, 842.0);
/// How deep groups are looked into for text.
const DEPTH: usize = 200;

/// An opened drawing.
struct Drawing {
    opened: Opened,
    tree: Tree,
    /// The size of its page, in points.
    page: (f32, f32),
}

/// Opens a drawing, be it compressed.
///
/// # Errors
/// It is no drawing that can be read, or unpacks to more than the bound.
pub(super) fn open(bytes: &[u8]) -> Result<Box<dyn Source>, Trouble> {
    let unpacked;
    let bytes = if bytes.starts_with(b"\x1f\x8b") {
        unpacked = unpack(bytes)?;
        &unpacked
    } else {
        bytes
    };
    let refused = Arc::new(AtomicBool::new(false));
    let (data, string) = (refused.clone(), refused.clone());
    let options = Options {
        font_family: fonts::SANS.to_owned(),
        fontdb: fonts::database(),
        image_href_resolver: ImageHrefResolver {
            resolve_data: Box::new(move |_, _, _| {
                data.store(true, Ordering::Relaxed);
                None
            }),
            resolve_string: Box::new(move |_, _| {
                string.store(true, Ordering::Relaxed);
                None
            }),
        },
        ..Options::default()
    };
    let tree = Tree::from_str(&text(bytes), &options).map_err(|_| Trouble::Damaged)?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let (least, wide, high) = SIDES;
    let scale = (least / width.max(height)).max(0.75).min(wide / width).min(high / height);
    let page = (width * scale, height * scale);
    let points = |length: f32| length.round().max(1.0) as u16;
    let notes = if refused.load(Ordering::Relaxed) { vec![Note::NothingFetched] } else { Vec::new() };
    let pages = vec![PageSize { width: points(page.0), height: points(page.1) }];
    let opened = Opened { pages, kind: Kind::Drawing, layout: "drawing-1".to_owned(), notes, parts: Vec::new() };
    Ok(Box::new(Drawing { opened, tree, page }))
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(UNPACKED_BYTES + 1)
        .read_to_end(&mut unpacked)
        .map_err(|_| Trouble::Damaged)?;
    if unpacked.len() as u64 > UNPACKED_BYTES { Err(Trouble::TooLarge) } else { Ok(unpacked) }
}

/// The drawing's text: UTF-8 or what its mark says, else the western encoding of old programs.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    let marked = encoding_rs::Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let usual = if std::str::from_utf8(bytes).is_ok() { encoding_rs::UTF_8 } else { encoding_rs::WINDOWS_1252 };
    marked.unwrap_or(usual).decode(bytes).0
}

impl Drawing {
    fn only_page(page: usize) -> Result<(), Trouble> {
        if page == 0 { Ok(()) } else { Err(Trouble::NoSuchPage) }
    }
}

impl Source for Drawing {
    fn opened(&self) -> &Opened {
        &self.opened
    }

    fn draw(&mut self, page: usize, dpi: u16) -> Result<Raster, Trouble> {
        Self::only_page(page)?;
        let side = PAGE_SIDE as f32 / self.page.0.max(self.page.1);
        let area = (PAGE_DOTS as f32 / (self.page.0 * self.page.1)).sqrt();
        let scale = (f32::from(dpi) / 72.0).min(side).min(area);
        let dots = |length: f32| (length * scale).floor().max(1.0) as u32;
        let (width, height) = (dots(self.page.0), dots(self.page.1));
        let mut picture = Pixmap::new(width, height).ok_or(Trouble::TooLarge)?;
        picture.fill(Color::WHITE);
        let size = self.tree.size();
        resvg::render(&self.tree, Transform::from_scale(width as f32 / size.width(), height as f32 / size.height()), &mut picture.as_mut());
        let rgb = picture
            .data()
            .as_chunks::<4>()
            .0
            .iter()
            .flat_map(|[red, green, blue, _]| [*red, *green, *blue])
            .collect();
        Ok(Raster { width, height, rgb })
    }

    fn words(&mut self, page: usize) -> Result<Vec<Word>, Trouble> {
        Self::only_page(page)?;
        let mut gathered =
            Gathered { size: (self.tree.size().width(), self.tree.size().height()), words: Vec::new(), room: PAGE_TEXT_BYTES };
        gathered.group(self.tree.root(), true, DEPTH);
        Ok(gathered.words)
    }

    fn part(&mut self, _: usize) -> Option<(String, Vec<u8>)> {
        None
    }
}

/// The words of a drawing.
struct Gathered {
    size: (f32, f32),
    words: Vec<Word>,
    room: usize,
}

impl Gathered {
    /// Takes the texts of a group; of one with a filter, which may move what it shows, the place is not certain.
    fn group(&mut self, group: &Group, certain: bool, depth: usize) {
        let certain = certain && group.filters().is_empty();
        for node in group.children() {
            match node {
                Node::Group(inner) if depth > 0 => self.group(inner, certain, depth - 1),
                Node::Text(text) => self.text(text, certain),
                _ => {}
            }
        }
    }

    /// Takes the words of one text; each stands somewhere in the place of the whole.
    fn text(&mut self, text: &Text, certain: bool) {
        let (outer, ink) = (text.abs_bounding_box(), text.flattened().abs_stroke_bounding_box());
        let (left, right) = (outer.left().min(ink.left()), outer.right().max(ink.right()));
        let (top, bottom) = (outer.top().min(ink.top()), outer.bottom().max(ink.bottom()));
        if right <= 0.0 || bottom <= 0.0 || left >= self.size.0 || top >= self.size.1 {
            return;
        }
        let area = if certain { rounded((left, right, self.size.0), (top, bottom, self.size.1)) } else { None };
        let whole: String = text.chunks().iter().map(|chunk| format!("{} ", chunk.text())).collect();
        for word in whole.split_whitespace() {
            if word.len() > self.room {
                return;
            }
            self.room -= word.len();
            self.words.push(Word { text: word.to_owned(), area, ends_line: false });
        }
        if let Some(last) = self.words.last_mut() {
            last.ends_line = true;
        }
    }
}

/// An area outwards to the unit of areas, from where each side begins and ends and how long the page is.
fn rounded(across: (f32, f32, f32), down: (f32, f32, f32)) -> Option<Area> {
    let whole = f32::from(WHOLE);
    let side = |(from, to, length): (f32, f32, f32)| {
        let from = (from / length * whole).floor().clamp(0.0, whole - 1.0);
        let to = (to / length * whole).ceil().clamp(from + 1.0, whole);
        (from as u16, (to - from) as u16)
    };
    let ((left, width), (top, height)) = (side(across), side(down));
    Area::new(left, top, width, height).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    fn svg(more: &str, inner: &str) -> Vec<u8> {
        format!("<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' {more}>{inner}</svg>").into_bytes()
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).expect("it is written");
        packer.finish().expect("it is written")
    }

    fn dot(page: &Raster, x: u32, y: u32) -> [u8; 3] {
        page.rgb.as_chunks::<3>().0[(y * page.width + x) as usize]
    }

    #[test]
    fn a_drawing_is_drawn_on_white_compressed_or_not() {
        let plain = svg("width='400' height='200'", "<rect x='200' width='200' height='200' fill='#00f'/>");
        for bytes in [packed(&plain), plain] {
            let mut drawing = open(&bytes).expect("it is opened");
            assert_eq!(drawing.opened().pages, [PageSize { width: 300, height: 150 }]);
            let page = drawing.draw(0, 72).expect("it is drawn");
            assert_eq!((page.width, page.height), (300, 150));
            assert_eq!((dot(&page, 10, 75), dot(&page, 290, 75)), ([255; 3], [0, 0, 255]));
            assert_eq!(drawing.draw(1, 72), Err(Trouble::NoSuchPage));
        }
    }

    #[test]
    fn its_words_stand_where_their_ink_is() {
        let inner = "<text x='50' y='40' font-size='20'>Hello <tspan font-weight='bold'>world</tspan></text><text x='900' y='9'>far</text>\
            <filter id='f'><feOffset dx='60'/></filter><g filter='url(#f)'><text x='20' y='90'>moved</text></g>";
        let mut drawing = open(&svg("width='300' height='120'", inner)).expect("it is opened");
        let words = drawing.words(0).expect("they are read");
        let texts: Vec<_> = words.iter().map(|word| (word.text.as_str(), word.ends_line, word.area.is_some())).collect();
        assert_eq!(texts, [("Hello", false, true), ("world", true, true), ("moved", true, false)]);
        let area = words[0].area.expect("it is certain");
        let page = drawing.draw(0, 100).expect("it is drawn");
        let inside = |x: u32, y: u32| {
            let (x, y) = ((x * u32::from(WHOLE) / page.width) as u16, (y * u32::from(WHOLE) / page.height) as u16);
            (area.left()..=area.right()).contains(&x) && (area.top()..=area.bottom()).contains(&y)
        };
        let upper = (0..page.height / 2)
            .flat_map(|y| (0..page.width).map(move |x| (x, y)))
            .filter(|(x, y)| dot(&page, *x, *y)[0] < 128);
        let (within, outside): (Vec<_>, Vec<_>) = upper.partition(|(x, y)| inside(*x, *y));
        assert!(within.len() > 100 && outside.is_empty(), "{} dots inside, {} outside", within.len(), outside.len());
    }

    #[test]
    fn nothing_is_fetched_and_that_is_told() {
        for reference in ["file:///etc/passwd", "https://example.org/a.png", "data:image/png;base64,iVBORw0KGgo=", "a.svg"] {
            let image = format!("<image width='9' height='9' xlink:href='{reference}'/>");
            let drawing = open(&svg("width='9' height='9'", &image)).expect("it is opened");
            assert_eq!(drawing.opened().notes, [Note::NothingFetched], "{reference}");
        }
    }

    #[test]
    fn any_size_is_drawn_within_the_bounds() {
        for more in [
            "width='1e9' height='1e9'",
            "width='100000' height='1'",
            "width='0.001' height='90000'",
            "viewBox='0 0 1 1'",
            "width='16' height='16'",
        ] {
            let mut drawing = open(&svg(more, "<rect width='9' height='9'/>")).expect("it is opened");
            let page = drawing.draw(0, 220).expect("it is drawn");
            assert!(
                page.width <= PAGE_SIDE && page.height <= PAGE_SIDE && u64::from(page.width) * u64::from(page.height) <= PAGE_DOTS,
                "{more}"
            );
            assert_eq!(page.rgb.len(), (page.width * page.height * 3) as usize);
        }
    }

    #[test]
    fn what_is_damaged_or_swells_is_refused() {
        let bomb = packed(&vec![b' '; usize::try_from(UNPACKED_BYTES).expect("it fits") + 10]);
        assert_eq!(open(&bomb).map(drop), Err(Trouble::TooLarge));
        let mut entities = String::from("<!DOCTYPE svg [<!ENTITY a0 'aaaaaaaaaa'>");
        for i in 1..20 {
            let inner = format!("&a{};", i - 1).repeat(10);
            entities.push_str(&format!("<!ENTITY a{i} '{inner}'>"));
        }
        entities.push_str("]><svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><text>&a19;</text></svg>");
        for bytes in [entities.as_bytes(), b"<svg", b"<svg xmlns='http://www.w3.org/2000/svg'", b"\x1f\x8b\x08\0\0", b""] {
            assert_eq!(open(bytes).map(drop), Err(Trouble::Damaged));
        }
    }
}
