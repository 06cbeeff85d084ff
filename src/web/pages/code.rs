//! The page that asks for the mailed code.

use super::{Frame, finish};
use crate::domain::bounds::CODE_PAGE_STEP;
use crate::words::figures;
use askama::Template;
use std::iter::repeat_n;

/// The page that asks for the mailed code.
#[derive(Debug, Clone)]
pub struct CodePage {
    /// Where the code goes.
    pub action: String,
    /// Where the wish for another mail goes.
    pub resend_action: String,
    /// The mailbox the code was sent to, masked.
    pub masked_address: String,
    /// How long a code is valid, in minutes.
    pub minutes: u64,
    /// Digits of a code.
    pub code_length: usize,
    /// Who shares.
    pub owner_name: String,
    /// Guards the forms against posts from elsewhere.
    pub form_token: String,
    /// Whether a code was mailed that this browser can give.
    pub sent: bool,
    /// Whether staff read the code out.
    pub told: bool,
    /// Whether the mail server has not taken the mail with the code yet.
    pub delayed: bool,
    /// What was wrong with the code just given.
    pub problem: Option<CodeProblem>,
    /// Whether another mail can be asked for.
    pub resend: Resend,
}

/// What was wrong with a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeProblem {
    /// It has run out.
    Expired,
    /// It is not made of as many digits as a code.
    Malformed,
    /// Too many were wrong; the next try counts from this time on.
    Slow {
        /// When the next try is possible, as [`crate::words::figures::when`] writes it.
        until: String,
    },
    /// It was wrong too often, and is void.
    Void,
    /// It is not the one that was sent.
    Wrong {
        /// Tries that remain.
        left: u32,
    },
}

/// Whether another mail with a code can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resend {
    /// Soon.
    After {
        /// When, as [`crate::words::figures::when`] writes it.
        at: String,
        /// The same in seconds from now.
        seconds: u64,
    },
    /// Today's mails to this mailbox are used up.
    NotToday {
        /// When it can be asked for again, as [`crate::words::figures::when`] writes it.
        at: String,
    },
    /// Yes.
    Now,
    /// Not while this many other browsers have a code of their own.
    OtherBrowsers {
        /// When it can be asked for again, as [`crate::words::figures::when`] writes it.
        at: String,
    },
}

impl CodePage {
    /// The page as HTML, filled up with blanks so that its length does not tell what it says.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        let mut html = finish(&Html { frame, page: self });
        let length = html.len().next_multiple_of(CODE_PAGE_STEP);
        html.extend(repeat_n(' ', length - html.len()));
        html
    }

    /// Whether the recipient can have a code that works here.
    fn has_code(&self) -> bool {
        let dead = matches!(self.problem, Some(CodeProblem::Expired | CodeProblem::Void));
        self.sent && !dead
    }

    fn can_resend(&self) -> bool {
        matches!(self.resend, Resend::Now | Resend::After { .. })
    }

    /// Seconds until another mail can be asked for.
    fn wait(&self) -> u64 {
        if let Resend::After { seconds, .. } = self.resend { seconds } else { 0 }
    }
}

#[derive(Template)]
#[template(path = "code.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
    page: &'a CodePage,
}

impl Html<'_> {
    fn title(&self) -> String {
        self.frame.text(match (&self.page.resend, self.page.has_code()) {
            (_, true) => "code-title",
            (Resend::Now, _) => "code-title-none",
            _ if !self.page.sent => "code-title-unsent",
            _ => "code-title-none",
        })
    }

    /// The title of the window says first that something was wrong, for those who hear it.
    fn window_title(&self) -> String {
        let title = self.title();
        if self.page.problem.is_some() { self.frame.with("code-title-problem", &[("title", &title)]) } else { title }
    }

    /// As HTML.
    fn lead(&self) -> String {
        let id = match (self.page.has_code(), &self.page.resend) {
            (true, _) if self.page.told => "code-lead-told",
            (true, _) if self.page.delayed => "code-lead-delayed",
            (true, Resend::NotToday { .. }) => "code-lead-earlier",
            (true, _) => "code-lead",
            (false, Resend::OtherBrowsers { .. }) => "code-lead-other-browsers",
            (false, Resend::After { .. } | Resend::NotToday { .. }) if !self.page.sent => "code-lead-unsent",
            (false, Resend::NotToday { .. }) => "code-lead-new-later",
            (false, _) => "code-lead-new",
        };
        let valid = figures::minutes(self.frame.words, self.page.minutes);
        self.frame.marked(id, "address", &[("address", &self.page.masked_address), ("valid", &valid)])
    }

    fn hint(&self) -> String {
        self.frame.count("code-hint", "digits", self.page.code_length)
    }

    fn problem(&self) -> Option<String> {
        Some(match self.page.problem.as_ref()? {
            CodeProblem::Expired => self.frame.text("code-expired"),
            CodeProblem::Malformed => self.frame.count("code-malformed", "digits", self.page.code_length),
            CodeProblem::Slow { until } => self.frame.with("code-slow", &[("until", until)]),
            CodeProblem::Void => self.frame.text("code-void"),
            CodeProblem::Wrong { left } => self.frame.count("code-wrong", "left", usize::try_from(*left).unwrap_or(usize::MAX)),
        })
    }

    fn resend(&self) -> String {
        match &self.page.resend {
            Resend::After { at, .. } => self
                .frame
                .with(if self.page.has_code() { "resend-after" } else { "resend-after-new" }, &[("at", at)]),
            Resend::NotToday { at } => self.frame.with("resend-not-today", &[("at", at), ("owner", &self.page.owner_name)]),
            Resend::Now => self.frame.text("resend-now"),
            Resend::OtherBrowsers { at } => self.frame.with("resend-other-browsers", &[("at", at), ("owner", &self.page.owner_name)]),
        }
    }
}
