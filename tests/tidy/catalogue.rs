//! Where user text stands: the message catalogue, and templates that may hold none of their own.

use std::collections::BTreeSet;

/// Attributes whose value a reader sees or hears.
const SPOKEN: [&str; 5] = ["alt", "aria-description", "aria-label", "placeholder", "title"];

/// Calls whose first argument is the id of a text.
const CALLS: [&str; 6] = ["count(\"", "marked(\"", "say(\"", "text(\"", "whisper(\"", "with(\""];

/// The ids that a Fluent file defines; terms (`-name`) are parts of messages and left out.
pub(crate) fn defined(fluent: &str) -> BTreeSet<String> {
    let id = |line: &str| {
        let (id, _) = line.split_once('=')?;
        let id = id.trim_end();
        let plain = id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        (plain && id.starts_with(|c: char| c.is_ascii_alphabetic())).then(|| id.to_owned())
    };
    fluent.lines().filter_map(id).collect()
}

/// The ids that code or a template asks for by name: `text("id")`, `with("id", ...)` and their like.
pub(crate) fn asked(text: &str) -> BTreeSet<String> {
    CALLS
        .iter()
        .flat_map(|call| text.match_indices(call).map(|(at, _)| (at, &text[at + call.len()..])))
        .filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        .filter_map(|(_, rest)| rest.split_once('"'))
        .filter(|(id, _)| id.contains('-') && !id.contains(' '))
        .map(|(id, _)| id.to_owned())
        .collect()
}

/// Whether `id` is named in `text`: as a whole string, in Fluent as `{ id }`, or by a pattern of at least a word, `"refused-{}-title"`.
pub(crate) fn names(text: &str, id: &str) -> bool {
    text.contains(&format!("\"{id}\"")) || text.contains(&format!("{{ {id} }}")) || patterns(text).iter().any(|pattern| fits(pattern, id))
}

fn patterns(text: &str) -> BTreeSet<&str> {
    text.split('"')
        .filter(|part| part.contains('{') && part.starts_with(|c: char| c.is_ascii_lowercase()) && has_id_shape(part))
        .collect()
}

fn has_id_shape(part: &str) -> bool {
    let head = part.split('{').next().unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '{' | '}');
    head.len() > 3 && head.ends_with('-') && part.chars().all(plain)
}

fn fits(pattern: &str, id: &str) -> bool {
    let head = pattern.split('{').next().unwrap_or_default();
    let tail = pattern.rsplit('}').next().unwrap_or_default();
    id.len() > head.len() + tail.len() && id.starts_with(head) && id.ends_with(tail)
}

/// Words that a template shows by itself: text between tags and values of spoken attributes, less what `{{ }}`, `{% %}` and comments hold.
pub(crate) fn own_words(template: &str, is_html: bool) -> Vec<String> {
    let mut shown = template.to_owned();
    for (open, close) in [("{{", "}}"), ("{%", "%}"), ("{#", "#}")] {
        shown = without(&shown, open, close);
    }
    if is_html {
        for (open, close) in [("<!--", "-->"), ("<style", "</style>"), ("<script", "</script>")] {
            shown = without(&shown, open, close);
        }
        let spoken = spoken_values(&shown);
        shown = without_entities(&without(&shown, "<", ">")) + " " + &spoken;
    }
    shown
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|w| w.chars().any(char::is_alphabetic))
        .map(str::to_owned)
        .collect()
}

/// `text` with everything from `open` to `close` made a blank.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        kept.push_str(before);
        kept.push(' ');
        rest = after.split_once(close).map_or("", |(_, after)| after);
    }
    kept + rest
}

fn without_entities(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        kept.push_str(before);
        let name = after.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '#').count();
        rest = if after[name..].starts_with(';') { &after[name + 1..] } else { after };
    }
    kept + rest
}

fn spoken_values(html: &str) -> String {
    let mut values = String::new();
    for tag in html.split('<').skip(1).filter_map(|part| part.split_once('>').map(|(tag, _)| tag)) {
        for name in SPOKEN {
            let value = tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
            values.extend(value.into_iter().flat_map(|(value, _)| [value, " "]));
        }
    }
    values
}

#[test]
fn ids_are_read_from_fluent_and_from_their_users() {
    let fluent = "# a = comment\nopen-title = Title\n    .hint = x\n-brand = Doorward\nopen-why = { open-title }\n  more = text\n";
    assert_eq!(Vec::from_iter(defined(fluent)), ["open-title", "open-why"]);
    let users = "words.text(\"open-title\") with(\"mail-a\", &[]) context(\"not-one\") text(\"two words\") format!(\"refused-{}-why\")";
    assert_eq!(Vec::from_iter(asked(users)), ["mail-a", "open-title"]);
    assert!(names(users, "refused-expired-why") && names(fluent, "open-title") && names(users, "mail-a"));
    assert!(!names(users, "refused-expired-title") && !names(users, "open") && !names("\"{}\" \"a-{}\"", "open-title"));
}

#[test]
fn a_template_s_own_words_are_found_wherever_a_reader_meets_them() {
    let page = "<!-- note --><html lang=\"en\"><meta name=\"viewport\" content=\"width=device-width\"><style>p { x: y }</style>\
                <p class=\"big\" title=\"Hover\">{{ words.text(\"a\") }} &nbsp;&amp; Stray {# no #}</p>{% if x > 1 %}<img alt=\"{{ y }}\">{% endif %}";
    assert_eq!(own_words(page, true), ["Stray", "Hover"]);
    assert_eq!(own_words("{{ a }}\n-- \n{{ b }} <https://x>", false), ["https", "x"]);
}
