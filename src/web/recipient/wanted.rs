//! What an address asks of a document's preview: which page, of which part, how large. Taken strictly; what is not known is not looked at.

use crate::domain::part::PartPath;
use crate::preview::limits::{DPI_LEAST, DPI_MOST, DPI_NORMAL, PAGES};
use crate::web::pages::Zoom;

/// What the query of an address asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// `page`, from 1.
    pub page: u32,
    /// `part`, such as `2` or `1.3`.
    pub part: PartPath,
    /// `dpi`, within the bounds of previews.
    pub dpi: u16,
    /// `zoom`, of a page without a script.
    pub zoom: Zoom,
}

impl Wanted {
    /// Reads a query; nothing when one of its known parameters is there twice or is none of its kind.
    pub fn parse(query: &str) -> Option<Self> {
        let value = |name: &str| {
            let mut found = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(key, _)| *key == name);
            match (found.next(), found.next()) {
                (value, None) => Some(value.map(|(_, value)| value)),
                _ => None,
            }
        };
        let zoom = match value("zoom")? {
            None => Zoom::default(),
            Some(text) => Zoom::ALL.into_iter().find(|zoom| zoom.percent().to_string() == text)?,
        };
        Some(Self {
            page: value("page")?.map_or(Some(1), page_number)?,
            part: value("part")?.unwrap_or_default().parse().ok()?,
            dpi: value("dpi")?.map_or(Some(DPI_NORMAL), dots)?,
            zoom,
        })
    }
}

/// The number of a page, from 1 to the most that are ever listed.
pub fn page_number(text: &str) -> Option<u32> {
    number(text).filter(|page| usize::try_from(*page).is_ok_and(|page| page <= PAGES))
}

fn dots(text: &str) -> Option<u16> {
    u16::try_from(number(text)?).ok().filter(|dpi| (DPI_LEAST..=DPI_MOST).contains(dpi))
}

/// A number from 1 in its only form.
fn number(text: &str) -> Option<u32> {
    let plain = text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_usual() {
        let usual = Wanted { page: 1, part: PartPath::default(), dpi: DPI_NORMAL, zoom: Zoom::Whole };
        for query in ["", "&", "a=b&c", "pages=7&Page=9", "page"] {
            assert_eq!(Wanted::parse(query).as_ref(), Some(&usual), "{query}");
        }
        let all = Wanted::parse("utm=x&page=12&part=2.1&dpi=150&zoom=200").expect("all of it is well-formed");
        assert_eq!((all.page, all.part.to_string().as_str(), all.dpi, all.zoom), (12, "2.1", 150, Zoom::Double));
    }

    #[test]
    fn what_is_of_another_form_is_refused() {
        let wrong = [
            "page=0",
            "page=-1",
            "page=+1",
            "page=01",
            "page=",
            "page=1e3",
            "page=501",
            "page=99999999999",
            "page=%31",
            "page=1&page=1",
            "part=0",
            "part=1.",
            "part=1.2.3.4",
            "dpi=11",
            "dpi=221",
            "dpi=1000000",
            "dpi=100.0",
            "dpi=0x64",
            "zoom=120",
            "zoom=0150",
        ];
        for query in wrong {
            assert_eq!(Wanted::parse(query), None, "{query}");
        }
    }
}
