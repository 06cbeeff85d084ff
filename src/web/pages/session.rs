//! How long somebody stays signed in: on every page behind the code, and the page that warns before it ends.

use super::{Frame, finish};
use askama::Template;

/// Seconds before the end of a session at which a page without scripts gives way to the warning.
const WARN_BEFORE: u64 = 5 * 60;

/// When the session ends, and how to stay.
#[derive(Debug, Clone)]
pub struct SessionView {
    /// When it ends without another request, as [`crate::words::figures::when`] writes it.
    pub ends: String,
    /// When it ends in any case, written likewise.
    pub ends_at_last: String,
    /// When it ends without another request, in seconds from now.
    pub seconds: u64,
    /// When it ends in any case, in seconds from now.
    pub most: u64,
    /// Where the page that warns is, and where its form goes.
    pub stay: String,
    /// Guards the form against posts from elsewhere.
    pub form_token: String,
}

impl SessionView {
    /// Seconds after which a page without scripts gives way to the warning.
    pub const fn warn_after(&self) -> u64 {
        if self.seconds > 2 * WARN_BEFORE { self.seconds - WARN_BEFORE } else { self.seconds / 2 }
    }

    /// Whether another request makes it last longer.
    pub const fn can_stay(&self) -> bool {
        self.seconds < self.most
    }
}

/// The page that warns. Showing it does not make the session last longer.
#[derive(Debug, Clone)]
pub struct StayPage {
    /// The session.
    pub session: SessionView,
    /// Where "I am finished" goes.
    pub leave_action: String,
}

impl StayPage {
    /// The page as HTML.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        finish(&Html { frame, page: self })
    }
}

#[derive(Template)]
#[template(path = "stay.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
    page: &'a StayPage,
}

impl Html<'_> {
    fn title(&self) -> String {
        self.frame.text(if self.page.session.can_stay() { "stay-title" } else { "stay-title-last" })
    }

    /// As HTML.
    fn until(&self) -> String {
        let id = if self.page.session.can_stay() { "stay-until" } else { "session-last" };
        self.frame.marked(id, "at", &[("at", &self.page.session.ends)])
    }
}

#[cfg(test)]
pub(super) fn sample(seconds: u64) -> SessionView {
    SessionView {
        ends: "18:40 CET".into(),
        ends_at_last: "23:40 CET".into(),
        seconds,
        most: 7200,
        stay: "/d/0198/stay".into(),
        form_token: "dG9rZW4".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_scripts_warns_while_there_is_time_to_stay() {
        for (seconds, after) in [(1800, 1500), (700, 400), (600, 300), (60, 30), (0, 0)] {
            assert_eq!(sample(seconds).warn_after(), after, "{seconds}");
        }
        assert!(sample(1800).can_stay() && !sample(7200).can_stay());
    }
}
