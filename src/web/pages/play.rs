//! The page that plays sound or film. Nothing is fetched before somebody presses play.

use super::{Frame, SessionView, finish, shown};
use askama::Template;

/// Sound or film to be played.
#[derive(Debug, Clone)]
pub struct PlayPage {
    /// What it is called.
    pub name: String,
    /// Who shares.
    pub owner_name: String,
    /// The list it stands in.
    pub home: String,
    /// Whether there is something to see.
    pub film: bool,
    /// Where the document itself is: what is played, and what is downloaded.
    pub source: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Catalogue id of its kind.
    pub kind: &'static str,
    /// How large it is, as people write it.
    pub size: String,
    /// When the session ends, and how to stay.
    pub session: SessionView,
    /// Where "I am finished" goes.
    pub leave_action: String,
    /// Guards the form against posts from elsewhere.
    pub form_token: String,
}

impl PlayPage {
    /// The page as HTML.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        finish(&Html { frame, page: self })
    }
}

#[derive(Template)]
#[template(path = "play.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
    page: &'a PlayPage,
}

impl Html<'_> {
    fn title(&self) -> String {
        shown(&self.page.name)
    }
}

#[cfg(test)]
pub(super) fn sample(owner: &str, name: &str, film: bool) -> PlayPage {
    PlayPage {
        name: name.into(),
        owner_name: owner.into(),
        home: "/d/0198/".into(),
        film,
        source: "/d/0198/f/1/name".into(),
        media_type: if film { "video/webm" } else { "audio/mpeg" },
        kind: if film { "kind-video" } else { "kind-audio" },
        size: "3.2 MB".into(),
        session: super::session::sample(1800),
        leave_action: "/d/0198/leave".into(),
        form_token: "dG9rZW4".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Words;

    #[test]
    fn nothing_is_fetched_before_it_is_asked_for_and_the_page_says_what_that_does() {
        let words = Words::english().expect("the catalogue is whole");
        let frame = Frame { words: &words, organisation: "O", contact: "", query: "", brand: &crate::web::brand::Brand::default() };
        for (film, tag) in [(false, "<audio "), (true, "<video ")] {
            let html = sample("Anna Berg", "call.mp3", film).render(&frame);
            let player = html.split_once(tag).and_then(|(_, rest)| rest.split_once('>')).map_or("", |(player, _)| player);
            assert!(player.contains("controls") && player.contains("preload=\"none\""), "{html}");
            assert!(!player.contains("autoplay") && !player.contains("poster"), "{html}");
            assert_eq!(html.matches("/d/0198/f/1/name").count(), 3, "to play, where that cannot be done, and to download: {html}");
            assert!(html.contains("counts as a download: Anna Berg receives a receipt") && html.contains("3.2 MB"), "{html}");
        }
    }
}
