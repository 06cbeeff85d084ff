//! Cuts runs of text into lines of a width: at blanks, between East Asian characters, and anywhere in a word that is longer than a line.

use super::block::Run;
use super::glyphs::{EM, Face, Glyph, glyph, is_east_asian, is_mark, is_rightward};

/// Most characters of one line, whatever their width: some have none.
const LINE_CHARS: usize = 1_000;

/// How characters look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) face: Face,
    pub(super) italic: bool,
    pub(super) struck: bool,
}

/// Characters of one look and one font in a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub(super) look: Look,
    pub(super) text: String,
    /// From the line's left edge, in points.
    pub(super) x: f32,
    /// In points.
    pub(super) width: f32,
}

impl Span {
    /// Whether only the shaper can place its marks. In fixed pitch every mark has a cell of its own to lie on.
    pub(super) fn needs_shaper(&self) -> bool {
        self.look.face != Face::Mono && !self.text.is_ascii() && self.text.contains(is_mark)
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Line {
    pub(super) spans: Vec<Span>,
    /// In points, blanks at its end not counted.
    pub(super) width: f32,
    /// Whether letters of it are written from right to left, so that only the shaper knows where each of them stands.
    pub(super) mixed: bool,
    /// Whether its paragraph as a whole is written from right to left.
    pub(super) rightward: bool,
    /// Whether the text itself ends the line here.
    pub(super) hard: bool,
    /// Whether a sign stands for a character that cannot be drawn.
    pub(super) replaced: bool,
}

/// How text is cut into lines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut {
    /// Size of the characters, in points.
    pub(super) size: f32,
    /// Whether all of it is bold: headings, heads of tables.
    pub(super) bold: bool,
    /// Whether all of it is slanted.
    pub(super) italic: bool,
    /// Whether blanks are kept and lines are cut only at the edge.
    pub(super) kept: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Place {
    run: usize,
    byte: usize,
}

/// Text on its way into lines. Each line is found when it is asked for, looking at no more than its own characters.
pub(super) struct Lines<'a> {
    runs: &'a [Run],
    at: Place,
    cut: Cut,
    /// Whether the paragraph that is being cut is written from right to left; nothing before its first line.
    rightward: Option<bool>,
}

impl<'a> Lines<'a> {
    pub(super) const fn new(runs: &'a [Run], cut: Cut) -> Self {
        Self { runs, at: Place { run: 0, byte: 0 }, cut, rightward: None }
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.char_at(self.at).is_none()
    }

    fn char_at(&self, mut at: Place) -> Option<(char, Place)> {
        loop {
            let run = self.runs.get(at.run)?;
            if let Some(c) = run.text[at.byte..].chars().next() {
                return Some((c, Place { run: at.run, byte: at.byte + c.len_utf8() }));
            }
            at = Place { run: at.run + 1, byte: 0 };
        }
    }

    fn look(&self, run: usize) -> Look {
        let Run { bold, italic, mono, struck, .. } = self.runs[run];
        let face = match (mono, bold || self.cut.bold) {
            (true, _) => Face::Mono,
            (false, true) => Face::Bold,
            (false, false) => Face::Sans,
        };
        Look { face, italic: italic || self.cut.italic, struck }
    }

    fn width_of(&self, advance: u16) -> f32 {
        f32::from(advance) * self.cut.size / EM
    }

    /// The direction of the paragraph that begins here: that of its first letter.
    fn direction(&self) -> bool {
        let mut at = self.at;
        for _ in 0..LINE_CHARS {
            match self.char_at(at) {
                Some(('\n', _)) | None => return false,
                Some((c, _)) if is_rightward(c) && !c.is_numeric() => return true,
                Some((c, _)) if c.is_alphabetic() => return false,
                Some((_, next)) => at = next,
            }
        }
        false
    }

    /// The next line, at most so many points wide; nothing behind the last.
    pub(super) fn next(&mut self, width: f32) -> Option<Line> {
        self.char_at(self.at)?;
        let rightward = self.rightward.take().unwrap_or_else(|| self.direction());
        let (end, next, hard) = self.find_end(width);
        let mut line = self.build(end);
        line.hard = hard;
        line.rightward = rightward;
        line.mixed |= rightward;
        self.rightward = if hard { None } else { Some(rightward) };
        self.at = next;
        Some(line)
    }

    /// Where the line ends, where the next begins, and whether the text itself says so.
    fn find_end(&self, width: f32) -> (Place, Place, bool) {
        let (mut at, mut used, mut chars) = (self.at, 0.0, 0);
        let mut last: Option<(Place, Place)> = None;
        let mut before: Option<char> = None;
        while let Some((c, next)) = self.char_at(at) {
            if c == '\n' {
                return (at, next, true);
            }
            let blank = is_blank(c);
            let advance = self.width_of(self.glyph_at(c, next).advance);
            let over = used + advance > width || chars >= LINE_CHARS;
            if before.is_some_and(|before| may_break(before, c)) && !blank {
                last = Some(match last {
                    // Blanks before this character: the line ends before them.
                    Some((end, begin)) if begin == at => (end, begin),
                    _ => (at, at),
                });
            }
            if over && before.is_some() && !(blank && !self.cut.kept) && !is_mark(c) {
                let (end, begin) = if self.cut.kept { (at, at) } else { last.unwrap_or((at, at)) };
                return (end, begin, false);
            }
            if chars >= LINE_CHARS * 2 {
                return (at, at, false);
            }
            if blank && !self.cut.kept {
                last = Some(match last {
                    Some((end, begin)) if begin == at => (end, next),
                    _ => (at, next),
                });
            }
            used += advance;
            chars += 1;
            before = Some(c);
            at = next;
        }
        (at, at, true)
    }

    fn glyph_at(&self, c: char, next: Place) -> Glyph {
        glyph(self.look(next.run).face, c)
    }

    /// The line from here to a place.
    fn build(&self, end: Place) -> Line {
        let mut line = Line::default();
        let (mut at, mut x) = (self.at, 0.0);
        while let Some((c, next)) = self.char_at(at).filter(|_| at < end) {
            let found = self.glyph_at(c, next);
            let look = Look { face: found.face, ..self.look(next.run) };
            let width = self.width_of(found.advance);
            line.mixed |= is_rightward(c);
            line.replaced |= found.replaced;
            match line.spans.last_mut() {
                // Unseen and combining characters stay with what they belong to.
                Some(span) if span.look == look || found.advance == 0 => {
                    span.text.push(c);
                    span.width += width;
                }
                _ => line.spans.push(Span { look, text: c.into(), x, width }),
            }
            x += width;
            if !is_blank(c) {
                line.width = x;
            }
            at = next;
        }
        line
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some((self.run, self.byte).cmp(&(other.run, other.byte)))
    }
}

/// Blanks that a line may end at.
pub(super) const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{1680}' | '\u{2000}'..='\u{2006}' | '\u{2008}'..='\u{200b}' | '\u{205f}' | '\u{3000}' | '\r')
}

/// Whether a line may end between two characters that are no blanks.
fn may_break(before: char, after: char) -> bool {
    const OPENING: &str = "「『（【《〈〔［｛“‘([{";
    const CLOSING: &str = "、。，．・：；？！」』）】》〉〕］｝”’…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;?!)]}";
    let solid = is_east_asian(before) || is_east_asian(after);
    if solid {
        return !OPENING.contains(before) && !CLOSING.contains(after) && !is_mark(after);
    }
    matches!(before, '-' | '\u{2013}' | '\u{2014}') && after.is_alphabetic()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: Cut = Cut { size: 10.0, bold: false, italic: false, kept: false };

    fn lines(runs: &[Run], cut: Cut, width: f32) -> Vec<String> {
        let mut lines = Lines::new(runs, cut);
        let mut found = Vec::new();
        while let Some(line) = lines.next(width) {
            found.push(line.spans.iter().map(|span| span.text.as_str()).collect());
        }
        found
    }

    #[test]
    fn lines_end_at_blanks_and_keep_none_at_their_edges() {
        assert_eq!(lines(&[Run::plain("one two  three")], PROSE, 45.0), ["one two", "three"]);
        assert_eq!(lines(&[Run::plain("one\n\ntwo")], PROSE, 45.0), ["one", "", "two"]);
        assert_eq!(lines(&[Run::plain("on"), Run::bold("e tw"), Run::plain("o")], PROSE, 24.0), ["one", "two"]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_cut_and_a_line_has_one_character_at_least() {
        assert_eq!(lines(&[Run::plain("abcdefgh")], PROSE, 20.0), ["abc", "def", "gh"]);
        assert_eq!(lines(&[Run::plain("ab")], PROSE, 0.0), ["a", "b"]);
    }

    #[test]
    fn east_asian_lines_end_between_characters_but_never_before_a_closing_mark() {
        assert_eq!(lines(&[Run::plain("漢字漢字。漢字")], PROSE, 40.0), ["漢字漢", "字。漢字"]);
    }

    #[test]
    fn code_keeps_its_blanks_and_is_cut_only_at_the_edge() {
        let run = Run { text: "  if a  b".into(), mono: true, ..Run::default() };
        assert_eq!(lines(&[run], Cut { kept: true, ..PROSE }, 6.03 * 5.0), ["  if ", "a  b"]);
    }

    #[test]
    fn a_paragraph_has_the_direction_of_its_first_letter() {
        let direction = |text: &str| {
            let runs = [Run::plain(text)];
            Lines::new(&runs, PROSE).next(1000.0).map(|line| (line.rightward, line.mixed))
        };
        assert_eq!(direction("12. שלום world"), Some((true, true)));
        assert_eq!(direction("world שלום"), Some((false, true)));
        assert_eq!(direction("world"), Some((false, false)));
    }
}
