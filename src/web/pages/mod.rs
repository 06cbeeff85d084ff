//! The pages recipients meet: what each one shows as a type, and that type as HTML. No routing, no rules.

mod anew;
mod archive;
mod code;
mod home;
mod left;
mod link;
mod list;
mod more_time;
mod play;
mod privacy;
mod refusal;
mod report;
mod session;
#[cfg(test)]
mod tests;
mod upload;
mod viewer;

pub use anew::AnewPage;
pub use archive::{ArchivePage, Withheld};
pub use code::{CodePage, CodeProblem, Resend};
pub use home::HomePage;
pub use left::LeftPage;
pub use link::{DisclaimerView, LinkPage, WhatIsShared};
pub use list::{Counted, Crumb, EntryView, Gives, ListPage, Order, Tools};
pub use more_time::MoreTimeView;
pub use play::PlayPage;
pub use privacy::PrivacyPage;
pub use refusal::{RefusalKind, RefusalPage};
pub use report::report;
pub use session::{SessionView, StayPage};
pub use upload::{SentView, UploadPage, UploadProblem};
pub use viewer::{Place, ViewerPage, Zoom};

use crate::domain::email::EmailAddress;
use crate::domain::language::Language;
use crate::web::assets;
use crate::web::brand::Brand;
use crate::web::language;
use crate::words::Words;
use askama::Template;
use askama::filters::{Html, escape};
use fluent_bundle::FluentValue;

/// What all pages have in common.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The texts, in the page's language.
    pub words: &'a Words,
    /// Whose documents these are.
    pub organisation: &'a str,
    /// Whom to ask: a mail address, an `https:` address, or any text such as a telephone number. May be empty.
    pub contact: &'a str,
    /// The query of the page's address, which another language keeps. May be empty.
    pub query: &'a str,
    /// What stands beside its name.
    pub brand: &'a Brand,
}

impl Frame<'_> {
    fn text(&self, id: &str) -> String {
        self.words.text(id)
    }

    /// A text with parameters that people wrote.
    fn with(&self, id: &str, parameters: &[(&str, &str)]) -> String {
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, FluentValue::from(within(value)))).collect();
        self.words.with(id, &parameters)
    }

    /// The same as HTML, one of its parameters set apart and kept on one line where it fits.
    fn marked(&self, id: &str, mark: &str, parameters: &[(&str, &str)]) -> String {
        let marked = |name: &str, value: &str| if name == mark { format!("{OPEN}{}{CLOSE}", within(value)) } else { within(value) };
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, FluentValue::from(marked(name, value)))).collect();
        let text = self.words.with(id, &parameters);
        let escaped = escape(text, Html).map_or_else(|never| match never {}, |safe| safe.to_string());
        escaped.replace(OPEN, "<b class=\"mark\">").replace(CLOSE, "</b>")
    }

    /// A text with one number in it.
    fn count(&self, id: &str, name: &str, number: usize) -> String {
        self.words.with(id, &[(name, FluentValue::from(number))])
    }

    /// The other languages: tag, name in itself, and the address of this page in it.
    fn others(&self) -> Vec<(&'static str, String, String)> {
        let others = Language::ALL.into_iter().filter(|language| *language != self.words.speaks());
        others
            .map(|language| (language.tag(), self.text(&format!("language-{language}")), language::switch(language, self.query)))
            .collect()
    }

    fn contact_target(&self) -> Option<String> {
        let contact = self.contact.trim();
        if let Ok(address) = EmailAddress::parse(contact) {
            return Some(format!("mailto:{}", percent_encoding::utf8_percent_encode(address.expose(), percent_encoding::NON_ALPHANUMERIC)));
        }
        (contact.starts_with("https://") && !contact.contains(char::is_whitespace)).then(|| contact.to_owned())
    }

    fn stylesheet(&self) -> &'static str {
        assets::stylesheet()
    }

    fn script(&self) -> &'static str {
        assets::script()
    }

    fn mark(&self) -> &'static str {
        assets::mark()
    }
}

/// Stand around a marked parameter until its text is escaped; [`shown`] lets nobody else write them.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// What people wrote, safe to show: characters that turn the direction of what follows, or that do not print, become U+FFFD,
/// so that no file name can look like another one. HTML escaping is the template's.
fn shown(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let ours = |c: char| c == OPEN || c == CLOSE;
    text.chars()
        .map(|c| if turns(c) || ours(c) || c.is_control() && !c.is_whitespace() { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}

/// The same inside a sentence: what could be written from right to left is isolated, so that it cannot rearrange the words around it.
fn within(text: &str) -> String {
    if text.is_ascii() { shown(text) } else { format!("\u{2068}{}\u{2069}", shown(text)) }
}

fn finish(page: &impl Template) -> String {
    page.render().expect("a template of texts written into a String cannot fail")
}
