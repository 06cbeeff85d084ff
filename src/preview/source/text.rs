//! Plain text and source code: what it is read as decides whether its lines are wrapped as words or kept in fixed pitch, with numbers.

use super::Source;
use super::encoding::{Decoded, decode};
use crate::preview::job::{Kind, Note, Trouble};
use crate::preview::layout::block::{Block, Run};
use crate::preview::layout::lay_out;

/// The reader and its version.
const READER: &str = "plain/1";
/// Characters that are looked at to tell prose from code.
const LOOKED_AT: usize = 20_000;
/// Control characters in a hundred from which on it is no text.
const BINARY: usize = 10;

/// Endings of names of source code and of data that people write.
const CODE: &str = "ada asm asp aspx awk bas bash bat bib c cabal cc cfg cjs clj cmake cmd coffee conf config cpp cs css cu cxx d dart diff dockerfile \
    editorconfig el elm env erl ex exs f f90 fish for fs ftl geojson go gradle graphql groovy h haml hcl hpp hrl hs htm html hxx ini ipynb java jl js \
    json json5 jsonl jsp jsx kt kts less lisp lock lua m mak makefile mjs mk ml mli mm ndjson nim nix pas patch php pl pm po properties proto ps1 \
    psm1 pug py pyi r rb rs rst sass sbt scala scm scss service sh sol sql srt svelte swift tcl tex tf toml ts tsx v vb vbs vhd vhdl vim vtt vue \
    wsdl xhtml xml xsd xsl xslt yaml yml zig zsh";
/// Endings of names of text whose columns stand below each other.
const FIXED: &str = "log out err nfo asc ans tab dat trace";

/// What a text is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Prose,
    Fixed,
    Code,
}

/// Opens a text.
///
/// # Errors
/// It is no text, or there is nothing in it.
pub fn open(name: &str, bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    let decoded = decode(&bytes);
    drop(bytes);
    if is_binary(&decoded.text) {
        return Err(Trouble::Unsupported);
    }
    let notes = notes(&decoded);
    let text = decoded.text;
    let blocks = match shape(name, &text) {
        Shape::Prose => paragraphs(&text),
        Shape::Fixed => vec![Block::Code { text, numbered: false }],
        Shape::Code => vec![Block::Code { text, numbered: true }],
    };
    Ok(Box::new(lay_out(blocks, Kind::Text, READER, notes)?))
}

/// What the reader of a decoded text should know.
pub(super) fn notes(decoded: &Decoded) -> Vec<Note> {
    let notes = [(decoded.replaced, Note::UnreadableCharacters), (decoded.cut, Note::Shortened)];
    notes.into_iter().filter_map(|(holds, note)| holds.then_some(note)).collect()
}

/// Whether characters are none that a text is made of.
pub(super) fn is_binary(text: &str) -> bool {
    let (mut all, mut control) = (0usize, 0usize);
    for c in text.chars().take(LOOKED_AT) {
        all += 1;
        control +=
            usize::from(c == char::REPLACEMENT_CHARACTER || (c.is_control() && !c.is_whitespace() && !matches!(c, '\u{8}' | '\u{1b}')));
    }
    control * 100 > all * BINARY
}

fn shape(name: &str, text: &str) -> Shape {
    let lower = name.to_lowercase();
    let ending = lower.rsplit_once('.').map_or(lower.as_str(), |(_, ending)| ending);
    let listed = |list: &str| list.split_ascii_whitespace().any(|known| known == ending);
    if listed(CODE) {
        return Shape::Code;
    }
    if listed(FIXED) {
        return Shape::Fixed;
    }
    let end = text.char_indices().nth(LOOKED_AT).map_or(text.len(), |(at, _)| at);
    of_lines(&text[..end])
}

fn of_lines(text: &str) -> Shape {
    if ["#!/", "<?xml", "<!doctype", "<html", "-----BEGIN "]
        .iter()
        .any(|head| text.get(..head.len()).is_some_and(|t| t.eq_ignore_ascii_case(head)))
    {
        return Shape::Code;
    }
    let (mut all, mut code, mut columns) = (0usize, 0usize, 0usize);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let line = line.trim_end();
        all += 1;
        code +=
            usize::from(line.ends_with(['{', '}', ';', '[', ']']) || line.ends_with("},") || line.ends_with("],") || line.ends_with("\","));
        let inner = line.trim_start();
        columns +=
            usize::from(inner.contains("   ") || inner.contains('\t') || inner.contains("──") || inner.contains("--+") || stamped(inner));
    }
    match () {
        () if code * 10 > all * 4 => Shape::Code,
        () if columns * 10 > all * 3 => Shape::Fixed,
        () => Shape::Prose,
    }
}

/// Whether a line begins with a time, as those of logs do.
fn stamped(line: &str) -> bool {
    let head: Vec<char> = line.trim_start_matches('[').chars().take(10).collect();
    let digits = head.iter().filter(|c| c.is_ascii_digit()).count();
    digits >= 6 && head.iter().any(|c| matches!(c, '-' | ':' | '/' | '.'))
}

/// Paragraphs end at blank lines; the line ends within them are kept.
fn paragraphs(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut held = String::new();
    let mut end = |held: &mut String| {
        if !held.is_empty() {
            let mut text = std::mem::take(held);
            text.pop();
            blocks.push(Block::Paragraph(vec![Run::plain(text)]));
        }
    };
    for line in text.split('\n') {
        let line = line.trim_end();
        if line.is_empty() {
            end(&mut held);
        } else {
            held.push_str(line);
            held.push('\n');
        }
    }
    end(&mut held);
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_lines_decide_what_a_text_is_shown_as() {
        let shapes = [
            ("main.rs", "fn main() {}", Shape::Code),
            ("Makefile", "all:\n\tcc x.c", Shape::Code),
            ("data.YAML", "a: 1", Shape::Code),
            ("server.log", "started", Shape::Fixed),
            ("notes.txt", "Dear all,\n\nwe met on Monday; it was nice.\n", Shape::Prose),
            ("notes", "#!/bin/sh\necho", Shape::Code),
            ("notes.txt", "{\n  \"a\": 1,\n  \"b\": [\n  ]\n}", Shape::Code),
            ("notes.txt", "name      amount\nrent      400\nfood      120", Shape::Fixed),
            ("notes.txt", "2024-01-02 10:11:12 started\n2024-01-02 10:11:13 ended", Shape::Fixed),
            ("x", "", Shape::Prose),
        ];
        for (name, text, expected) in shapes {
            assert_eq!(shape(name, text), expected, "{name}: {text}");
        }
    }

    #[test]
    fn paragraphs_end_at_blank_lines_and_keep_their_own_line_ends() {
        let of = |text: &str| Block::Paragraph(vec![Run::plain(text)]);
        assert_eq!(paragraphs("one\r\ntwo  \n\n \n three\n"), [of("one\ntwo"), of(" three")]);
        assert_eq!(paragraphs("\n\n"), []);
    }

    #[test]
    fn what_is_no_text_is_not_shown_as_one_and_what_is_empty_is_said_to_be() {
        assert_eq!(open("a.txt", (0..=255).cycle().take(9_999).collect()).err(), Some(Trouble::Unsupported));
        assert_eq!(open("a.txt", b" \n\t\n".to_vec()).err(), Some(Trouble::Empty));
        assert_eq!(open("a.txt", Vec::new()).err(), Some(Trouble::Empty));
        let opened = open("a.txt", b"Dear all".to_vec()).unwrap();
        assert_eq!((opened.opened().kind, opened.opened().layout.as_str()), (Kind::Text, "plain/1 text/1"));
    }
}
