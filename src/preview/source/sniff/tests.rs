//! Whether documents are taken for what they are, whatever they are called.

use super::*;

fn zip(names: &[(&str, &[u8])]) -> Vec<u8> {
    use std::io::Write;
    let mut archive = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = ::zip::write::SimpleFileOptions::default().compression_method(::zip::CompressionMethod::Stored);
    for (name, content) in names {
        archive.start_file(*name, stored).expect("it is begun");
        archive.write_all(content).expect("it is written");
    }
    archive.finish().expect("it is written").into_inner()
}

/// A compound file with these streams in its root.
fn compound(names: &[&str]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).expect("it is begun");
    for name in names {
        file.create_stream(name).expect("it is written");
    }
    file.into_inner().into_inner()
}

const SVG: &str = "<?xml version='1.0'?>\n<!-- a house -->\n<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"x\" [<!ENTITY a \"b\">]>\n<svg xmlns='http://www.w3.org/2000/svg'/>";
const MAIL: &str = "Return-Path: <a@example.org>\nReceived: from b\n\tby c\nFrom: a@example.org\nSubject: x\n\nHello\n";

#[test]
fn the_first_bytes_decide_whatever_the_name_says() {
    let bitmap = [&b"BM\x40\0\0\0\0\0\0\0\x36\0\0\0"[..], &40_u32.to_le_bytes(), &[0; 40]].concat();
    let cases: [(&[u8], Format); 19] = [
        (b"%PDF-1.7\n", Format::Pdf),
        (b"\xef\xbb\xbf\r\n%PDF-1.4", Format::Pdf),
        (b"\0\x01\x02\xff\xfe\x80junk%PDF-1.4", Format::Pdf),
        (b"\x89PNG\r\n\x1a\n\0\0", Format::Image),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Format::Image),
        (b"GIF89a\x01\0", Format::Image),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Format::Image),
        (b"II*\0\x08\0\0\0", Format::Image),
        (b"MM\0*\0\0\0\x08", Format::Image),
        (&bitmap, Format::Image),
        (SVG.as_bytes(), Format::Drawing),
        (&zip(&[("[Content_Types].xml", b""), ("word/document.xml", b"")]), Format::Document),
        (&zip(&[("_rels/.rels", b""), ("ppt/presentation.xml", b"")]), Format::Presentation),
        (&zip(&[("docProps/app.xml", b""), ("xl/workbook.xml", b"")]), Format::Spreadsheet),
        (&zip(&[("mimetype", b"application/vnd.oasis.opendocument.text"), ("content.xml", b"")]), Format::OpenText),
        (&zip(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")]), Format::Spreadsheet),
        (&compound(&["a", "b", "c", "d", "e", "WordDocument"]), Format::Document),
        (&compound(&["Workbook"]), Format::Spreadsheet),
        (&compound(&["__nameid_version1.0", "__properties_version1.0"]), Format::OutlookMail),
    ];
    for (bytes, wanted) in cases {
        for name in ["a.pdf", "b.txt", "c.docx", "d.mp3", "e"] {
            assert_eq!(format(name, bytes), Ok(wanted), "{name}: {}", String::from_utf8_lossy(&bytes[..bytes.len().min(20)]));
        }
    }
}

#[test]
fn text_is_known_by_its_letters_and_its_kind_by_the_name() {
    let utf16: Vec<u8> = "hello, world\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let texts: [&[u8]; 7] = [
        b"a;b;c\n1;2;3\n",
        "größe, naïve, 名前\n".as_bytes(),
        b"gr\xf6\xdfe und stra\xdfe\n",
        b"\xff\xfeh\0i\0\n\0",
        &utf16,
        b"<!DOCTYPE html><html><body>%PDF-1.4 is a magic word</body></html>",
        b"BM is a short name",
    ];
    for text in texts {
        for (name, wanted) in [
            ("a.txt", Format::Text),
            ("a", Format::Text),
            ("main.rs", Format::Text),
            ("a.exe", Format::Text),
            ("a.CSV", Format::Table),
            ("a.tsv", Format::Table),
            ("README.md", Format::Markdown),
            ("a.eml", Format::Mail),
        ] {
            assert_eq!(format(name, text), Ok(wanted), "{name}: {text:?}");
        }
    }
    assert_eq!(format("message", MAIL.as_bytes()), Ok(Format::Mail));
    assert_eq!(format("notes.txt", b"From: me\nthis is no mail\n\n"), Ok(Format::Text));
    assert_eq!(format("mail.rs", MAIL.as_bytes()), Ok(Format::Text));
    assert_eq!(format("a.svgz", b"\x1f\x8b\x08\0"), Ok(Format::Drawing));
}

#[test]
fn sound_film_and_what_is_protected_are_called_so() {
    let media: [&[u8]; 12] = [
        b"ID3\x04\0\0\0\0\0\0",
        b"\xff\xfb\x90\x64\0\0\0\0",
        b"\xff\xf1\x50\x80\0\0\0\0",
        b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0",
        b"RIFF\x24\0\0\0AVI LIST\x10\0\0\0",
        b"fLaC\0\0\0\x22",
        b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2mp41",
        b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom",
        b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
        b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm",
        b"\0\0\x01\xba\x44\0\x04\0\x04\x01",
    ];
    for bytes in media {
        assert_eq!(format("a.pdf", bytes), Err(Trouble::Media), "{:?}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(format("a.docx", &compound(&["EncryptionInfo", "EncryptedPackage"])), Err(Trouble::Protected));
}

#[test]
fn what_is_of_no_known_kind_has_no_preview_and_what_is_empty_is_empty() {
    for bytes in [&b""[..], b" \r\n\t "] {
        assert_eq!(format("a.pdf", bytes), Err(Trouble::Empty));
    }
    let others: [&[u8]; 6] = [
        b"\x7fELF\x02\x01\x01\0\0\0\0\0",
        b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0",
        &zip(&[("a.txt", b"hello")]),
        &compound(&["Something"]),
        b"\x1f\x8b\x08\0\0\0\0\0",
        b"\0\0\0\x1cftypheic\0\0\0\0heicmif1",
    ];
    for bytes in others {
        assert_eq!(format("a.txt", bytes), Err(Trouble::Unsupported), "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn an_archive_without_its_directory_is_left_to_the_reader_that_its_name_tells() {
    let whole = zip(&[("[Content_Types].xml", b""), ("word/document.xml", b"")]);
    let cut = &whole[..whole.len() - 30];
    assert_eq!(format("a.docx", cut), Ok(Format::Document));
    assert_eq!(format("a.bin", cut), Err(Trouble::Unsupported));
    assert_eq!(format("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0"), Ok(Format::Document));
}

#[test]
fn parts_are_counted_from_one_and_only_so_deep() {
    let png = b"\x89PNG\r\n\x1a\n".to_vec();
    assert_eq!(open("a.png", png.clone(), &[1, 1, 1, 1]).map(drop), Err(Trouble::NoSuchPage));
    assert_eq!(open("a.png", png, &[]).map(drop), Err(Trouble::Damaged));
    let mut picture = std::io::Cursor::new(Vec::new());
    ::image::DynamicImage::new_rgb8(2, 2)
        .write_to(&mut picture, ::image::ImageFormat::Png)
        .expect("it is written");
    for part in [&[0][..], &[1]] {
        assert_eq!(open("a.png", picture.get_ref().clone(), part).map(drop), Err(Trouble::NoSuchPage));
    }
    assert_eq!(open("a.png", picture.into_inner(), &[]).map(drop), Ok(()));
}
