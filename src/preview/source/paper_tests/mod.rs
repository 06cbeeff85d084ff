//! Small documents made by hand, read by the readers of Office documents and mails.

mod archives;
mod mails;
mod office;
mod opendocument;
mod outlook;

use crate::preview::layout::block::{Block, Run};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// An archive of these entries.
pub(super) fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in entries {
        writer.start_file(*name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Relations of a part: id, the last word of the type, target.
pub(super) fn relations(list: &[(&str, &str, &str)]) -> String {
    let rows: String = list
        .iter()
        .map(|(id, kind, target)| format!("<Relationship Id=\"{id}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}\" Target=\"{target}\"/>"))
        .collect();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Relationships xmlns=\"r\">{rows}</Relationships>")
}

/// The text of runs, bold ones between stars, slanted ones between underscores.
pub(super) fn said(runs: &[Run]) -> String {
    let marked = |run: &Run| match (run.bold, run.italic) {
        (true, _) => format!("*{}*", run.text),
        (_, true) => format!("_{}_", run.text),
        _ => run.text.clone(),
    };
    runs.iter().map(marked).collect()
}

/// Each block as one line of text.
pub(super) fn lines(blocks: &[Block]) -> Vec<String> {
    blocks
        .iter()
        .map(|block| match block {
            Block::Heading(level, runs) => format!("h{level} {}", said(runs)),
            Block::Paragraph(runs) => said(runs),
            Block::Item { depth, mark, text } => format!("{}{mark} {}", " ".repeat(usize::from(*depth)), said(text)),
            Block::Quote(depth, runs) => format!("q{depth} {}", said(runs)),
            Block::Code { text, .. } => format!("code {text}"),
            Block::Table { rows, .. } => {
                let rows: Vec<String> = rows.iter().map(|row| row.iter().map(|cell| said(cell)).collect::<Vec<_>>().join("|")).collect();
                format!("table {}", rows.join(" / "))
            }
            Block::Rule => "rule".to_owned(),
            Block::PageBreak => "page".to_owned(),
        })
        .collect()
}
