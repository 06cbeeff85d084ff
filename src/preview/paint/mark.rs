//! Writes who looks, and when, over a page: in rows from corner to corner, in light ink around dark ink, so that it is seen on any ground.

use crate::domain::policy::Strength;
use crate::preview::fonts;
use crate::preview::job::{Mark, Trouble};
use crate::preview::source::Raster;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use std::{cell::RefCell, fmt::Write as _};

/// How steeply the rows rise, in degrees.
const SLOPE: f32 = 29.0;
/// Size of the letters at 100 dots an inch, in dots.
const LETTER: f32 = 19.0;
/// Smallest size of the letters, in dots.
const LETTER_LEAST: f32 = 8.0;
/// Longest line before it is broken, in letters.
const LINE: usize = 44;
/// Dark with a light edge, and light with a dark edge: on any ground one of them is filled.
const INKS: (&str, &str) = ("fill='#000' stroke='#fff'", "fill='#fff' stroke='#000'");
/// Gap between two marks in a row, and between two rows, in heights of a letter.
const GAP: (f32, f32) = (5.0, 5.6);
/// How many tiles a worker keeps: a page as thumbnail, as shown and as zoomed.
const TILES: usize = 3;

/// The mark once, drawn so that it can be laid beside itself in both directions without a seam.
struct Tile {
    text: String,
    strength: Strength,
    letter: f32,
    width: usize,
    /// Of each dot: how much of the page stays, of 255, and what is added.
    ink: Vec<[u8; 2]>,
}

thread_local! {
    /// The tiles last used, newest at the end: pages of one view bear the same mark.
    static TILE: RefCell<Vec<Tile>> = const { RefCell::new(Vec::new()) };
}

/// Writes the mark all over a page that was drawn at so many dots an inch.
///
/// # Errors
/// The page has no dots, or the mark has nothing that is seen; the page bears none then, and must not be shown.
pub fn mark(page: &mut Raster, mark: &Mark, dpi: u16) -> Result<(), Trouble> {
    let lines = broken(&mark.text);
    if lines.is_empty() || page.width == 0 || page.height == 0 {
        return Err(Trouble::TooHard);
    }
    let letter = letter(&lines, page, dpi);
    TILE.with_borrow_mut(|kept| {
        let found = kept
            .iter()
            .position(|tile| tile.text == mark.text && tile.strength == mark.strength && tile.letter == letter);
        let tile = match found {
            Some(at) => Some(kept.remove(at)),
            None => tile(&lines, mark, letter),
        };
        let tile = tile.ok_or(Trouble::TooHard)?;
        lay(page, &tile);
        if kept.len() >= TILES {
            kept.remove(0);
        }
        kept.push(tile);
        Ok(())
    })
}

/// Lays the tile over the whole page.
fn lay(page: &mut Raster, tile: &Tile) {
    let lines = tile.ink.chunks_exact(tile.width).cycle();
    for (dots, ink) in page.rgb.chunks_exact_mut(page.width as usize * 3).zip(lines) {
        for (dot, [stays, added]) in dots.as_chunks_mut::<3>().0.iter_mut().zip(ink.iter().cycle()) {
            if *stays < 255 {
                for part in dot {
                    *part = (u16::from(*part) * u16::from(*stays) / 255) as u8 + added;
                }
            }
        }
    }
}

/// The lines of a mark, long ones broken, without what cannot be seen.
fn broken(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.lines() {
        let (mut now, mut wide) = (String::new(), 0);
        for word in line.split_whitespace() {
            let word: String = word.chars().filter(|c| !c.is_control()).collect();
            if wide > 0 && wide + 1 + width(&word) > LINE {
                lines.push(std::mem::take(&mut now));
                wide = 0;
            }
            if wide > 0 {
                now.push(' ');
                wide += 1;
            }
            for c in word.chars() {
                if wide >= LINE {
                    lines.push(std::mem::take(&mut now));
                    wide = 0;
                }
                now.push(c);
                wide += width_of(c);
            }
        }
        if !now.is_empty() {
            lines.push(now);
        }
    }
    lines
}

/// How many letters' room a character takes, roughly.
fn width_of(c: char) -> usize {
    if c >= '\u{1100}' { 2 } else { 1 }
}

fn width(word: &str) -> usize {
    word.chars().map(width_of).sum()
}

/// The size of the letters: by the resolution, but on a small page so small that the longest line goes across, as far as that can be read.
fn letter(lines: &[String], page: &Raster, dpi: u16) -> f32 {
    let longest = lines.iter().map(|line| width(line)).max().unwrap_or(1);
    let across = (page.width as f32).hypot(page.height as f32) * 0.8;
    let fits = across / (longest as f32 * 0.6);
    let normal = LETTER * f32::from(dpi) / 100.0;
    normal.min(fits).max(LETTER_LEAST).round()
}

/// Draws the tile; nothing when the text leaves no trace.
fn tile(lines: &[String], mark: &Mark, letter: f32) -> Option<Tile> {
    let options = Options { font_family: "DejaVu Sans".to_owned(), fontdb: fonts::database(), ..Options::default() };
    let alone = Tree::from_str(&drawing(lines, letter, &[INKS.0], 0.0), &options).ok()?;
    let beside = alone.root().abs_stroke_bounding_box().width() + GAP.0 * letter;
    let tree = Tree::from_str(&drawing(lines, letter, &[INKS.0, INKS.1], beside), &options).ok()?;
    let bounds = tree.root().abs_stroke_bounding_box();
    let (wide, high, rows) = spacing(bounds.width(), bounds.height(), letter);
    let (sin, cos) = (high * rows / wide).atan().sin_cos();
    let size = (
        (bounds.width() * cos + bounds.height() * sin).ceil() as u32 + 2,
        (bounds.width() * sin + bounds.height() * cos).ceil() as u32 + 2,
    );
    let mut once = Pixmap::new(size.0, size.1)?;
    let upwards = Transform::from_row(cos, -sin, sin, cos, 1.0, 1.0 + bounds.width() * sin).pre_translate(-bounds.x(), -bounds.y());
    resvg::render(&tree, upwards, &mut once.as_mut());

    let (width, height) = (wide as usize, high as usize);
    let opacity = opacity(mark.strength);
    let mut ink = vec![[255, 0]; width * height];
    for (i, dot) in once.pixels().iter().enumerate().filter(|(_, dot)| dot.alpha() > 0) {
        let at = (i / size.0 as usize % height) * width + i % size.0 as usize % width;
        let (alpha, light) = (u32::from(dot.alpha()), u32::from(dot.red()));
        // Light ink on dark ground takes more of it to be seen as well as dark ink on light ground.
        let more = opacity * (2 * alpha + light) / (2 * alpha);
        let (alpha, light) = (alpha * more / 255, light * more / 255);
        if alpha as u8 > 255 - ink[at][0] {
            ink[at] = [255 - alpha as u8, light as u8];
        }
    }
    let is_seen = ink.iter().any(|[stays, _]| *stays < 255);
    is_seen.then(|| Tile { text: mark.text.clone(), strength: mark.strength, letter, width, ink })
}

/// How far the same mark stands to the right, how far the next row beneath, and how many rows it rises on its way to the right.
///
/// The period along a row is brought to where the rows' own period divides its rise: then the same mark stands right of the tile and beneath it.
/// Rows are never so near to each other that one is written over the next.
fn spacing(width: f32, height: f32, letter: f32) -> (f32, f32, f32) {
    let (sin, cos) = SLOPE.to_radians().sin_cos();
    let nearest = height + letter;
    let wide = ((width + GAP.0 * letter) * cos).max(nearest / sin).ceil().max(1.0);
    let rise = wide * sin / cos;
    let wanted = (rise * cos / (height + GAP.1 * letter)).round();
    let rows = wanted.min((rise * cos / nearest).floor()).max(1.0);
    (wide, (rise / rows).ceil(), rows)
}

/// How much the ink hides, of 255.
const fn opacity(strength: Strength) -> u32 {
    match strength {
        Strength::Light => 30,
        Strength::Medium => 50,
        Strength::Strong => 92,
    }
}

/// The lines as a drawing, once in each ink, so far beside each other.
fn drawing(lines: &[String], letter: f32, inks: &[&str], beside: f32) -> String {
    let mut text = String::new();
    let edge = (letter / 9.0).max(1.2);
    for (block, ink) in inks.iter().enumerate() {
        for (i, line) in lines.iter().enumerate() {
            let (x, y) = (beside * block as f32, letter * 1.25 * (i + 1) as f32);
            // Writing to a string cannot fail.
            let _ = write!(text, "<text x='{x}' y='{y}' {ink}>{}</text>", escaped(line));
        }
    }
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='100' height='100'><g font-family='DejaVu Sans' font-size='{letter}' \
         font-weight='bold' stroke-width='{edge}' paint-order='stroke' stroke-linejoin='round'>{text}</g></svg>"
    )
}

/// The text without anything that XML would read as its own.
fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '&' => plain.push_str("&amp;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "anna.rossi@example.org\n2026-11-22 23:53 UTC · Offer 2026 · receipt 4711";

    fn page(width: u32, height: u32, ground: impl Fn(u32, u32) -> [u8; 3]) -> Raster {
        let rgb = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| ground(x, y)).collect();
        Raster { width, height, rgb }
    }

    fn marked(ground: &Raster, text: &str, strength: Strength, dpi: u16) -> Raster {
        let mut page = ground.clone();
        mark(&mut page, &Mark { text: text.to_owned(), strength }, dpi).expect("it is marked");
        page
    }

    /// The share of dots that the mark changes by so much.
    fn changed(before: &Raster, after: &Raster, by: u8) -> f64 {
        let changed = before.rgb.iter().zip(&after.rgb).filter(|(a, b)| a.abs_diff(**b) >= by).count();
        changed as f64 / before.rgb.len() as f64
    }

    #[test]
    fn the_mark_is_seen_on_white_black_grey_and_coloured_ground_and_leaves_most_of_the_page() {
        let grounds = [
            page(400, 500, |_, _| [255; 3]),
            page(400, 500, |_, _| [0; 3]),
            page(400, 500, |_, _| [128; 3]),
            page(400, 500, |x, y| [(x % 256) as u8, (y % 256) as u8, ((x + y) % 256) as u8]),
        ];
        for (strength, by) in [(Strength::Light, 12), (Strength::Medium, 22), (Strength::Strong, 36)] {
            for (i, ground) in grounds.iter().enumerate() {
                let share = changed(ground, &marked(ground, TEXT, strength, 100), by);
                assert!((0.02..0.3).contains(&share), "{strength:?} on ground {i}: {share}");
            }
        }
    }

    #[test]
    fn every_part_of_every_page_bears_it() {
        for (width, height, dpi) in [(849, 1100, 100), (102, 132, 12), (1868, 2420, 220), (2000, 60, 100), (60, 2000, 100), (64, 64, 100)] {
            let ground = page(width, height, |_, _| [255; 3]);
            let seen = marked(&ground, TEXT, Strength::Medium, dpi);
            let side = u32::from(dpi).max(60) * 2;
            for (left, top) in (0..width.div_ceil(side)).flat_map(|x| (0..height.div_ceil(side)).map(move |y| (x * side, y * side))) {
                let (left, top) = (left.min(width.saturating_sub(side)), top.min(height.saturating_sub(side)));
                let ink = (top..height.min(top + side))
                    .flat_map(|y| (left..width.min(left + side)).map(move |x| (y * width + x) as usize * 3))
                    .filter(|at| seen.rgb[*at] < 240)
                    .count();
                assert!(ink > 20, "{width}x{height} at {dpi}: {ink} dots of ink from {left},{top}");
            }
        }
    }

    #[test]
    fn the_mark_is_the_same_from_a_kept_tile_and_another_for_another_text() {
        let ground = page(300, 300, |_, _| [255; 3]);
        let first = marked(&ground, TEXT, Strength::Medium, 100);
        assert_eq!(first, marked(&ground, TEXT, Strength::Medium, 100));
        let others =
            ["b@example.org", "c@example.org", "d@example.org", "e@example.org"].map(|text| marked(&ground, text, Strength::Medium, 100));
        assert!(others.iter().all(|other| *other != first) && others[0] != others[1]);
        assert_eq!(first, marked(&ground, TEXT, Strength::Medium, 100));
    }

    #[test]
    fn any_letters_are_written_and_markup_is_only_text() {
        let ground = page(300, 300, |_, _| [255; 3]);
        for text in ["名前@例え.jp", "почта@пример.рф", "<g opacity='0'>&amp;", "a\u{0}\u{1b}\u{ffff}b", "\u{202e}abc", &"w".repeat(512)]
        {
            assert!(changed(&ground, &marked(&ground, text, Strength::Light, 100), 12) > 0.01, "{text:?}");
        }
    }

    #[test]
    fn a_mark_that_would_not_be_seen_is_an_error_and_not_a_page_without_it() {
        for text in ["", " \n\u{7}", "\u{ffff}"] {
            let mut page = page(300, 300, |_, _| [255; 3]);
            assert_eq!(
                mark(&mut page, &Mark { text: text.to_owned(), strength: Strength::Strong }, 100),
                Err(Trouble::TooHard),
                "{text:?}"
            );
        }
        let mut none = Raster { width: 0, height: 0, rgb: Vec::new() };
        assert!(mark(&mut none, &Mark { text: TEXT.to_owned(), strength: Strength::Strong }, 100).is_err());
    }

    #[test]
    fn no_row_is_written_over_the_next() {
        for letter in [8.0, 19.0, 42.0] {
            for (across, lines) in [(2.0, 1.0), (2.0, 3.0), (2.0, 12.0), (30.0, 3.0), (60.0, 3.0), (60.0, 12.0), (60.0, 40.0)] {
                let (width, height) = (across * letter, 1.25 * lines * letter);
                let (wide, high, rows) = spacing(width, height, letter);
                let slope = (high * rows / wide).atan();
                assert!(high * slope.cos() > height, "{width} by {height}: rows {high} beneath each other at {slope}");
                assert!(wide / slope.cos() > width, "{width} by {height}: marks {wide} beside each other");
            }
        }
    }

    #[test]
    fn long_lines_are_broken_between_words_or_where_they_must() {
        assert_eq!(broken("one two"), ["one two"]);
        let lines = broken(&format!("{} {} {}", "a".repeat(30), "b".repeat(20), "c".repeat(50)));
        assert_eq!(lines, ["a".repeat(30), "b".repeat(20), "c".repeat(44), "c".repeat(6)]);
    }
}
