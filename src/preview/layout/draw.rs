//! Draws a page that is laid out. Characters that stand by themselves are filled from their outlines where the layout put them; lines that need
//! a shaper, for letters from right to left or marks on others, go through resvg as one SVG.

use super::glyphs::{Face, MARKS, glyph, is_mark};
use super::ink::Ink;
use super::line::{Look, Span, is_blank};
use super::page::{Page, Text};
use crate::preview::fonts;
use crate::preview::job::{PageSize, Trouble};
use crate::preview::limits::{PAGE_DOTS, PAGE_SIDE};
use crate::preview::source::Raster;
use resvg::{tiny_skia, usvg};
use std::fmt::Write;

/// Points in an inch.
const POINTS: f32 = 72.0;

/// Draws a page at so many dots an inch.
pub(super) fn draw(page: &Page, dpi: u16) -> Result<Raster, Trouble> {
    let (width, height, scale) = dots(page.size, dpi);
    let mut pixels = tiny_skia::Pixmap::new(width, height).ok_or(Trouble::TooHard)?;
    pixels.fill(tiny_skia::Color::WHITE);
    let mut ink = Ink::new(&mut pixels, scale)?;
    page.fills.iter().for_each(|fill| ink.fill(fill));
    page.texts.iter().for_each(|text| ink.text(text));
    let shaped: Vec<&Text> = page.texts.iter().filter(|text| text.line.mixed || text.line.spans.iter().any(Span::needs_shaper)).collect();
    if !shaped.is_empty() {
        let options = usvg::Options { fontdb: fonts::database(), font_family: fonts::SANS.to_owned(), ..usvg::Options::default() };
        let tree = usvg::Tree::from_str(&svg(page.size, &shaped), &options).map_err(|_| Trouble::TooHard)?;
        resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    }
    let mut rgb = Vec::with_capacity(pixels.data().len() / 4 * 3);
    for dot in pixels.data().chunks_exact(4) {
        rgb.extend_from_slice(&dot[..3]);
    }
    Ok(Raster { width, height, rgb })
}

/// Width and height in dots, and dots for each point.
fn dots(size: PageSize, dpi: u16) -> (u32, u32, f32) {
    let (width, height) = (f32::from(size.width.max(1)), f32::from(size.height.max(1)));
    let most = (PAGE_DOTS as f32 / (width * height)).sqrt().min(PAGE_SIDE as f32 / width.max(height));
    let scale = (f32::from(dpi) / POINTS).min(most);
    // Within the bounds above, and not below one dot.
    let side = |points: f32| (points * scale).floor().max(1.0) as u32;
    (side(width), side(height), scale)
}

fn svg(PageSize { width, height }: PageSize, texts: &[&Text]) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" xml:space=\"preserve\">"
    );
    for text in texts {
        match text.line.mixed {
            true => mixed(&mut svg, text),
            false => placed(&mut svg, text),
        }
    }
    svg.push_str("</svg>");
    svg
}

fn write(svg: &mut String, arguments: std::fmt::Arguments<'_>) {
    svg.write_fmt(arguments).expect("writing to a string never fails");
}

fn shade(shade: u8) -> String {
    format!("#{shade:02x}{shade:02x}{shade:02x}")
}

fn look(svg: &mut String, look: Look) {
    let (family, bold) = match look.face {
        Face::Sans => (fonts::SANS, false),
        Face::Bold => (fonts::SANS, true),
        Face::Mono => (fonts::MONO, false),
        Face::Fallback => (fonts::FALLBACK, false),
    };
    write(svg, format_args!(" font-family=\"{family}\""));
    if bold {
        svg.push_str(" font-weight=\"bold\"");
    }
    if look.struck {
        svg.push_str(" text-decoration=\"line-through\"");
    }
}

/// The words of a line that have marks which only the shaper can place, each where the layout put it.
fn placed(svg: &mut String, text: &Text) {
    let base = text.base();
    for span in text.line.spans.iter().filter(|span| span.needs_shaper()) {
        for (x, word) in pieces(&span.text, span.look.face, text.size) {
            let x = text.x + span.x + x;
            svg.push_str("<text");
            match span.look.italic {
                // None of the fonts is slanted by itself.
                true => write(svg, format_args!(" transform=\"translate({x:.2} {base:.2}) skewX(-12)\"")),
                false => write(svg, format_args!(" x=\"{x:.2}\" y=\"{base:.2}\"")),
            }
            write(svg, format_args!(" font-size=\"{}\" fill=\"{}\"", text.size, shade(text.shade)));
            look(svg, span.look);
            svg.push('>');
            push(svg, word, span.look.face);
            svg.push_str("</text>");
        }
    }
}

/// The words of a span, each with its distance from the span's beginning, in points. Blanks need no ink.
fn pieces(text: &str, face: Face, size: f32) -> Vec<(f32, &str)> {
    let (mut found, mut x, mut begun) = (Vec::new(), 0.0, None);
    for (at, c) in text.char_indices() {
        if is_blank(c) {
            found.extend(begun.take().map(|(from, left)| (left, &text[from..at])));
        } else if begun.is_none() {
            begun = Some((at, x));
        }
        x += f32::from(glyph(face, c).advance) * size / super::glyphs::EM;
    }
    found.extend(begun.map(|(from, left)| (left, &text[from..])));
    found
}

/// A line with letters from right to left: one text, so that its words come into their order as a whole.
fn mixed(svg: &mut String, text: &Text) {
    let (x, anchor) = if text.line.rightward { (text.x + text.width, "end") } else { (text.x, "start") };
    let (base, color) = (text.base(), shade(text.shade));
    write(svg, format_args!("<text x=\"{x:.2}\" y=\"{base:.2}\" text-anchor=\"{anchor}\" font-size=\"{}\" fill=\"{color}\">", text.size));
    for (i, span) in text.line.spans.iter().enumerate() {
        svg.push_str("<tspan");
        look(svg, span.look);
        svg.push('>');
        if i == 0 && text.line.rightward {
            // The shaper takes every text as one from left to right; within this mark it is one from right to left.
            svg.push('\u{2067}');
        }
        push(svg, &span.text, span.look.face);
        svg.push_str("</tspan>");
    }
    svg.push_str("</text>");
}

/// Characters as they are drawn, safe within XML.
fn push(svg: &mut String, text: &str, face: Face) {
    let mut marks = 0;
    for c in text.chars() {
        marks = if is_mark(c) { marks + 1 } else { 0 };
        match glyph(face, c).drawn {
            None => {}
            Some(_) if marks > MARKS => {}
            Some('&') => svg.push_str("&amp;"),
            Some('<') => svg.push_str("&lt;"),
            Some('>') => svg.push_str("&gt;"),
            Some(c) => svg.push(c),
        }
    }
}
