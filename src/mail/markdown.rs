//! Messages in light formatting (a part of Markdown) as safe HTML and as plain text.

use crate::domain::bounds::{MARKDOWN_DEPTH, MESSAGE_BYTES};
use crate::domain::email::EmailAddress;
use crate::mail::clean::{cut, lines};
use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};
use std::fmt::Write;

/// A message in both forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Made of `p`, `br`, `em`, `strong`, `code`, `blockquote`, `ul`, `ol` (with `start`), `li` and `a` (with `href` and
    /// `rel="noreferrer"`) alone, always balanced.
    pub html: String,
    /// Without markup; the target of a link stands beside its words.
    pub text: String,
}

/// Turns a message into HTML and text. Headings become strong paragraphs; raw HTML, images, tables and everything else that is not in
/// the list above is shown as the text it is. More than [`MESSAGE_BYTES`] is cut.
pub fn render(message: &str) -> Message {
    let source = cut(lines(message), MESSAGE_BYTES);
    let mut writer = Writer::default();
    for event in Parser::new_ext(&source, Options::empty()) {
        writer.event(event);
    }
    Message { html: writer.html, text: writer.text.finish() }
}

/// What one opened tag wants when it ends.
struct Frame {
    close: &'static str,
    ending: Ending,
}

/// What else happens at the end of a tag.
enum Ending {
    /// Text of the block is complete.
    Block,
    /// Nothing.
    Inline,
    /// A list item is complete.
    Item,
    /// The target is shown beside the words, unless it is the words.
    Link { target: String, words_from: usize },
    /// A list is complete.
    List,
    /// A quotation is complete.
    Quote,
}

#[derive(Default)]
struct Writer {
    html: String,
    text: Text,
    open: Vec<Frame>,
}

impl Writer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(_) => self.end(),
            Event::Code(code) => {
                self.html.push_str("<code>");
                self.say(&code);
                self.html.push_str("</code>");
            }
            Event::SoftBreak | Event::HardBreak => {
                self.html.push_str("<br>\n");
                self.text.words.push('\n');
            }
            Event::Rule => {
                self.text.end_block(true);
                self.html.push_str("<p>* * *</p>\n");
                self.text.words.push_str("* * *");
                self.text.end_block(true);
            }
            Event::Text(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.say(&text),
            Event::TaskListMarker(done) => self.say(if done { "[x] " } else { "[ ] " }),
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Emphasis => self.open("<em>", "</em>", Ending::Inline),
            Tag::Strong => self.open("<strong>", "</strong>", Ending::Inline),
            Tag::Link { link_type, dest_url, .. } => self.link(link_type, &dest_url),
            // A picture would be fetched from somewhere: its words and its address stand for it.
            Tag::Image { dest_url, .. } => self.unlinked(lines(&dest_url)),
            Tag::BlockQuote(_) => {
                self.text.end_block(true);
                self.open("<blockquote>\n", "</blockquote>\n", Ending::Quote);
                self.text.prefixes.push(Prefix { first: None, rest: "> ".to_owned() });
            }
            Tag::List(first) => self.list(first),
            Tag::Item => {
                self.open("<li>", "</li>\n", Ending::Item);
                self.text.item();
            }
            Tag::Heading { .. } => self.block("<p><strong>", "</strong></p>\n"),
            Tag::CodeBlock(_) => self.block("<p><code>", "</code></p>\n"),
            _ => self.block("<p>", "</p>\n"),
        }
    }

    fn end(&mut self) {
        let Some(frame) = self.open.pop() else { return };
        if matches!(frame.ending, Ending::Block) {
            // The last line end of a code or HTML block is not part of what it says.
            self.html.truncate(self.html.trim_end_matches("<br>\n").len());
        }
        self.html.push_str(frame.close);
        match frame.ending {
            Ending::Block => self.text.end_block(true),
            Ending::Inline => {}
            Ending::Item => {
                self.text.end_block(false);
                self.text.prefixes.pop();
            }
            Ending::Link { target, words_from } => {
                let shown = target.strip_prefix("mailto:").unwrap_or(&target);
                let words = self.text.words.get(words_from..).unwrap_or_default().trim();
                if !shown.is_empty() && words != shown && words != target {
                    let beside = if words.is_empty() { shown.to_owned() } else { format!(" ({shown})") };
                    self.say(&beside);
                }
            }
            Ending::List => {
                self.text.end_block(true);
                self.text.lists.pop();
            }
            Ending::Quote => {
                self.text.end_block(true);
                self.text.prefixes.pop();
            }
        }
    }

    fn block(&mut self, open: &str, close: &'static str) {
        self.text.end_block(false);
        self.open(open, close, Ending::Block);
    }

    fn list(&mut self, first: Option<u64>) {
        self.text.end_block(false);
        match first {
            None => self.open("<ul>\n", "</ul>\n", Ending::List),
            Some(1) => self.open("<ol>\n", "</ol>\n", Ending::List),
            Some(first) => self.open(&format!("<ol start=\"{first}\">\n"), "</ol>\n", Ending::List),
        }
        self.text.gap |= self.text.lists.is_empty();
        self.text.lists.push(first);
    }

    fn link(&mut self, kind: LinkType, target: &str) {
        let target = lines(target);
        let target = if kind == LinkType::Email { format!("mailto:{target}") } else { target };
        if !followed(&target) {
            return self.unlinked(target);
        }
        let mut tag = String::from("<a href=\"");
        escape(&target, &mut tag);
        tag.push_str("\" rel=\"noreferrer\">");
        let words_from = self.text.words.len();
        self.open(&tag, "</a>", Ending::Link { target, words_from });
    }

    fn unlinked(&mut self, target: String) {
        let words_from = self.text.words.len();
        self.open("", "", Ending::Link { target, words_from });
    }

    /// Opens a tag, or only counts it where the nesting is too deep.
    fn open(&mut self, open: &str, close: &'static str, ending: Ending) {
        let shown = self.open.len() < MARKDOWN_DEPTH;
        if shown {
            self.html.push_str(open);
        }
        self.open.push(Frame { close: if shown { close } else { "" }, ending });
    }

    /// Entities such as `&#8238;` are characters only now, so that once more nothing hidden comes through.
    fn say(&mut self, text: &str) {
        let text = lines(text);
        escape(&text, &mut self.html);
        self.text.words.push_str(&text);
    }
}

/// The plain form: words are collected until their block ends, then written line by line behind the marks of quotes and lists.
#[derive(Default)]
struct Text {
    out: String,
    words: String,
    prefixes: Vec<Prefix>,
    lists: Vec<Option<u64>>,
    gap: bool,
}

/// What stands before the first and before all other lines.
struct Prefix {
    first: Option<String>,
    rest: String,
}

impl Text {
    fn item(&mut self) {
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number = number.saturating_add(1);
                mark
            }
            _ => "- ".to_owned(),
        };
        self.prefixes.push(Prefix { rest: " ".repeat(mark.len()), first: Some(mark) });
    }

    /// Writes the words collected so far; `apart` leaves an empty line before whatever comes next.
    fn end_block(&mut self, apart: bool) {
        let words = std::mem::take(&mut self.words);
        let words = words.trim_matches('\n');
        if !words.trim().is_empty() {
            if self.gap && !self.out.is_empty() {
                self.out.push('\n');
            }
            self.gap = false;
            for line in words.split('\n') {
                let mut whole = String::new();
                for prefix in self.prefixes.iter_mut().take(MARKDOWN_DEPTH) {
                    whole.push_str(prefix.first.take().as_deref().unwrap_or(&prefix.rest));
                }
                whole.push_str(line);
                let _ = writeln!(self.out, "{}", whole.trim_end());
            }
        }
        self.gap |= apart && !self.out.is_empty();
    }

    fn finish(mut self) -> String {
        self.end_block(false);
        self.out
    }
}

/// Whether a target becomes a link: a web address with a host, or one plain mail address.
fn followed(target: &str) -> bool {
    if let Some(address) = target.strip_prefix("mailto:") {
        return EmailAddress::parse(address).is_ok_and(|parsed| parsed.key() == address.to_ascii_lowercase());
    }
    let lower = target.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let clean = !target.contains(|c: char| c.is_control() || c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\'));
    clean && rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_alphanumeric() || c == '['))
}

/// Adds text so that no character of it is markup; line ends become breaks.
fn escape(text: &str, html: &mut String) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("<br>\n"),
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
