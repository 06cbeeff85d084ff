//! Office documents and mails, as a worker reads them.

use doorward::preview::job::{Note, Part, Trouble};
use doorward::preview::layout::block::{Block, Run};
use doorward::preview::limits::{PART_NAME_BYTES, PARTS, TABLE_COLUMNS, TABLE_ROWS, TEXT_CHARS};
use doorward::preview::source::{docx, mail, msg, odt, sheet, slides, unzip};
use std::io::{Cursor, Write};

type Reading = Result<(Vec<Block>, Vec<Note>), Trouble>;

fn runs(block: &Block) -> Vec<&Run> {
    match block {
        Block::Heading(_, runs) | Block::Paragraph(runs) | Block::Quote(_, runs) | Block::Item { text: runs, .. } => runs.iter().collect(),
        Block::Table { rows, .. } => rows.iter().flatten().flatten().collect(),
        Block::Code { .. } | Block::Rule | Block::PageBreak => Vec::new(),
    }
}

/// What was read is bounded, says something, and says each note once.
fn bounded(reading: Reading) {
    let Ok((blocks, mut notes)) = reading else { return };
    let chars: usize = blocks.iter().flat_map(runs).map(|run| run.text.chars().count()).sum();
    assert!(chars > 0 && chars <= TEXT_CHARS + 1_000, "{chars} characters");
    for block in &blocks {
        if let Block::Table { rows, .. } = block {
            assert!(rows.len() <= TABLE_ROWS && rows.iter().all(|row| row.len() <= TABLE_COLUMNS));
        }
    }
    let said = notes.len();
    notes.sort_by_key(|note| format!("{note:?}"));
    notes.dedup();
    assert_eq!(notes.len(), said);
}

/// Parts have names that mislead nobody, and as many bytes as they say.
fn honest(parts: &[Part], bytes: &[Vec<u8>]) {
    assert!(parts.len() == bytes.len() && parts.len() <= PARTS);
    for (part, bytes) in parts.iter().zip(bytes) {
        assert_eq!(part.size, bytes.len() as u64);
        assert!(!part.name.is_empty() && part.name.len() <= PART_NAME_BYTES, "{:?}", part.name);
        assert!(!part.name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\' | '\u{202a}'..='\u{202e}')), "{:?}", part.name);
    }
}

/// Any bytes as an archive: what was unpacked is packed and unpacked again the same.
pub fn unzip(data: &[u8]) {
    let Ok(package) = unzip::Package::unpack(data) else { return };
    assert!(package.names().all(|name| !name.starts_with('/') && !name.contains('\\')));
    let packed = package.clone().packed().expect("what was unpacked can be packed");
    assert_eq!(unzip::Package::unpack(&packed).as_ref(), Ok(&package));
}

/// A Word document: XML as the main part after `X`, RTF or any bytes otherwise.
pub fn docx_blocks(data: &[u8]) {
    bounded(match data.strip_prefix(b"X") {
        Some(xml) => docx::blocks(&archive(&[("word/document.xml", xml)])),
        None => docx::blocks(data),
    });
}

/// A slide, or any bytes.
pub fn slides_blocks(data: &[u8]) {
    const MAIN: &[u8] = b"<p:presentation><p:sldIdLst><p:sldId r:id=\"a\"/></p:sldIdLst></p:presentation>";
    const RELATED: &[u8] = b"<Relationships><Relationship Id=\"a\" Type=\"/slide\" Target=\"slides/a.xml\"/></Relationships>";
    bounded(match data.strip_prefix(b"X") {
        Some(xml) => slides::blocks(&archive(&[
            ("ppt/presentation.xml", MAIN),
            ("ppt/_rels/presentation.xml.rels", RELATED),
            ("ppt/slides/a.xml", xml),
        ])),
        None => slides::blocks(data),
    });
}

/// A sheet of a workbook, or any bytes.
pub fn sheet_blocks(data: &[u8]) {
    const MAIN: &[u8] = b"<workbook><sheets><sheet name=\"a\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>";
    const PACKAGE: &[u8] = b"<Relationships><Relationship Id=\"m\" Type=\"/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    const RELATED: &[u8] =
        b"<Relationships><Relationship Id=\"a\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/a.xml\"/></Relationships>";
    bounded(match data.strip_prefix(b"X") {
        Some(xml) => sheet::blocks(&archive(&[
            ("_rels/.rels", PACKAGE),
            ("xl/workbook.xml", MAIN),
            ("xl/_rels/workbook.xml.rels", RELATED),
            ("xl/worksheets/a.xml", xml),
        ])),
        None => sheet::blocks(data),
    });
}

/// The content of an OpenDocument file, or any bytes; read as a text and as a workbook.
pub fn odt(data: &[u8]) {
    let packed = data.strip_prefix(b"X").map(|xml| archive(&[("content.xml", xml)]));
    let bytes = packed.as_deref().unwrap_or(data);
    bounded(odt::blocks(bytes));
    bounded(sheet::blocks(bytes));
}

/// A mail as it travels.
pub fn mail_blocks(data: &[u8]) {
    let Ok((reading, attached)) = mail::blocks(data) else { return };
    bounded(Ok(reading));
    honest(&attached.parts, &attached.bytes);
}

/// An Outlook message, or, after `R` or `H`, the RTF or HTML of one.
pub fn msg_blocks(data: &[u8]) {
    let bytes = match data.split_first() {
        Some((b'R', rtf)) => message("10090102", &[&sizes(rtf), rtf].concat()),
        Some((b'H', html)) => message("10130102", html),
        _ => data.to_vec(),
    };
    let Ok((reading, attached)) = msg::blocks(&bytes) else { return };
    bounded(Ok(reading));
    honest(&attached.parts, &attached.bytes);
}

/// The head of RTF that is not compressed.
fn sizes(rtf: &[u8]) -> [u8; 16] {
    let size = u32::try_from(rtf.len()).unwrap_or(u32::MAX).to_le_bytes();
    let mut head = [0; 16];
    head[4..8].copy_from_slice(&size);
    head[8..12].copy_from_slice(b"MELA");
    head
}

fn message(property: &str, bytes: &[u8]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("memory can be written");
    for (name, bytes) in [("/__properties_version1.0".to_owned(), &[0; 32][..]), (format!("/__substg1.0_{property}"), bytes)] {
        file.create_stream(name)
            .and_then(|mut stream| stream.write_all(bytes))
            .expect("memory can be written");
    }
    file.flush().expect("memory can be written");
    file.into_inner().into_inner()
}

/// An archive without compression, written by hand: this package has no library for it.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let offset = body.len() as u32;
        let size = (bytes.len() as u32).to_le_bytes();
        let common = [&[0u8; 8][..], &crc(bytes).to_le_bytes(), &size, &size, &(name.len() as u16).to_le_bytes(), &[0, 0]].concat();
        body.extend([b"PK\x03\x04\x14\x00", &common[..], name.as_bytes(), bytes].concat());
        directory.extend([b"PK\x01\x02\x14\x00\x14\x00", &common[..], &[0; 10], &offset.to_le_bytes(), name.as_bytes()].concat());
    }
    let count = (entries.len() as u16).to_le_bytes();
    let (size, start) = ((directory.len() as u32).to_le_bytes(), (body.len() as u32).to_le_bytes());
    [body, directory, [b"PK\x05\x06\0\0\0\0", &count[..], &count, &size, &start, &[0, 0]].concat()].concat()
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}
