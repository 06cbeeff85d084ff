//! Outlook messages, made by hand as the compound files they are.

use super::lines;
use crate::preview::job::{Kind, Trouble};
use crate::preview::source::{docx, lzfu, msg, sheet};
use std::io::{Cursor, Write};

type File = cfb::CompoundFile<Cursor<Vec<u8>>>;

fn put(file: &mut File, path: &str, bytes: &[u8]) {
    file.create_stream(path).unwrap().write_all(bytes).unwrap();
}

fn text(file: &mut File, storage: &str, id: u16, text: &str) {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    put(file, &format!("{storage}/__substg1.0_{id:04X}001F"), &units);
}

fn table(file: &mut File, storage: &str, head: usize, rows: &[(u16, u16, u64)]) {
    let mut bytes = vec![0; head];
    for (kind, id, value) in rows {
        bytes.extend(kind.to_le_bytes());
        bytes.extend(id.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend(value.to_le_bytes());
    }
    put(file, &format!("{storage}/__properties_version1.0"), &bytes);
}

fn recipient(file: &mut File, storage: &str, address: &str, kind: u64) {
    file.create_storage(storage).unwrap();
    text(file, storage, 0x3001, address.split('@').next().unwrap());
    text(file, storage, 0x39FE, address);
    table(file, storage, 8, &[(3, 0x0C15, kind)]);
}

/// A message with a recipient, one with a copy and one that nobody is to see; what its body is says the caller.
fn message(body: impl FnOnce(&mut File)) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    text(&mut file, "", 0x0037, "Figures");
    text(&mut file, "", 0x0C1A, "Jörg");
    text(&mut file, "", 0x5D01, "joerg@example.org");
    // 2026-03-03 13:05:00, counted from 1601.
    table(&mut file, "", 32, &[(0x40, 0x0039, (1_772_543_100 + 11_644_473_600) * 10_000_000), (3, 0x3FFD, 1251)]);
    recipient(&mut file, "/__recip_version1.0_#00000000", "anna@example.org", 1);
    recipient(&mut file, "/__recip_version1.0_#00000001", "carl@example.org", 2);
    recipient(&mut file, "/__recip_version1.0_#00000002", "blind@example.org", 3);
    body(&mut file);
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn a_message_shows_its_head_and_text_and_never_its_blind_copies() {
    let bytes = message(|file| text(file, "", 0x1000, "Good day,\r\nhere they are."));
    let ((blocks, _), _) = msg::blocks(&bytes).unwrap();
    let head = "table *From*|Jörg <joerg@example.org> / *To*|anna <anna@example.org> / *Copy*|carl <carl@example.org> / \
                *Date*|2026-03-03 13:05 +00:00 / *Subject*|Figures";
    assert_eq!(lines(&blocks), [head, "rule", "Good day,\nhere they are."]);
    assert_eq!(msg::open("a.msg", bytes).unwrap().opened().kind, Kind::Mail);
}

#[test]
fn text_in_the_code_page_of_the_message_is_read() {
    let bytes = message(|file| put(file, "/__substg1.0_1000001E", b"\xcf\xf0\xe8\xe2\xe5\xf2"));
    assert_eq!(lines(&msg::blocks(&bytes).unwrap().0.0)[2..], ["Привет"]);
}

#[test]
fn a_body_of_html_alone_is_read() {
    let bytes = message(|file| put(file, "/__substg1.0_10130102", b"<p>Good <i>day</i></p>"));
    assert_eq!(lines(&msg::blocks(&bytes).unwrap().0.0)[2..], ["Good _day_"]);
}

/// RTF as Outlook keeps it, in the form without compression.
fn stored(rtf: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for word in [rtf.len() as u32 + 12, rtf.len() as u32, 0x414C_454D, 0] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend(rtf.as_bytes());
    bytes
}

#[test]
fn a_body_of_rtf_alone_is_read_and_so_is_the_html_inside_it() {
    let plain = message(|file| put(file, "/__substg1.0_10090102", &stored(r"{\rtf1\ansi Good \b day\b0\par Joerg}")));
    assert_eq!(lines(&msg::blocks(&plain).unwrap().0.0)[2..], ["Good *day*", "Joerg"]);
    let rtf = r"{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Gr\'f6\'dfe{\*\htmltag84 <b>}\htmlrtf\b\htmlrtf0 all{\*\htmltag92 </b>}\htmlrtf}\htmlrtf0{\*\htmltag72 </p>}}";
    let wrapped = message(|file| put(file, "/__substg1.0_10090102", &stored(rtf)));
    assert_eq!(lines(&msg::blocks(&wrapped).unwrap().0.0)[2..], ["Größe*all*"]);
}

#[test]
fn compressed_rtf_is_unpacked_as_its_description_shows() {
    // The example of MS-OXRTFCP, 3.1.1.
    let packed = [
        0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72, 0x63,
        0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64,
        0x7d, 0x0a, 0x80, 0x0f, 0xa0,
    ];
    assert_eq!(lzfu::unpacked(&packed, 1_000).unwrap(), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
    assert_eq!(lzfu::unpacked(&packed, 5).unwrap(), b"{\\rtf");
    for end in 0..packed.len() {
        assert!(lzfu::unpacked(&packed[..end], 1_000).is_none_or(|text| text.len() <= 0x2b + 17));
    }
}

#[test]
fn a_message_inside_a_message_is_one_again_and_files_are_what_they_were() {
    let bytes = message(|file| {
        text(file, "", 0x1000, "See inside.");
        let first = "/__attach_version1.0_#00000000";
        file.create_storage(first).unwrap();
        text(file, first, 0x3707, "../a.csv");
        put(file, &format!("{first}/__substg1.0_37010102"), b"a,b\n");
        let second = "/__attach_version1.0_#00000001";
        file.create_storage(second).unwrap();
        text(file, second, 0x3001, "Inner");
        let inner = format!("{second}/__substg1.0_3701000D");
        file.create_storage(&inner).unwrap();
        text(file, &inner, 0x0037, "Inside");
        text(file, &inner, 0x1000, "The inner one.");
        table(file, &inner, 24, &[(0x40, 0x0039, 11_644_473_600 * 10_000_000)]);
        recipient(file, &format!("{inner}/__recip_version1.0_#00000000"), "other@example.org", 1);
    });
    let mut source = msg::open("a.msg", bytes).unwrap();
    assert_eq!(source.part(0), Some(("a.csv".to_owned(), b"a,b\n".to_vec())));
    let (name, inner) = source.part(1).unwrap();
    let ((blocks, _), _) = msg::blocks(&inner).unwrap();
    assert_eq!(name, "Inner.msg");
    assert_eq!(
        lines(&blocks),
        ["table *To*|other <other@example.org> / *Date*|1970-01-01 00:00 +00:00 / *Subject*|Inside", "rule", "The inner one."]
    );
}

#[test]
fn an_office_document_behind_a_password_is_known_by_its_envelope() {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    put(&mut file, "/EncryptedPackage", b"secret");
    file.flush().unwrap();
    let bytes = file.into_inner().into_inner();
    for blocks in [docx::blocks, sheet::blocks, crate::preview::source::slides::blocks] {
        assert_eq!(blocks(&bytes), Err(Trouble::Protected));
    }
    assert_eq!(msg::blocks(&bytes).err(), Some(Trouble::Damaged));
}

#[test]
fn a_message_with_any_byte_changed_is_read_or_refused() {
    let whole = message(|file| text(file, "", 0x1000, "Good day"));
    for at in (0..whole.len()).step_by(37) {
        for value in [0, 0xFF, whole[at] ^ 1] {
            let mut changed = whole.clone();
            changed[at] = value;
            if let Ok(((blocks, _), attached)) = msg::blocks(&changed) {
                assert!(!blocks.is_empty() && attached.parts.is_empty());
            }
        }
    }
}
