//! The one layout of all letters: blocks in a single column, as HTML without anything to fetch and as plain text.

use crate::domain::bounds::{MAIL_LINE_BYTES, MAIL_SUBJECT_BYTES};
use crate::mail::Content;
use crate::mail::clean::one_line;
use crate::mail::markdown::Message;
use crate::words::Words;
use askama::Template;
use fluent_bundle::FluentValue;

/// One piece of a letter.
pub(super) enum Block {
    /// Digits to be copied, alone on their line.
    Code(String),
    /// Points of a list.
    Lines(Vec<String>),
    /// An address to be followed, alone on its line.
    Link(String),
    /// What a member of staff wrote.
    Message(Message),
    /// Something of lesser weight.
    Small(String),
    /// An ordinary paragraph.
    Text(String),
}

/// A letter on its way to becoming text and HTML.
pub(super) struct Sheet<'a> {
    words: &'a Words,
    subject: String,
    blocks: Vec<Block>,
}

/// Fonts and widths only: colours are left to the reader's light or dark screen.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no">
<title>{{ subject }}</title>
</head>
<body style="margin:0;padding:1.5rem 1rem;font:1rem/1.5 system-ui,sans-serif">
<div lang="{{ language }}" style="max-width:36rem;margin:0 auto;overflow-wrap:anywhere">
{%- for block in blocks %}
{%- match block %}
{%- when Block::Code(digits) %}
<p style="font:700 2rem/1.5 ui-monospace,monospace;letter-spacing:0.15em">{{ digits }}</p>
{%- when Block::Lines(lines) %}
<ul style="padding-left:1.25rem">{% for line in lines %}<li>{{ line }}</li>
{% endfor %}</ul>
{%- when Block::Link(url) %}
<p><a href="{{ url }}" rel="noreferrer">{{ url }}</a></p>
{%- when Block::Message(message) %}
<div style="margin:1rem 0;padding-left:1rem;border-left:3px solid #888888">
{{ message.html|safe }}</div>
{%- when Block::Small(text) %}
<p style="font-size:0.875rem">{{ text }}</p>
{%- when Block::Text(text) %}
<p>{{ text }}</p>
{%- endmatch %}
{%- endfor %}
</div>
</body>
</html>
"#
)]
struct Page<'a> {
    language: &'a str,
    subject: &'a str,
    blocks: &'a [Block],
}

impl<'a> Sheet<'a> {
    /// A letter with nothing in it but its subject.
    pub(super) fn new(words: &'a Words, subject: &str) -> Self {
        Self { words, subject: one_line(subject, MAIL_SUBJECT_BYTES), blocks: Vec::new() }
    }

    /// Adds a block.
    pub(super) fn put(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// Adds a paragraph from the catalogue.
    pub(super) fn say(&mut self, id: &str, parameters: &[(&str, &str)]) {
        self.blocks.push(Block::Text(said(self.words, id, parameters)));
    }

    /// Adds a paragraph of lesser weight from the catalogue.
    pub(super) fn whisper(&mut self, id: &str, parameters: &[(&str, &str)]) {
        self.blocks.push(Block::Small(said(self.words, id, parameters)));
    }

    /// The finished letter.
    pub(super) fn finish(self) -> Content {
        let page = Page { language: self.words.language(), subject: &self.subject, blocks: &self.blocks };
        let html = page.render().expect("rendering strings into a String has no way to fail");
        let text = self.blocks.iter().map(plain).collect::<Vec<_>>().join("\n");
        Content { subject: self.subject, text, html }
    }
}

/// A text of the catalogue with words of people put in, each held to one line so that it cannot look like a paragraph of ours.
pub(super) fn said(words: &Words, id: &str, parameters: &[(&str, &str)]) -> String {
    let clean: Vec<(&str, FluentValue<'_>)> =
        parameters.iter().map(|(name, value)| (*name, one_line(value, MAIL_LINE_BYTES).into())).collect();
    words.with(id, &clean)
}

fn plain(block: &Block) -> String {
    match block {
        Block::Code(line) | Block::Link(line) | Block::Small(line) | Block::Text(line) => format!("{line}\n"),
        Block::Lines(lines) => lines.iter().map(|line| format!("- {line}\n")).collect(),
        Block::Message(message) => message.text.clone(),
    }
}
