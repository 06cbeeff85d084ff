//! How wide each character is and which font has it: the one thing that decides where lines end.

use crate::preview::fonts;
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use std::sync::LazyLock;

/// Units of a width in one em.
pub(super) const EM: f32 = 2048.0;
/// What is drawn for control characters and for those that no font has.
pub(super) const MISSING: char = char::REPLACEMENT_CHARACTER;
/// Most marks drawn on one character; more would climb into other lines.
pub(super) const MARKS: usize = 2;

/// One of the bundled fonts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Sans,
    Bold,
    Mono,
    Fallback,
}

impl Face {
    pub(super) const ALL: [Self; 4] = [Self::Sans, Self::Bold, Self::Mono, Self::Fallback];

    /// Its file.
    pub(super) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Sans => fonts::REGULAR,
            Self::Bold => fonts::BOLD,
            Self::Mono => fonts::FIXED,
            Self::Fallback => fonts::CJK,
        }
    }

    /// Where to look for a character, in order.
    const fn order(self) -> [Self; 3] {
        match self {
            Self::Sans | Self::Fallback => [Self::Sans, Self::Fallback, Self::Bold],
            Self::Bold => [Self::Bold, Self::Sans, Self::Fallback],
            Self::Mono => [Self::Mono, Self::Sans, Self::Fallback],
        }
    }
}

/// What the layout does with a character.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    /// The font that has it.
    pub(super) face: Face,
    /// Its advance, in 2048ths of an em.
    pub(super) advance: u16,
    /// What is drawn: itself, a stand-in, or nothing.
    pub(super) drawn: Option<char>,
    /// Whether that is a stand-in.
    pub(super) replaced: bool,
}

/// Code points whose widths are known: the first two planes, beyond which no bundled font has any but rare Chinese ones.
const KNOWN: usize = 0x2_0000;

struct Widths {
    /// One more than the advance; nothing for a character the font lacks.
    faces: [Vec<u16>; 4],
}

static WIDTHS: LazyLock<Widths> = LazyLock::new(|| Widths { faces: Face::ALL.map(|face| widths(face.bytes())) });

fn widths(bytes: &[u8]) -> Vec<u16> {
    let mut known = vec![0; KNOWN];
    let Ok(font) = FontRef::new(bytes) else { return known };
    let size = Size::new(EM);
    let glyphs = font.glyph_metrics(size, LocationRef::default());
    for (code, glyph) in font.charmap().mappings() {
        let advance = glyphs.advance_width(glyph).unwrap_or_default().ceil();
        if let Some(slot) = known.get_mut(code as usize) {
            // At most 4 em, so it fits; a font with wider glyphs is not among ours.
            *slot = advance.clamp(0.0, 4.0 * EM) as u16 + 1;
        }
    }
    known
}

impl Widths {
    fn advance(&self, face: Face, c: char) -> Option<u16> {
        self.faces[face as usize].get(c as usize).copied().filter(|w| *w > 0).map(|w| w - 1)
    }

    fn find(&self, face: Face, c: char) -> Option<(Face, u16)> {
        let order = if is_east_asian(c) { [Face::Fallback, Face::Sans, Face::Bold] } else { face.order() };
        order.into_iter().find_map(|face| Some((face, self.advance(face, c)?)))
    }
}

/// What becomes of a character in a font.
pub(super) fn glyph(face: Face, c: char) -> Glyph {
    if is_unseen(c) {
        return Glyph { face, advance: 0, drawn: None, replaced: false };
    }
    let drawn = if c.is_control() { MISSING } else { c };
    let drawn = if c.is_whitespace() && WIDTHS.find(face, c).is_none() { ' ' } else { drawn };
    let found = WIDTHS.find(face, drawn).map(|found| (drawn, found));
    let (drawn, (face, advance)) = found
        .or_else(|| Some((MISSING, WIDTHS.find(face, MISSING)?)))
        .unwrap_or((MISSING, (Face::Sans, 2048)));
    let advance = if is_mark(c) { 0 } else { advance };
    Glyph { face, advance, drawn: Some(drawn), replaced: drawn == MISSING }
}

/// Characters that show nothing and only steer others: direction marks, joiners, selectors, soft hyphens. They are not drawn, so that what is
/// read is what stands there; the layout decides directions by the letters themselves.
pub(super) const fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Marks that stand on the character before them.
pub(super) const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}'..='\u{5c2}' | '\u{5c4}'..='\u{5c5}'
        | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{200c}'..='\u{200d}' | '\u{20d0}'..='\u{20ff}' | '\u{302a}'..='\u{302f}' | '\u{3099}'..='\u{309a}' | '\u{fe20}'..='\u{fe2f}')
}

/// Letters that are written from right to left.
pub(super) const fn is_rightward(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Characters set solid, between any two of which a line may end.
pub(super) const fn is_east_asian(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{a000}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_come_from_the_font_that_has_them() {
        assert_eq!(glyph(Face::Sans, 'a').face, Face::Sans);
        assert_eq!(glyph(Face::Mono, 'a'), Glyph { face: Face::Mono, advance: 1233, drawn: Some('a'), replaced: false });
        for c in ['漢', 'か', '한', '、'] {
            assert_eq!(glyph(Face::Bold, c).face, Face::Fallback, "{c}");
        }
        for c in ['ß', 'Ж', 'λ', 'ش', 'ש', '→', '😀'] {
            let found = glyph(Face::Sans, c);
            assert_eq!((found.face, found.drawn), (Face::Sans, Some(c)));
            assert!(found.advance > 0, "{c}");
        }
    }

    #[test]
    fn what_no_font_has_is_a_box_and_what_steers_is_nothing() {
        assert_eq!(glyph(Face::Sans, '\u{1f9ff}').drawn, Some(MISSING));
        assert_eq!(glyph(Face::Sans, '\u{10ffff}').drawn, Some(MISSING));
        assert_eq!(glyph(Face::Mono, '\u{1b}').drawn, Some(MISSING));
        assert_eq!(glyph(Face::Sans, '\u{202e}'), Glyph { face: Face::Sans, advance: 0, drawn: None, replaced: false });
    }
}
