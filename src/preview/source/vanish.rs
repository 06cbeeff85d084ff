//! Takes text out of a Word document that its author has hidden, which the library would read like any other.

use super::relations::attribute;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::ops::Range;

/// A run that was begun: where, how deep, and whether it turned out to be hidden.
struct Begun {
    at: usize,
    depth: usize,
    hidden: bool,
}

/// The XML without hidden runs, and whether there were any.
pub fn without_hidden(xml: &str) -> (String, bool) {
    if !xml.contains("<w:vanish") {
        return (xml.to_owned(), false);
    }
    let mut shown = String::with_capacity(xml.len());
    let mut from = 0;
    for span in hidden(xml) {
        // Runs in hidden runs went with them.
        if span.start >= from {
            shown.push_str(&xml[from..span.start]);
            from = span.end;
        }
    }
    let some = from > 0;
    shown.push_str(&xml[from..]);
    (shown, some)
}

/// Where the outermost hidden runs stand, in order.
fn hidden(xml: &str) -> Vec<Range<usize>> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    reader.config_mut().allow_unmatched_ends = true;
    reader.config_mut().allow_dangling_amp = true;
    let (mut spans, mut runs, mut depth) = (Vec::new(), Vec::<Begun>::new(), 0usize);
    loop {
        let at = position(&reader);
        match reader.read_event() {
            Ok(Event::Start(element)) => {
                if element.name().as_ref() == "w:r" {
                    runs.push(Begun { at, depth, hidden: false });
                }
                look(&element, &mut runs, depth);
                depth += 1;
            }
            Ok(Event::Empty(element)) => look(&element, &mut runs, depth),
            Ok(Event::End(element)) => {
                depth = depth.saturating_sub(1);
                if element.name().as_ref() == "w:r"
                    && let Some(run) = runs.pop()
                    && run.hidden
                {
                    spans.push(run.at..position(&reader));
                }
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
    }
    spans.sort_by_key(|span| (span.start, std::cmp::Reverse(span.end)));
    spans
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// Marks the innermost run as hidden when this says so of it: `w:r` holds `w:rPr`, which holds `w:vanish`.
fn look(element: &BytesStart<'_>, runs: &mut [Begun], depth: usize) {
    let Some(run) = runs.last_mut() else { return };
    if element.name().as_ref() == "w:vanish" && depth == run.depth + 2 {
        let value = attribute(element, "val").unwrap_or_default();
        run.hidden = !matches!(value.as_str(), "0" | "false" | "off");
    }
}
