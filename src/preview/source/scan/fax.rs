//! Strips of black and white as fax machines send them: runs of dots, as Group 3 says.

use super::{GROUP_3, Head};
use crate::preview::job::Trouble;
use hayro_ccitt::{DecodeSettings, DecoderContext, EncodingMode};
use std::io::Cursor;
use std::ops::Range;
use tiff::decoder::Decoder;
use tiff::tags::Tag;

/// Rows that are written down as they come.
struct Rows<'a> {
    /// What is left to be written, white.
    rows: std::slice::ChunksExactMut<'a, u8>,
    width: u32,
}

impl hayro_ccitt::Decoder for Rows<'_> {
    fn push_row(&mut self, changes: &[u32]) {
        let Some(row) = self.rows.next() else { return };
        for run in changes.chunks(2) {
            let end = run.get(1).copied().unwrap_or(self.width).min(self.width);
            for dot in run[0]..end {
                row[dot as usize / 8] |= 0x80 >> (dot % 8);
            }
        }
    }
}

/// The rows of a page, eight dots a byte, black as one. What is lost on the way stays white: a page with a damaged line is still a page.
///
/// # Errors
/// It is no page of black and white, or nothing of it can be read.
pub(super) fn rows(bytes: &[u8], head: &Head, strips: &[Range<usize>]) -> Result<Vec<u8>, Trouble> {
    if (head.bits, head.samples) != (1, 1) {
        return Err(Trouble::Unsupported);
    }
    let mut page = Decoder::new(Cursor::new(bytes)).map_err(|error| super::trouble(&error))?;
    let mut number = |tag| page.find_tag_unsigned::<u32>(tag).ok().flatten();
    if number(Tag::TileWidth).is_some() {
        return Err(Trouble::Unsupported);
    }
    let high = number(Tag::RowsPerStrip).unwrap_or(head.height).clamp(1, head.height);
    // The tag of the options of Group 3; its lowest bit says that lines are described by the ones above them.
    let by_line_above = number(Tag::Unknown(292)).unwrap_or(0) & 1 == 1;
    let group_3 = head.compression == GROUP_3;
    let row_bytes = head.width.div_ceil(8) as usize;
    let mut rows = vec![0; row_bytes * head.height as usize];
    let mut read = false;
    for (strip, place) in rows.chunks_mut(row_bytes * high as usize).zip(strips) {
        let settings = DecodeSettings {
            columns: head.width,
            rows: (strip.len() / row_bytes) as u32,
            end_of_block: group_3,
            end_of_line: false,
            rows_are_byte_aligned: !group_3,
            encoding: if group_3 && by_line_above { EncodingMode::Group3_2D } else { EncodingMode::Group3_1D },
            strict: false,
        };
        let mut sink = Rows { rows: strip.chunks_exact_mut(row_bytes), width: head.width };
        let whole = hayro_ccitt::decode(&bytes[place.clone()], &mut sink, &mut DecoderContext::new(settings)).is_ok();
        read |= whole || sink.rows.len() < settings.rows as usize;
    }
    if read { Ok(rows) } else { Err(Trouble::Damaged) }
}
