//! The styles of an OpenDocument file, as far as they tell what is shown: looks, lists, breaks of pages, what is hidden.

use super::relations::attribute;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

/// What a style says of text, paragraphs and tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Bold, if it says.
    pub bold: Option<bool>,
    /// Slanted, if it says.
    pub italic: Option<bool>,
    /// Struck through, if it says.
    pub struck: Option<bool>,
    /// Not shown.
    pub hidden: bool,
    /// A paragraph that begins a page.
    pub breaks: bool,
}

/// How the entries of one level of a list are marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// All alike.
    Bullet,
    /// By a number: its form (`1`, `a`, `A`, `i`, `I` or none), and what stands before and behind it.
    Number(String, String, String),
}

/// All styles by their names.
#[derive(Debug, Default)]
pub struct Styles {
    styles: BTreeMap<String, (Style, Option<String>)>,
    lists: BTreeMap<(String, usize), Mark>,
}

/// How far a style may go back to others.
const PARENTS: usize = 16;

impl Styles {
    /// Reads the styles of a part.
    pub fn read(&mut self, text: &str) {
        let mut reader = Reader::from_str(text);
        let (mut style, mut list) = (String::new(), String::new());
        loop {
            match reader.read_event() {
                Ok(Event::Start(element) | Event::Empty(element)) => self.element(&element, &mut style, &mut list),
                Ok(Event::End(element)) if element.name().as_ref() == "style:style" => style.clear(),
                Ok(Event::Eof) | Err(_) => return,
                Ok(_) => {}
            }
        }
    }

    fn element(&mut self, element: &BytesStart<'_>, style: &mut String, list: &mut String) {
        let value = |name| attribute(element, name);
        match element.name().as_ref() {
            "style:style" => {
                *style = value("name").unwrap_or_default();
                self.styles.insert(style.clone(), (Style::default(), value("parent-style-name")));
            }
            "style:text-properties" | "style:paragraph-properties" | "style:table-properties" => {
                if let Some((style, _)) = self.styles.get_mut(style.as_str()) {
                    properties(element, style);
                }
            }
            "text:list-style" => *list = value("name").unwrap_or_default(),
            "text:list-level-style-bullet" | "text:list-level-style-image" => {
                self.lists.insert((list.clone(), level(element)), Mark::Bullet);
            }
            "text:list-level-style-number" => {
                let mark = Mark::Number(
                    value("num-format").unwrap_or_default(),
                    value("num-prefix").unwrap_or_default(),
                    value("num-suffix").unwrap_or_default(),
                );
                self.lists.insert((list.clone(), level(element)), mark);
            }
            _ => {}
        }
    }

    /// A style with what it takes from those it goes back to.
    pub fn style(&self, name: &str) -> Style {
        let mut all = Style::default();
        let mut name = Some(name);
        for _ in 0..PARENTS {
            let Some((style, parent)) = name.and_then(|name| self.styles.get(name)) else { break };
            all.bold = all.bold.or(style.bold);
            all.italic = all.italic.or(style.italic);
            all.struck = all.struck.or(style.struck);
            all.hidden |= style.hidden;
            all.breaks |= style.breaks;
            name = parent.as_deref();
        }
        all
    }

    /// How a list marks its entries at a level, from 1.
    pub fn mark(&self, list: &str, level: usize) -> Mark {
        self.lists.get(&(list.to_owned(), level)).cloned().unwrap_or(Mark::Bullet)
    }
}

fn level(element: &BytesStart<'_>) -> usize {
    attribute(element, "level").and_then(|text| text.parse().ok()).unwrap_or(1)
}

fn properties(element: &BytesStart<'_>, style: &mut Style) {
    for found in element.attributes().with_checks(false).flatten() {
        let value = found.value.as_ref();
        match found.key.as_ref() {
            "fo:font-weight" => style.bold = Some(matches!(value, "bold" | "600" | "700" | "800" | "900")),
            "fo:font-style" => style.italic = Some(matches!(value, "italic" | "oblique")),
            "style:text-line-through-style" => style.struck = Some(value != "none"),
            "text:display" => style.hidden = value == "none",
            "table:display" => style.hidden = value == "false",
            "fo:break-before" => style.breaks = value == "page",
            _ => {}
        }
    }
}

impl Mark {
    /// What stands before an entry.
    pub fn text(&self, number: u32) -> String {
        match self {
            Self::Bullet => super::model::BULLET.to_owned(),
            Self::Number(form, before, after) => match form.as_str() {
                "" => String::new(),
                "a" => format!("{before}{}{after}", letters(number)),
                "A" => format!("{before}{}{after}", letters(number).to_uppercase()),
                "i" => format!("{before}{}{after}", roman(number)),
                "I" => format!("{before}{}{after}", roman(number).to_uppercase()),
                _ => format!("{before}{number}{after}"),
            },
        }
    }
}

/// `a` to `z`, then `aa`, `bb`.
fn letters(number: u32) -> String {
    let index = number.saturating_sub(1);
    let letter = char::from(b'a' + u8::try_from(index % 26).unwrap_or(0));
    String::from(letter).repeat((index / 26 + 1).min(8) as usize)
}

fn roman(number: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if number > 3_999 {
        return number.to_string();
    }
    let mut left = number;
    let mut text = String::new();
    for (value, sign) in SIGNS {
        text.push_str(&sign.repeat((left / value) as usize));
        left %= value;
    }
    text
}
