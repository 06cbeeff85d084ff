//! The page that shows a document: without a script one page of it at a time, with one all of them.

use super::{Crumb, Frame, SessionView, finish, shown};
use crate::domain::part::PartPath;
use crate::gate::view::View;
use crate::preview::job::{Note, PageSize};
use crate::preview::limits::{DPI_LEAST, DPI_MOST, DPI_NORMAL};
use crate::web::assets;
use askama::Template;
use std::fmt::Write as _;

/// Widest picture at 100 %, in dots: what is larger than paper (photographs, plans) is first shown as large as a sheet of paper is.
const WIDEST: u32 = 1_200;
/// Dots an inch of small pictures, as near as the bounds allow.
const POINTS_PER_INCH: u32 = 72;

/// How large pages are shown without a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zoom {
    /// As large as they are, or as the screen is wide.
    #[default]
    Whole,
    /// Half as large again.
    Half,
    /// Twice as large.
    Double,
}

impl Zoom {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Whole, Self::Half, Self::Double];

    /// In per cent, as it stands in addresses.
    pub const fn percent(self) -> u16 {
        match self {
            Self::Whole => 100,
            Self::Half => 150,
            Self::Double => 200,
        }
    }
}

/// A document on the screen.
#[derive(Debug, Clone)]
pub struct ViewerPage {
    /// What it is called.
    pub name: String,
    /// Who shares.
    pub owner_name: String,
    /// The list it stands in.
    pub home: String,
    /// The mail that it is attached to.
    pub above: Option<Crumb>,
    /// What it turned out to be, and what may be done with it.
    pub view: View,
    /// Where it and its pages are.
    pub place: Place,
    /// The page shown, from 1, at most the number of pages.
    pub page: u32,
    /// How large.
    pub zoom: Zoom,
    /// The page's text, where the share gives it.
    pub text: Option<String>,
    /// Where it is downloaded with the mark in it, where the share gives that.
    pub marked: Option<String>,
    /// Where the document itself is downloaded, where the share gives that.
    pub download: Option<String>,
    /// When the session ends, and how to stay.
    pub session: SessionView,
    /// Where "I am finished" goes.
    pub leave_action: String,
    /// Guards the form against posts from elsewhere.
    pub form_token: String,
}

/// Where a document's pages are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The share's address, `/d/{share}`.
    pub share: String,
    /// The document's path, as it stands in addresses.
    pub path: String,
    /// Which document inside of it.
    pub part: PartPath,
}

impl Place {
    /// The page of a document.
    pub fn viewer(&self, page: u32, zoom: Zoom) -> String {
        let Self { share, path, part } = self;
        let mut query = vec![format!("page={page}")];
        query.extend((!part.is_whole()).then(|| format!("part={part}")));
        query.extend((zoom != Zoom::default()).then(|| format!("zoom={}", zoom.percent())));
        format!("{share}/v/{path}?{}", query.join("&"))
    }

    /// The picture of a page.
    pub fn picture(&self, page: u32, dpi: u16) -> String {
        let Self { share, path, part } = self;
        let part = if part.is_whole() { String::new() } else { format!("&part={part}") };
        format!("{share}/p/{page}/{path}?dpi={dpi}{part}")
    }

    /// The same place for a document inside this one; nothing when it lies too deep.
    pub fn inside(&self, number: usize) -> Option<Self> {
        let part = self.part.inside(u16::try_from(number).ok()?)?;
        Some(Self { part, ..self.clone() })
    }
}

/// Dots an inch at 100 %.
fn whole_dpi(size: PageSize) -> u32 {
    let fits = WIDEST * POINTS_PER_INCH / u32::from(size.width.max(1));
    fits.clamp(u32::from(DPI_LEAST), u32::from(DPI_NORMAL))
}

impl ViewerPage {
    /// The page as HTML.
    pub fn render(&self, frame: &Frame<'_>) -> String {
        finish(&Html { frame, page: self })
    }

    fn count(&self) -> u32 {
        u32::try_from(self.view.pages.len()).unwrap_or(u32::MAX)
    }

    fn size(&self) -> PageSize {
        let index = usize::try_from(self.page.saturating_sub(1)).unwrap_or(usize::MAX);
        self.view.pages.get(index).copied().unwrap_or(PageSize { width: 595, height: 842 })
    }
}

#[derive(Template)]
#[template(path = "viewer.html", config = "src/web/askama.toml")]
struct Html<'a> {
    frame: &'a Frame<'a>,
    page: &'a ViewerPage,
}

impl Html<'_> {
    fn title(&self) -> String {
        shown(&self.page.name)
    }

    fn stylesheet(&self) -> &'static str {
        assets::viewer_stylesheet()
    }

    fn script(&self) -> &'static str {
        assets::viewer_script()
    }

    fn page_of(&self, page: &str) -> String {
        self.frame.with("viewer-page-of", &[("page", page), ("count", &self.page.count().to_string())])
    }

    fn page_here(&self) -> String {
        self.page_of(&self.page.page.to_string())
    }

    fn dpi(&self) -> u16 {
        let dpi = whole_dpi(self.page.size()) * u32::from(self.page.zoom.percent()) / 100;
        u16::try_from(dpi).unwrap_or(DPI_MOST).clamp(DPI_LEAST, DPI_MOST)
    }

    fn picture(&self) -> String {
        self.page.place.picture(self.page.page, self.dpi())
    }

    /// Width and height of the picture, in dots; the browser keeps the place free before it has come.
    fn dots(&self) -> (u32, u32) {
        let dots = |points: u16| (u32::from(points) * u32::from(self.dpi())).div_ceil(POINTS_PER_INCH).max(1);
        (dots(self.page.size().width), dots(self.page.size().height))
    }

    /// Where the four ways from page to page lead: catalogue id, sign, address, and whether it leads anywhere.
    fn ways(&self) -> [Way; 4] {
        let (page, last) = (self.page.page, self.page.count());
        let way =
            |name: &'static str, sign, to: u32| Way { name, sign, href: self.page.place.viewer(to, self.page.zoom), dead: to == page };
        [
            way("first", "«", 1),
            way("previous", "‹", page.saturating_sub(1).max(1)),
            way("next", "›", (page + 1).min(last)),
            way("last", "»", last),
        ]
    }

    fn way_label(&self, way: &Way) -> String {
        self.frame.text(&format!("viewer-{}", way.name))
    }

    fn zooms(&self) -> impl Iterator<Item = (String, String, bool)> + '_ {
        Zoom::ALL.into_iter().map(|zoom| {
            let label = self.frame.with("viewer-zoom-to", &[("percent", &zoom.percent().to_string())]);
            (label, self.page.place.viewer(self.page.page, zoom), zoom == self.page.zoom)
        })
    }

    /// The sizes of all pages in points for the script, equal neighbours counted: `595x842*12,842x595`.
    fn sizes(&self) -> String {
        let mut sizes = String::new();
        for run in self.page.view.pages.chunk_by(|one, other| one == other) {
            let comma = if sizes.is_empty() { "" } else { "," };
            let times = if run.len() > 1 { format!("*{}", run.len()) } else { String::new() };
            let _ = write!(sizes, "{comma}{}x{}{times}", run[0].width, run[0].height);
        }
        sizes
    }

    fn notes(&self) -> impl Iterator<Item = String> + '_ {
        self.page
            .view
            .notes
            .iter()
            .map(|note| self.frame.text(&format!("viewer-note-{}", note_word(*note))))
    }

    /// Each document inside: what it is called, its size and where it is shown, unless it lies too deep.
    fn parts(&self) -> impl Iterator<Item = (String, String, Option<String>)> + '_ {
        self.page.view.parts.iter().enumerate().map(|(at, part)| {
            let number = (at + 1).to_string();
            let label = match part.name.trim() {
                "" => self.frame.with("viewer-part", &[("number", &number)]),
                name => self.frame.with("viewer-part-name", &[("number", &number), ("name", name)]),
            };
            let size = crate::words::figures::size(self.frame.words, part.size);
            (label, size, self.page.place.inside(at + 1).map(|place| place.viewer(1, Zoom::default())))
        })
    }
}

/// One way from page to page.
struct Way {
    name: &'static str,
    sign: &'static str,
    href: String,
    dead: bool,
}

const fn note_word(note: Note) -> &'static str {
    match note {
        Note::TextOnly => "text-only",
        Note::FormMayLookEmpty => "form-may-look-empty",
        Note::Shortened => "shortened",
        Note::FirstFrame => "first-frame",
        Note::NothingFetched => "nothing-fetched",
        Note::UnreadableCharacters => "unreadable-characters",
        Note::HiddenLeftOut => "hidden-left-out",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_larger_than_paper_is_first_shown_as_large_as_paper() {
        assert_eq!(whole_dpi(PageSize { width: 595, height: 842 }), 100);
        assert_eq!(whole_dpi(PageSize { width: 4000, height: 3000 }), 21);
        assert_eq!(whole_dpi(PageSize { width: 60_000, height: 10 }), u32::from(DPI_LEAST));
        assert_eq!(whole_dpi(PageSize { width: 0, height: 0 }), 100);
    }

    #[test]
    fn addresses_say_only_what_is_not_usual() {
        let place = Place { share: "/d/01".into(), path: "a%20b.pdf".into(), part: PartPath::default() };
        assert_eq!(place.viewer(3, Zoom::Whole), "/d/01/v/a%20b.pdf?page=3");
        let second = place.inside(2).expect("one step is not too deep");
        assert_eq!(second.picture(4, 150), "/d/01/p/4/a%20b.pdf?dpi=150&part=2");
        let inner = second.inside(1).expect("two steps are not too deep");
        assert_eq!(inner.viewer(1, Zoom::Double), "/d/01/v/a%20b.pdf?page=1&part=2.1&zoom=200");
        assert_eq!(inner.inside(1).and_then(|place| place.inside(1)), None);
    }
}
