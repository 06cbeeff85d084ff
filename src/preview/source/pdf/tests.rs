//! Whether pages are drawn and their words stand where their ink is, in PDFs written by hand.

use super::*;
use crate::domain::redaction::{Area, WHOLE};
use std::fmt::Write as _;

/// A PDF of these objects, numbered from 1; the first is the catalog.
fn pdf(objects: &[&str]) -> Vec<u8> {
    let (mut file, mut places) = (String::from("%PDF-1.7\n"), Vec::new());
    for (i, object) in objects.iter().enumerate() {
        places.push(file.len());
        writeln!(file, "{} 0 obj\n{object}\nendobj", i + 1).expect("a string takes all");
    }
    let table = file.len();
    writeln!(file, "xref\n0 {}\n0000000000 65535 f ", objects.len() + 1).expect("a string takes all");
    for place in places {
        writeln!(file, "{place:010} 00000 n ").expect("a string takes all");
    }
    writeln!(file, "trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF", objects.len() + 1).expect("a string takes all");
    file.into_bytes()
}

const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";

/// One page of what is drawn, with more in its dictionary.
fn page_with(content: &str, more: &str, font: &str) -> Vec<u8> {
    let page = format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>{more}>>");
    let content = format!("<</Length {}>>stream\n{content}\nendstream", content.len());
    pdf(&["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", &page, &content, font])
}

fn page(content: &str) -> Box<dyn Source> {
    open(page_with(content, "", FONT)).expect("it is opened")
}

fn dark(page: &Raster, area: Area) -> usize {
    let dots =
        |from: u16, to: u16, side: u32| (u32::from(from) * side / u32::from(WHOLE), (u32::from(to) * side).div_ceil(u32::from(WHOLE)));
    let ((left, right), (top, bottom)) = (dots(area.left(), area.right(), page.width), dots(area.top(), area.bottom(), page.height));
    (top..bottom)
        .flat_map(|y| (left..right).map(move |x| (y * page.width + x) as usize * 3))
        .filter(|at| page.rgb[*at] < 128)
        .count()
}

fn whole() -> Area {
    Area::new(0, 0, WHOLE, WHOLE).expect("the page")
}

fn texts(words: &[Word]) -> Vec<(&str, bool)> {
    words.iter().map(|word| (word.text.as_str(), word.ends_line)).collect()
}

#[test]
fn a_page_is_drawn_on_white_in_the_size_that_was_asked_for() {
    let mut document = page("1 0 0 rg 0 0 100 50 re f");
    assert_eq!(document.opened().pages, [PageSize { width: 200, height: 100 }]);
    for (dpi, width, height) in [(72, 200, 100), (100, 277, 138), (220, 611, 305)] {
        let drawn = document.draw(0, dpi).expect("it is drawn");
        assert_eq!((drawn.width, drawn.height, drawn.rgb.len()), (width, height, (width * height * 3) as usize));
        assert_eq!(drawn.rgb[..3], [255; 3]);
        assert_eq!(drawn.rgb[drawn.rgb.len() - width as usize * 3..][..3], [255, 0, 0]);
    }
    assert_eq!(document.draw(1, 72), Err(Trouble::NoSuchPage));
    assert_eq!(document.words(1), Err(Trouble::NoSuchPage));
}

#[test]
fn words_stand_where_their_ink_is() {
    for more in ["", "/Rotate 90", "/Rotate 180", "/Rotate 270", "/CropBox[10 5 190 95]"] {
        let content = "BT /F 14 Tf 30 60 Td (Hello big) Tj 0 -20 Td (world) Tj ET";
        let mut document = open(page_with(content, more, FONT)).expect("it is opened");
        let words = document.words(0).expect("they are read");
        assert_eq!(texts(&words), [("Hello", false), ("big", true), ("world", true)], "{more}");
        let drawn = document.draw(0, 144).expect("it is drawn");
        let inside: Vec<usize> = words.iter().map(|word| dark(&drawn, word.area.expect("it is certain"))).collect();
        assert!(inside.iter().all(|dots| *dots > 30), "{more}: {inside:?}");
        let all = dark(&drawn, whole());
        assert!(inside.iter().sum::<usize>() >= all, "{more}: {inside:?} of {all} dots");
        let apart = |a: &Word, b: &Word| !a.area.zip(b.area).is_none_or(|(a, b)| a.touches(b));
        assert!(apart(&words[0], &words[1]) && apart(&words[0], &words[2]) && apart(&words[1], &words[2]), "{more}");
    }
}

#[test]
fn words_are_parted_by_gaps_and_joined_over_small_steps() {
    let mut document = page("BT /F 10 Tf 10 80 Td [(ta) 30 (ble) -600 (top)] TJ (s) Tj 50 0 Td (side) Tj 0 -12 Td 3 Tr (hidden) Tj ET");
    let words = document.words(0).expect("they are read");
    assert_eq!(texts(&words), [("table", false), ("tops", false), ("side", true), ("hidden", true)]);
    assert!(words[3].area.is_some());
}

#[test]
fn letters_drawn_twice_count_once_and_those_beside_the_page_not_at_all() {
    let mut document = page("BT /F 10 Tf 2 Tr 10 80 Td (bold) Tj ET BT 0 Tr 10.1 80 Td (bold) Tj ET BT /F 10 Tf 500 500 Td (far) Tj ET");
    assert_eq!(texts(&document.words(0).expect("they are read")), [("bold", true)]);
}

#[test]
fn letters_that_are_little_drawings_have_no_certain_place() {
    let font = "<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]/FirstChar 65/LastChar 65/Widths[1]/CharProcs<</A 6 0 R>>\
        /Encoding<</Differences[65/A]>>/Resources<<>>>>";
    let content = "BT /F 20 Tf 10 50 Td (A) Tj ET";
    let glyph = "<</Length 28>>stream\n1 0 d0 0 0 0.9 0.9 re f      \nendstream";
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>";
    let content = format!("<</Length {}>>stream\n{content}\nendstream", content.len());
    let file = pdf(&["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", page, &content, font, glyph]);
    let mut document = open(file).expect("it is opened");
    assert!(dark(&document.draw(0, 72).expect("it is drawn"), whole()) > 200);
    assert_eq!(document.words(0), Ok(vec![Word { text: "A".to_owned(), area: None, ends_line: true }]));
}

#[test]
fn chinese_without_a_font_of_its_own_is_drawn() {
    let font = "<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/UniGB-UCS2-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/SimSun\
        /CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/FontDescriptor<</Type/FontDescriptor/FontName/SimSun/Flags 4>>>>]>>";
    let mut document = open(page_with("BT /F 40 Tf 20 40 Td <4E2D65876587> Tj ET", "", font)).expect("it is opened");
    let ink = dark(&document.draw(0, 72).expect("it is drawn"), whole());
    assert!(ink > 600, "{ink} dots");
}

#[test]
fn sizes_beyond_all_measure_are_drawn_within_the_bounds() {
    for (media, dpi) in [
        ("0 0 1000000 1000000", 220),
        ("0 0 14400 1", 220),
        ("0 0 1 20000", 100),
        ("0 0 0 0", 100),
        ("5 5 5 900", 100),
        ("0 0 0.001 0.001", 12),
    ] {
        let mut document = open(page_with("0 0 10 10 re f", &format!("/MediaBox[{media}]"), FONT)).expect("it is opened");
        let drawn = document.draw(0, dpi).expect("it is drawn");
        assert!(
            drawn.width <= PAGE_SIDE && drawn.height <= PAGE_SIDE && u64::from(drawn.width) * u64::from(drawn.height) <= PAGE_DOTS,
            "{media}"
        );
        assert_eq!(drawn.rgb.len(), (drawn.width * drawn.height * 3) as usize, "{media}");
        assert!(document.words(0).is_ok(), "{media}");
    }
}

#[test]
fn of_many_pages_the_first_are_shown() {
    for (count, notes) in [(PAGES, vec![]), (PAGES + 1, vec![Note::Shortened]), (3000, vec![Note::Shortened])] {
        let kids: Vec<String> = (0..count).map(|page| format!("{} 0 R", page + 3)).collect();
        let pages = format!("<</Type/Pages/Kids[{}]/Count {count}>>", kids.join(" "));
        let mut objects = vec!["<</Type/Catalog/Pages 2 0 R>>", &pages];
        objects.resize(count + 2, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 10 10]>>");
        let file = pdf(&objects);
        let mut document = open(file).expect("it is opened");
        assert_eq!((document.opened().pages.len(), &document.opened().notes), (PAGES, &notes));
        assert_eq!(document.draw(PAGES, 72), Err(Trouble::NoSuchPage));
    }
}

#[test]
fn what_is_filled_in_without_a_picture_of_it_is_told() {
    let form = |form: &str, field: &str| {
        let page = format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Annots[<</Type/Annot/Subtype/Widget/Rect[0 0 9 9]{field}>>]>>");
        let catalog = format!("<</Type/Catalog/Pages 2 0 R/AcroForm<<{form}>>>>");
        open(pdf(&[&catalog, "<</Type/Pages/Kids[3 0 R]/Count 1>>", &page]))
            .expect("it is opened")
            .opened()
            .notes
            .clone()
    };
    let told = [Note::FormMayLookEmpty];
    assert_eq!(form("/Fields[9 0 R]", "/FT/Tx/V(filled)"), told);
    assert_eq!(form("/Fields[9 0 R]", "/Parent<</FT/Tx/V(filled)>>"), told);
    assert_eq!(form("/XFA(x)/Fields[]", ""), told);
    assert_eq!(form("/Fields[9 0 R]", "/FT/Btn/V/Yes"), told);
    for field in ["", "/FT/Tx/V()", "/FT/Btn/V/Off", "/FT/Tx/V(filled)/AP<</N 4 0 R>>"] {
        assert_eq!(form("/Fields[9 0 R]", field), [], "{field}");
    }
}

#[test]
fn what_is_no_pdf_or_protected_or_without_pages_is_called_so() {
    for bytes in [&b"%PDF-1.7"[..], b"%PDF-1.4\ntrailer<</Root 1 0 R>>", b""] {
        assert_eq!(open(bytes.to_vec()).map(drop), Err(Trouble::Damaged), "{bytes:?}");
    }
    let locked = String::from_utf8(page_with("", "", FONT)).expect("it is ASCII");
    let key = "41".repeat(32);
    let lock = format!("/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/O<{key}>/U<{key}>/P -4>>/Root");
    assert_eq!(open(locked.replacen("/Root", &lock, 1).into_bytes()).map(drop), Err(Trouble::Protected));
    let empty = pdf(&["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"]);
    assert!(matches!(open(empty).map(drop), Err(Trouble::Empty | Trouble::Damaged)));
}

#[test]
fn a_pdf_cut_or_changed_anywhere_does_no_harm() {
    let whole = page_with("BT /F 14 Tf 30 60 Td (Hello big) Tj ET", "", FONT);
    for at in (0..whole.len()).step_by(7) {
        let mut changed = whole.clone();
        changed[at] ^= 0x15;
        for bytes in [whole[..at].to_vec(), changed] {
            if let Ok(mut document) = open(bytes) {
                assert!(document.draw(0, 30).is_ok_and(|page| page.rgb.len() == (page.width * page.height * 3) as usize));
                assert!(document.words(0).is_ok());
            }
        }
    }
}
