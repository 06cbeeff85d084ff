//! HTML of mails as text: nothing is fetched, no style is looked at, and nesting is bounded before a tree is built.

use super::gather::Gather;
use crate::preview::job::Note;
use crate::preview::layout::block::{Block, Run};
use crate::preview::limits::{HTML_DEPTH, MARKUP_BYTES};
use html2text::config;
use html2text::render::RichAnnotation;

/// Wide enough that lines are wrapped by the layout of pages and not before.
const COLUMNS: usize = 4_000;
/// What a line across is drawn of.
const RULE: char = '─';
/// Elements without an end, and those that another of the kind ends.
const UNENDED: [&str; 29] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr", "p", "li", "dt", "dd",
    "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup", "rp", "rt", "colgroup",
];

/// Adds the text of an HTML document.
pub fn blocks(html: &str, to: &mut Gather) {
    let html = cut(html, to);
    if fetches(html) {
        to.note(Note::NothingFetched);
    }
    if depth(html) > HTML_DEPTH {
        return plain(html, to);
    }
    let lines = config::rich().raw_mode(true).allow_width_overflow().lines_from_read(html.as_bytes(), COLUMNS);
    let Ok(lines) = lines else { return plain(html, to) };
    let mut paragraph: Vec<Run> = Vec::new();
    for line in lines {
        let runs: Vec<Run> = line.tagged_strings().map(|piece| run(&piece.s, &piece.tag)).collect();
        let text: String = runs.iter().map(|run| run.text.as_str()).collect();
        let across = text.chars().count() > 3 && text.trim().chars().all(|c| c == RULE);
        if text.trim().is_empty() || across {
            flush(&mut paragraph, to);
            if across {
                to.push(Block::Rule);
            }
            continue;
        }
        if !paragraph.is_empty() {
            paragraph.push(Run::plain("\n"));
        }
        paragraph.extend(runs);
        trim_end(&mut paragraph);
    }
    flush(&mut paragraph, to);
}

fn run(text: &str, looks: &[RichAnnotation]) -> Run {
    let has = |wanted: fn(&RichAnnotation) -> bool| looks.iter().any(wanted);
    Run {
        text: text.replace('\u{200b}', ""),
        bold: has(|look| matches!(look, RichAnnotation::Strong)),
        italic: has(|look| matches!(look, RichAnnotation::Emphasis)),
        mono: has(|look| matches!(look, RichAnnotation::Code | RichAnnotation::Preformat(_))),
        struck: has(|look| matches!(look, RichAnnotation::Strikeout)),
    }
}

/// Takes away the blanks that fill a line up.
fn trim_end(runs: &mut [Run]) {
    if let Some(last) = runs.last_mut() {
        last.text.truncate(last.text.trim_end_matches([' ', '\u{a0}']).len());
    }
}

fn flush(paragraph: &mut Vec<Run>, to: &mut Gather) {
    if !paragraph.is_empty() {
        to.push(Block::Paragraph(std::mem::take(paragraph)));
    }
}

fn cut<'a>(html: &'a str, to: &mut Gather) -> &'a str {
    if html.len() <= MARKUP_BYTES {
        return html;
    }
    to.note(Note::Shortened);
    &html[..html.floor_char_boundary(MARKUP_BYTES)]
}

/// Whether it would have a browser fetch something.
fn fetches(html: &str) -> bool {
    let lower = html.to_ascii_lowercase();
    let outside = |rest: &str| {
        let rest = rest.trim_start_matches([' ', '\t', '\r', '\n', '=', '"', '\'', '(']);
        ["http:", "https:", "//"].iter().any(|scheme| rest.starts_with(scheme))
    };
    let named = |name: &str| lower.match_indices(name).any(|(at, _)| outside(&lower[at + name.len()..]));
    let sheet = |link: &str| {
        let link = link.split('>').next().unwrap_or_default();
        link.contains("stylesheet") && link.split("href").skip(1).any(outside)
    };
    ["src", "srcset", "background", "poster", "url", "@import"].into_iter().any(named) || lower.split("<link").skip(1).any(sheet)
}

/// The deepest nesting that a tree of it could have, counted from above.
fn depth(html: &str) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    // Within drawings and formulas elements of those names are ended like any other.
    let foreign = ["<svg", "<math"].into_iter().any(|name| html.to_ascii_lowercase().contains(name));
    for piece in html.split('<').skip(1) {
        let ends = piece.starts_with('/');
        let name: String = piece.trim_start_matches('/').chars().take(12).take_while(char::is_ascii_alphanumeric).collect();
        if name.is_empty() || !foreign && UNENDED.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        depth = if ends { depth.saturating_sub(1) } else { depth + 1 };
        deepest = deepest.max(depth);
    }
    deepest
}

/// The bare text, where the tree would be too deep.
fn plain(html: &str, to: &mut Gather) {
    for piece in html.split('<') {
        let text = piece.split_once('>').map_or(piece, |(_, text)| text).trim();
        if !text.is_empty() {
            to.push(Block::Paragraph(vec![Run::plain(text)]));
        }
    }
}
