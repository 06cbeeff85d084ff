//! One document of each kind, with a marker in what it shows, in what it says about itself, and where nobody looks.

use super::pieces;
use crate::helpers::wav;
use crate::recipient::document::noise;
use image::{DynamicImage, ImageFormat, RgbImage};
use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

/// Stands in every document, so that any answer that has it has a piece of one.
pub(super) const MARKER: &str = "Qz7vXw3kJp9sRtLm";

pub(super) struct Specimen {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) pieces: Vec<Vec<u8>>,
    pub(super) has_pages: bool,
    /// Whether its pages have words that can be read out, the marker among them.
    pub(super) has_words: bool,
}

pub(super) fn all() -> Vec<Specimen> {
    let picture = |format| encoded(format);
    let shown: [(&str, Vec<u8>); 21] = [
        ("paper.pdf", pdf()),
        ("photo.png", with_tail(picture(ImageFormat::Png))),
        ("photo.jpg", with_tail(picture(ImageFormat::Jpeg))),
        ("photo.gif", with_tail(picture(ImageFormat::Gif))),
        ("photo.bmp", with_tail(picture(ImageFormat::Bmp))),
        ("photo.tiff", with_tail(picture(ImageFormat::Tiff))),
        ("photo.webp", with_tail(picture(ImageFormat::WebP))),
        ("drawing.svg", svg().into_bytes()),
        ("letter.txt", text().into_bytes()),
        ("letter-utf16.txt", [&[0xFF, 0xFE][..], &text().encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat()),
        ("table.csv", format!("name;value\n{MARKER};1\n{}\n", prose()).into_bytes()),
        ("notes.md", format!("# {MARKER}\n\n{}\n", text()).into_bytes()),
        ("source.rs", format!("fn main() {{ println!(\"{MARKER}\"); }}\n// {}\n", prose()).into_bytes()),
        ("page.html", format!("<script>var x='{MARKER}'</script><p>{}</p>", prose()).into_bytes()),
        ("paper.docx", docx()),
        ("sheet.xlsx", xlsx()),
        ("slides.pptx", pptx()),
        ("paper.odt", open_document("text", &format!("<office:text><text:p>{MARKER} {}</text:p></office:text>", prose()))),
        (
            "sheet.ods",
            open_document(
                "spreadsheet",
                &format!(
                    "<office:spreadsheet><table:table table:name='a'><table:table-row><table:table-cell office:value-type='string'><text:p>{MARKER} {}</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>",
                    prose()
                ),
            ),
        ),
        ("mail.eml", mail()),
        ("misnamed.jpg", pdf()),
    ];
    let dark: [(&str, Vec<u8>); 9] = [
        ("voice.wav", wav(&[text().as_bytes(), &noise(4_000)].concat())),
        ("clip.webm", [&b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"[..], text().as_bytes(), &noise(4_000)].concat()),
        ("film.mp4", [&b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom"[..], text().as_bytes(), &noise(4_000)].concat()),
        ("sound.mp3", [&b"ID3\x04\0\0\0\0\0\x21"[..], text().as_bytes(), &noise(4_000)].concat()),
        ("archive.zip", zipped(&[("inside.txt", text())])),
        ("unknown.bin", [&noise(2_000)[..], MARKER.as_bytes(), &noise(2_000)].concat()),
        ("broken.pdf", [&b"%PDF-1.7\n"[..], text().as_bytes(), &noise(3_000)].concat()),
        ("broken.doc", [&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], text().as_bytes(), &noise(3_000)].concat()),
        ("broken.png", [&b"\x89PNG\r\n\x1a\n"[..], text().as_bytes(), &noise(3_000)].concat()),
    ];
    let with_pages = shown.into_iter().map(|made| (made, true));
    let without = dark.into_iter().map(|made| (made, false));
    with_pages
        .chain(without)
        .map(|((name, bytes), has_pages)| {
            let has_words = has_pages && !name.starts_with("photo");
            Specimen { name, pieces: pieces(&bytes), bytes, has_pages, has_words }
        })
        .collect()
}

fn prose() -> String {
    "The quick brown fox jumps over 13 lazy dogs; sphinx of black quartz, judge my vow.".to_owned()
}

fn text() -> String {
    format!("{}\n{MARKER}\n{}\n", prose(), prose())
}

/// Bytes behind the end, as many programs leave them there.
fn with_tail(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.extend_from_slice(MARKER.as_bytes());
    bytes
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let dots = noise(160 * 120 * 3);
    let picture = DynamicImage::ImageRgb8(RgbImage::from_raw(160, 120, dots).expect("three bytes a dot"));
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).expect("a vector takes all");
    out.into_inner()
}

fn svg() -> String {
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='300' height='200'><!-- {} --><metadata>{MARKER}</metadata><script>{MARKER}</script><text x='9' y='30'>{MARKER}</text></svg>",
        prose()
    )
}

fn pdf() -> Vec<u8> {
    let contents = format!("BT /F1 12 Tf 20 100 Td ({MARKER} {}) Tj ET", prose());
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>stream\n{contents}\nendstream", contents.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
        format!("<</Title({MARKER})/Author({})>>", prose()),
    ];
    let (mut out, mut table) = (String::from("%PDF-1.7\n"), String::new());
    for (number, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", out.len());
        out += &format!("{} 0 obj\n{object}\nendobj\n", number + 1);
    }
    let start = out.len();
    out += &format!("xref\n0 7\n0000000000 65535 f \n{table}trailer<</Size 7/Root 1 0 R/Info 6 0 R>>\nstartxref\n{start}\n%%EOF");
    out.into_bytes()
}

fn zipped(entries: &[(&str, String)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a vector takes all");
        zip.write_all(text.as_bytes()).expect("a vector takes all");
    }
    zip.finish().expect("a vector takes all").into_inner()
}

const RELATED: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// A package of the Office Open XML kind: its main part, what that part is, and what else belongs to it.
fn package(main: &str, media_type: &str, body: String, others: &[(&str, &str, String)], relations: &str) -> Vec<u8> {
    let overrides: String = others
        .iter()
        .map(|(name, kind, _)| format!("<Override PartName='/{name}' ContentType='{kind}'/>"))
        .collect();
    let types = format!(
        "<?xml version='1.0'?><Types xmlns='{PACKAGE}/content-types'><Default Extension='rels' ContentType='application/vnd.openxmlformats-package.relationships+xml'/><Default Extension='xml' ContentType='application/xml'/><Override PartName='/{main}' ContentType='{media_type}'/>{overrides}</Types>"
    );
    let roots = format!(
        "<?xml version='1.0'?><Relationships xmlns='{PACKAGE}/relationships'><Relationship Id='r1' Type='{RELATED}/officeDocument' Target='{main}'/></Relationships>"
    );
    let (folder, file) = main.split_once('/').expect("the main part lies in a folder");
    let own = format!("<?xml version='1.0'?><Relationships xmlns='{PACKAGE}/relationships'>{relations}</Relationships>");
    let beside = format!("{folder}/_rels/{file}.rels");
    let secret = format!("<x>{MARKER} {}</x>", prose());
    let mut entries =
        vec![("[Content_Types].xml", types), ("_rels/.rels", roots), (main, body), (beside.as_str(), own), ("docProps/custom.xml", secret)];
    entries.extend(others.iter().map(|(name, _, text)| (*name, text.clone())));
    zipped(&entries)
}

fn docx() -> Vec<u8> {
    let body = format!(
        "<?xml version='1.0'?><w:document xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main'><w:body><w:p><w:r><w:t>{MARKER} {}</w:t></w:r></w:p></w:body></w:document>",
        prose()
    );
    package("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", body, &[], "")
}

fn xlsx() -> Vec<u8> {
    let names = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let book = format!(
        "<?xml version='1.0'?><workbook xmlns='{names}' xmlns:r='{RELATED}'><sheets><sheet name='One' sheetId='1' r:id='r1'/></sheets></workbook>"
    );
    let sheet = format!(
        "<?xml version='1.0'?><worksheet xmlns='{names}'><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>{MARKER} {}</t></is></c></row></sheetData></worksheet>",
        prose()
    );
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
    let relation = format!("<Relationship Id='r1' Type='{RELATED}/worksheet' Target='worksheets/sheet1.xml'/>");
    package(
        "xl/workbook.xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        book,
        &[("xl/worksheets/sheet1.xml", kind, sheet)],
        &relation,
    )
}

fn pptx() -> Vec<u8> {
    let names = "xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main' xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main'";
    let show = format!(
        "<?xml version='1.0'?><p:presentation {names} xmlns:r='{RELATED}'><p:sldIdLst><p:sldId id='256' r:id='r1'/></p:sldIdLst></p:presentation>"
    );
    let slide = format!(
        "<?xml version='1.0'?><p:sld {names}><p:cSld><p:spTree><p:sp><p:txBody><a:p><a:r><a:t>{MARKER} {}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>",
        prose()
    );
    let kind = "application/vnd.openxmlformats-officedocument.presentationml.slide+xml";
    let relation = format!("<Relationship Id='r1' Type='{RELATED}/slide' Target='slides/slide1.xml'/>");
    package(
        "ppt/presentation.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
        show,
        &[("ppt/slides/slide1.xml", kind, slide)],
        &relation,
    )
}

fn open_document(kind: &str, body: &str) -> Vec<u8> {
    let media_type = format!("application/vnd.oasis.opendocument.{kind}");
    let names = ["office", "text", "table"]
        .map(|name| format!("xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{name}:1.0'"))
        .join(" ");
    let content = format!(
        "<?xml version='1.0'?><office:document-content {names} office:version='1.3'><office:body>{body}</office:body></office:document-content>"
    );
    let manifest = format!(
        "<?xml version='1.0'?><m:manifest xmlns:m='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'><m:file-entry m:full-path='/' m:media-type='{media_type}'/><m:file-entry m:full-path='content.xml' m:media-type='text/xml'/></m:manifest>"
    );
    let meta = format!("<?xml version='1.0'?><x>{MARKER} {}</x>", prose());
    zipped(&[("mimetype", media_type), ("content.xml", content), ("meta.xml", meta), ("META-INF/manifest.xml", manifest)])
}

fn mail() -> Vec<u8> {
    let attachment = data_encoding::BASE64.encode(text().as_bytes());
    format!("From: a@example.org\r\nTo: b@example.org\r\nSubject: {MARKER}\r\nX-Hidden: {}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n{}\r\n--b\r\nContent-Type: text/plain; name=\"inside.txt\"\r\nContent-Disposition: attachment; filename=\"inside.txt\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{attachment}\r\n--b--\r\n", prose(), text()).into_bytes()
}
