//! Which rows and columns of an XLSX workbook are hidden, which the library does not say.

use super::relations::{self, attribute};
use super::unzip::Package;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::{BTreeMap, BTreeSet};

/// What is hidden of one sheet; rows and columns from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    rows: BTreeSet<u32>,
    columns: Vec<(u32, u32)>,
}

impl Hidden {
    /// Whether a cell stands in a hidden row or column.
    pub fn holds(&self, row: u32, column: u32) -> bool {
        self.rows.contains(&row) || self.columns.iter().any(|(first, last)| (*first..=*last).contains(&column))
    }
}

/// What is hidden, by the names of sheets.
pub fn hidden(package: &Package) -> BTreeMap<String, Hidden> {
    let mut found = BTreeMap::new();
    let main = relations::of(package, "").into_iter().find(|relation| relation.is("officeDocument"));
    let Some(main) = main.map(|relation| relation.target) else { return found };
    let related = relations::of(package, &main);
    let mut reader = Reader::from_str(package.part(&main).unwrap_or_default());
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) if element.local_name().as_ref() == "sheet" => {
                let id = element.attributes().with_checks(false).flatten().find(|a| a.key.as_ref().ends_with(":id"));
                let target = id
                    .and_then(|id| related.iter().find(|relation| relation.id == *id.value))
                    .map(|relation| &relation.target);
                if let (Some(name), Some(text)) = (attribute(&element, "name"), target.and_then(|target| package.part(target))) {
                    found.insert(name, of_sheet(text));
                }
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

fn of_sheet(text: &str) -> Hidden {
    let mut hidden = Hidden::default();
    if !text.contains("hidden=") {
        return hidden;
    }
    let mut reader = Reader::from_str(text);
    let mut next_row = 0u32;
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) => {
                let number = |name| attribute(&element, name).and_then(|text| text.parse::<u32>().ok());
                let is_hidden = || matches!(attribute(&element, "hidden").as_deref(), Some("1" | "true"));
                match element.local_name().as_ref() {
                    "col" if is_hidden() => {
                        let first = number("min").unwrap_or(1).saturating_sub(1);
                        hidden.columns.push((first, number("max").unwrap_or(1).saturating_sub(1)));
                    }
                    "row" => {
                        let row = number("r").map_or(next_row, |row| row.saturating_sub(1));
                        next_row = row.saturating_add(1);
                        if is_hidden() {
                            hidden.rows.insert(row);
                        }
                    }
                    _ => {}
                }
            }
            Ok(Event::Eof) | Err(_) => return hidden,
            Ok(_) => {}
        }
    }
}
