//! Makes blocks fit to be laid out: one kind of line end, no tabs, no more characters than the bound.

use super::block::{Block, Run};
use super::glyphs::is_east_asian;
use crate::preview::limits::TEXT_CHARS;

/// Columns of a tab in text of fixed pitch.
const TAB: usize = 8;
/// Blanks that stand for a tab elsewhere.
const BLANKS: &str = "    ";

/// The blocks as they are laid out, and whether some were left out because there are too many characters.
pub(super) fn tame(blocks: Vec<Block>) -> (Vec<Block>, bool) {
    let mut left = TEXT_CHARS;
    let mut tamed = Vec::with_capacity(blocks.len());
    for mut block in blocks {
        if left == 0 {
            return (tamed, true);
        }
        each(&mut block, &mut left);
        tamed.push(block);
    }
    (tamed, left == 0)
}

fn each(block: &mut Block, left: &mut usize) {
    match block {
        Block::Heading(_, runs) | Block::Paragraph(runs) | Block::Quote(_, runs) => all(runs, left),
        Block::Item { mark, text, .. } => {
            text_of(mark, left, false);
            all(text, left);
        }
        Block::Code { text, .. } => text_of(text, left, true),
        Block::Table { rows, .. } => rows.iter_mut().flatten().for_each(|cell| all(cell, left)),
        Block::Rule | Block::PageBreak => {}
    }
}

fn all(runs: &mut [Run], left: &mut usize) {
    for run in runs {
        text_of(&mut run.text, left, false);
    }
}

fn text_of(text: &mut String, left: &mut usize, fixed: bool) {
    if text.contains(['\t', '\r', '\u{b}', '\u{c}']) {
        *text = plain(text, fixed);
    }
    // An ASCII text needs no count of its own.
    let end = if text.len() <= *left { None } else { text.char_indices().nth(*left).map(|(at, _)| at) };
    match end {
        Some(end) => {
            text.truncate(end);
            *left = 0;
        }
        None => *left -= text.chars().count().min(*left),
    }
}

fn plain(text: &str, fixed: bool) -> String {
    let mut plain = String::with_capacity(text.len() + text.len() / 8);
    let (mut column, mut before) = (0, '\0');
    for c in text.chars() {
        match c {
            '\n' if before == '\r' => {}
            '\n' | '\r' | '\u{b}' | '\u{c}' => {
                plain.push('\n');
                column = 0;
            }
            '\t' if fixed => {
                let blanks = TAB - column % TAB;
                plain.extend(std::iter::repeat_n(' ', blanks));
                column += blanks;
            }
            '\t' => plain.push_str(BLANKS),
            c => {
                plain.push(c);
                column += if is_east_asian(c) { 2 } else { 1 };
            }
        }
        before = c;
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_one_and_tabs_are_blanks() {
        assert_eq!(plain("a\r\nb\rc\n\u{c}d", false), "a\nb\nc\n\nd");
        assert_eq!(plain("ab\tc\n\td", true), "ab      c\n        d");
        assert_eq!(plain("ab\tc", false), "ab    c");
    }

    #[test]
    fn no_more_characters_are_laid_out_than_the_bound() {
        let long = || Block::Paragraph(vec![Run::plain("ä".repeat(TEXT_CHARS - 2))]);
        let (blocks, cut) = tame(vec![long(), long(), long()]);
        assert!(cut);
        assert_eq!(blocks.len(), 2);
        assert_eq!(blocks[1], Block::Paragraph(vec![Run::plain("ää")]));
        assert!(!tame(vec![long()]).1);
    }
}
