//! Whether a PDF's form was filled in without a picture of what was filled in: such fields are drawn as if they were empty.

use crate::preview::limits::PAGES;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{Array, Dict, Name, Object};

/// Most fields that are looked at.
const FIELDS: usize = 20_000;
/// How far up a field's value is looked for.
const PARENTS: usize = 16;

/// Whether a page may show a form emptier than it is.
pub(super) fn may_look_empty(pdf: &Pdf) -> bool {
    let catalog = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    let Some(form) = catalog.and_then(|catalog| catalog.get::<Dict<'_>>(&b"AcroForm"[..])) else { return false };
    let fields = form.get::<Array<'_>>(&b"Fields"[..]).is_some_and(|fields| fields.raw_iter().next().is_some());
    if form.contains_key(&b"XFA"[..]) && !fields {
        return true;
    }
    let pages = pdf.pages().iter().take(PAGES);
    let annotations = pages.filter_map(|page| page.raw().get::<Array<'_>>(&b"Annots"[..]));
    annotations
        .flat_map(|annotations| annotations.iter::<Dict<'_>>().collect::<Vec<_>>())
        .take(FIELDS)
        .any(|field| is_bare(&field))
}

/// Whether it is a field with a value and without a picture.
fn is_bare(field: &Dict<'_>) -> bool {
    let widget = field.get::<Name<'_>>(&b"Subtype"[..]).is_some_and(|kind| kind.as_str() == "Widget");
    let drawn = field.get::<Dict<'_>>(&b"AP"[..]).is_some_and(|looks| looks.contains_key(&b"N"[..]));
    widget && !drawn && has_value(field)
}

/// Whether the field, or one that it belongs to, has a value that one would see.
fn has_value(field: &Dict<'_>) -> bool {
    let mut field = field.clone();
    for _ in 0..PARENTS {
        match field.get::<Object<'_>>(&b"V"[..]) {
            Some(Object::String(text)) => return !matches!(text.as_bytes(), b"" | b"\xfe\xff"),
            Some(Object::Name(name)) => return name.as_str() != "Off",
            Some(Object::Null(_)) | None => {}
            Some(_) => return true,
        }
        match field.get::<Dict<'_>>(&b"Parent"[..]) {
            Some(parent) => field = parent,
            None => return false,
        }
    }
    false
}
