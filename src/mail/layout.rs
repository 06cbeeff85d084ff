//! The one layout of all letters: blocks in a single column, as HTML without anything to fetch and as plain text.

use crate::domain::bounds::{MAIL_LINE_BYTES, MAIL_SUBJECT_BYTES};
use crate::domain::branding::{Branding, Logo};
use crate::domain::colour::Colour;
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

impl Content {
    /// The letter with what the organisation puts on its mails: above it the logo and a rule in its colour, below it the privacy notice.
    pub fn dressed(self, branding: &Branding, organisation: &str, words: &Words) -> Self {
        let mut dressed = self;
        if branding.logo.is_some() || branding.palette.is_some() {
            let top =
                Top { name: organisation, logo: branding.logo.as_ref().map(shown_size), colour: branding.palette.map(|both| both.light) };
            let top = top.render().expect("rendering strings into a String has no way to fail");
            dressed.html = dressed.html.replacen(OPENING, &format!("{OPENING}\n{top}"), 1);
        }
        if let Some(url) = &branding.privacy {
            let label = said(words, "mail-privacy", &[("organisation", organisation)]);
            let foot = Foot { label: &label, url }.render().expect("rendering strings into a String has no way to fail");
            if let Some(end) = dressed.html.rfind(CLOSING) {
                dressed.html.insert_str(end, &foot);
            }
            dressed.text.push_str(&format!("\n{label}\n{url}\n"));
        }
        dressed
    }
}

/// Where the letter itself begins in [`Page`]. What stands before it is escaped and cannot hold it.
const OPENING: &str = "overflow-wrap:anywhere\">";
/// Where it ends; the last of its kind is ours.
const CLOSING: &str = "\n</div>\n</body>";

/// What stands above a letter.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<p style="margin:0 0 1.5rem;padding:0 0 0.75rem;border-bottom:3px solid {% if let Some(colour) = colour %}{{ colour }}{% else %}#888888{% endif %};font-weight:700">
{%- if let Some((width, height)) = logo %}<img src="cid:{{ crate::mail::letter::LOGO_NAME }}" width="{{ width }}" height="{{ height }}" alt="" style="vertical-align:middle;margin-right:0.75rem">{% endif %}{{ name }}</p>"#
)]
struct Top<'a> {
    name: &'a str,
    logo: Option<(u32, u32)>,
    colour: Option<Colour>,
}

/// What stands below a letter.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"
<p style="font-size:0.875rem">{{ label }} <a href="{{ url }}" rel="noreferrer">{{ url }}</a></p>"#
)]
struct Foot<'a> {
    label: &'a str,
    url: &'a str,
}

/// A logo as it is shown: 40 pixels high, or flatter where it would be too wide.
fn shown_size(logo: &Logo) -> (u32, u32) {
    logo.within(200, 40)
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
