//! The relations between parts of an Office Open XML package: which part is which, whatever it is named.

use super::unzip::Package;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::fmt::Write;

/// One relation of a part to another, or to something outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// Its name within the part.
    pub id: String,
    /// The whole address of its type.
    pub kind: String,
    /// The part, with all its folders and no leading slash; what stands there, of something outside.
    pub target: String,
    /// Whether it leads out of the package.
    pub outside: bool,
}

impl Relation {
    /// Whether its type ends in this word.
    pub fn is(&self, kind: &str) -> bool {
        self.kind.rsplit('/').next() == Some(kind)
    }
}

/// The relations of a part; of the whole package when its name is empty.
pub fn of(package: &Package, part: &str) -> Vec<Relation> {
    let Some(text) = package.part(&place(part)) else { return Vec::new() };
    let mut reader = Reader::from_str(text);
    let mut found = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(element) | Event::Empty(element)) if element.local_name().as_ref() == "Relationship" => {
                let outside = attribute(&element, "TargetMode").is_some_and(|mode| mode.eq_ignore_ascii_case("external"));
                let target = attribute(&element, "Target").unwrap_or_default();
                let target = if outside { target } else { resolved(part, &target) };
                let id = attribute(&element, "Id").unwrap_or_default();
                found.push(Relation { id, kind: attribute(&element, "Type").unwrap_or_default(), target, outside });
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

/// Writes the relations of a part, each with its whole path.
pub fn put(package: &mut Package, part: &str, relations: &[Relation]) {
    let mut text = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">".to_owned();
    for relation in relations {
        let (slash, mode) = if relation.outside { ("", " TargetMode=\"External\"") } else { ("/", "") };
        let [id, kind, target] = [&relation.id, &relation.kind, &relation.target].map(|value| escaped(value));
        // A string takes whatever is written.
        let _ = write!(text, "<Relationship Id=\"{id}\" Type=\"{kind}\" Target=\"{slash}{target}\"{mode}/>");
    }
    text.push_str("</Relationships>");
    package.put(place(part), text);
}

/// Where the relations of a part stand.
pub fn place(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/_rels/{name}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}

/// The name of a part as another part says it.
fn resolved(from: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut names: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').filter(|n| !n.is_empty()).collect() };
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    names.join("/")
}

/// An attribute by its name, with or without a prefix.
pub fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(
        found
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_or_else(|_| found.value.to_string(), |value| value.into_owned()),
    )
}

fn escaped(value: &str) -> String {
    quick_xml::escape::escape(value).into_owned()
}
