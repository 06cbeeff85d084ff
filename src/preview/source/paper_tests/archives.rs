//! Archives: what is counted, what is refused, and that nothing but what was counted is read.

use super::archive;
use crate::preview::job::Trouble;
use crate::preview::limits::{UNPACKED_BYTES, UNPACKED_ENTRIES, XML_DEPTH};
use crate::preview::source::unzip::Package;
use crate::preview::source::{docx, mail, msg, odt, sheet, slides};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// An archive of one entry of so many zeros.
fn zeros(name: &str, bytes: u64) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
    writer.start_file(name, options).unwrap();
    let piece = vec![0; 1 << 20];
    for _ in 0..bytes >> 20 {
        writer.write_all(&piece).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn an_entry_of_zeros_is_refused_long_before_it_is_unpacked() {
    for name in ["word/document.xml", "word/media/image1.png"] {
        let bomb = zeros(name, 64 << 20);
        assert!(bomb.len() < 100_000, "{} bytes", bomb.len());
        assert_eq!(Package::unpack(&bomb), Err(Trouble::TooLarge), "{name}");
        for open in [docx::open, slides::open, sheet::open, odt::open] {
            assert_eq!(open("a", bomb.clone()).err(), Some(Trouble::TooLarge), "{name}");
        }
    }
}

#[test]
fn what_the_headers_claim_of_sizes_is_not_believed() {
    let mut bomb = zeros("word/document.xml", 8 << 20);
    // The unpacked size, in the head of the entry and in the directory.
    let size = (8u32 << 20).to_le_bytes();
    let places: Vec<usize> = bomb.windows(4).enumerate().filter(|(_, window)| *window == size).map(|(at, _)| at).collect();
    assert!(!places.is_empty(), "an archive says how large its entries are");
    for at in places {
        bomb[at..at + 4].copy_from_slice(&1u32.to_le_bytes());
    }
    assert!(matches!(Package::unpack(&bomb), Err(Trouble::TooLarge | Trouble::Damaged)));
}

#[test]
fn many_entries_that_together_unpack_to_too_much_are_refused() {
    // Blanks and digits, so that each entry by itself stays below the ratio.
    let piece: String = (0..400_000u32).map(|i| format!("{:08x}", i.wrapping_mul(2_654_435_761))).collect();
    let text = format!("<a>{piece}</a>");
    let names: Vec<String> = (0..=UNPACKED_BYTES as usize / text.len()).map(|i| format!("word/part{i}.png")).collect();
    let entries: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), text.as_str())).collect();
    assert_eq!(Package::unpack(&archive(&entries)), Err(Trouble::TooLarge));
}

#[test]
fn entries_that_overlap_are_counted_each() {
    let text = format!("<a>{}</a>", "b".repeat(900_000));
    let honest = archive(&[("a0.xml", &text)]);
    let directory = honest.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    let end = honest.windows(4).position(|window| window == b"PK\x05\x06").unwrap();
    let record = honest[directory..end].to_vec();
    let mut bomb = honest[..directory].to_vec();
    let count = 300u16;
    for index in 0..count {
        let mut record = record.clone();
        let name = format!("{index:06}");
        record[46..52].copy_from_slice(name.as_bytes());
        bomb.extend(record);
    }
    let mut tail = honest[end..].to_vec();
    let size = u32::try_from(bomb.len() - directory).unwrap();
    tail[8..10].copy_from_slice(&count.to_le_bytes());
    tail[10..12].copy_from_slice(&count.to_le_bytes());
    tail[12..16].copy_from_slice(&size.to_le_bytes());
    bomb.extend(tail);
    assert!(bomb.len() < 40_000);
    assert!(matches!(Package::unpack(&bomb), Err(Trouble::TooLarge | Trouble::Damaged)));
}

#[test]
fn too_many_entries_are_refused_before_their_directory_is_read() {
    let many = b"PK\x01\x02".repeat(UNPACKED_ENTRIES + 1);
    assert_eq!(Package::unpack(&many), Err(Trouble::TooLarge));
}

#[test]
fn two_entries_of_one_name_are_refused() {
    let mut twice = archive(&[("word/document.xml", "<a/>"), ("word/documenu.xml", "<b/>")]);
    let places: Vec<usize> = twice.windows(4).enumerate().filter(|(_, window)| *window == b"menu").map(|(at, _)| at).collect();
    for at in places {
        twice[at + 3] = b't';
    }
    assert_eq!(Package::unpack(&twice), Err(Trouble::Damaged));
    let slashed = archive(&[("word/a.xml", "<a/>"), ("word\\a.xml", "<b/>")]);
    assert_eq!(Package::unpack(&slashed), Err(Trouble::Damaged));
}

#[test]
fn an_encrypted_entry_means_a_password() {
    let mut locked = archive(&[("content.xml", "<a/>")]);
    for (magic, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let at = locked.windows(4).position(|window| window == magic).unwrap();
        locked[at + flags] |= 1;
    }
    assert_eq!(Package::unpack(&locked), Err(Trouble::Protected));
}

#[test]
fn an_archive_inside_an_entry_is_not_unpacked() {
    let inner = zeros("word/document.xml", 64 << 20);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    writer.start_file("word/embeddings/inner.docx", options).unwrap();
    writer.write_all(&inner).unwrap();
    let outer = writer.finish().unwrap().into_inner();
    assert_eq!(Package::unpack(&outer), Ok(Package::default()));
}

#[test]
fn elements_may_lie_in_each_other_only_so_deep() {
    let nested = |depth: usize| archive(&[("content.xml", &("<a>".repeat(depth) + &"</a>".repeat(depth)))]);
    assert!(Package::unpack(&nested(XML_DEPTH)).is_ok());
    assert_eq!(Package::unpack(&nested(XML_DEPTH + 1)), Err(Trouble::TooLarge));
    assert_eq!(Package::unpack(&nested(1_000_000)), Err(Trouble::TooLarge));
}

#[test]
fn a_part_in_utf_16_is_read_like_any_other() {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("content.xml", SimpleFileOptions::default()).unwrap();
    let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>Größe</a>";
    let units = std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes);
    writer.write_all(&units.collect::<Vec<u8>>()).unwrap();
    let package = Package::unpack(&writer.finish().unwrap().into_inner()).unwrap();
    assert_eq!(package.part("content.xml"), Some("<a>Größe</a>"));
    let again = Package::unpack(&package.clone().packed().unwrap()).unwrap();
    assert_eq!(again, package);
}

#[test]
fn what_is_empty_cut_off_or_something_else_is_damaged_and_never_a_panic() {
    type Open = fn(&str, Vec<u8>) -> Result<Box<dyn crate::preview::source::Source>, Trouble>;
    let openers: [Open; 6] = [docx::open, slides::open, sheet::open, odt::open, mail::open, msg::open];
    let whole = archive(&[("content.xml", "<office:text><text:p>Good day</text:p></office:text>")]);
    let ole = [crate::preview::source::ole::OLE, &[0; 600]].concat();
    for open in openers {
        for bytes in [&b""[..], b"P", b"PK\x03\x04", &whole[..whole.len() / 2], &ole, &[0xFF; 2_000], b"{\\rtf"] {
            // A mail can be almost anything; the others refuse.
            let _ = open("document", bytes.to_vec());
        }
        for cut in 0..whole.len() {
            let _ = open("document", whole[..cut].to_vec());
        }
    }
    for open in [docx::open, slides::open, sheet::open, odt::open, msg::open] {
        assert_eq!(open("document", b"not a document".to_vec()).err(), Some(Trouble::Damaged));
        assert_eq!(open("document", ole.clone()).err(), Some(Trouble::Damaged));
    }
}
