//! Targets for what a browser sends and is sent: headers, forms and formatted messages.

use doorward::domain::bounds::{FORM_FIELDS, MESSAGE_BYTES, NAME_BYTES, UPLOAD_METADATA_BYTES, UPLOAD_NAME_BYTES};
use doorward::domain::document::DocumentPath;
use doorward::domain::language::Language;
use doorward::domain::time::Timestamp;
use doorward::gate::upload::name::{clean, numbered};
use doorward::mail::markdown::render;
use doorward::web::conditional::{Answer, EntityTag, evaluate};
use doorward::web::disposition::attachment;
use doorward::web::form::Form;
use doorward::web::metadata::file_name;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use std::collections::BTreeSet;
use std::str;

/// A file name: one header line of two parts, the exact one read back as the name with what could mislead replaced.
pub fn disposition(data: &[u8]) {
    let name = String::from_utf8_lossy(data);
    let header = attachment(&name);
    let header = header.to_str().expect("it is printable ASCII");
    let rest = header.strip_prefix("attachment; filename=\"").expect("the start is fixed");
    let (plain, exact) = rest.split_once("\"; filename*=UTF-8''").expect("both forms are there");
    assert!(
        !plain.contains(['"', '\\', '%']) && exact.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&+-.^_`|~%".contains(&b)),
        "{header}"
    );
    let read = percent_encoding::percent_decode_str(exact).decode_utf8().expect("the name was UTF-8");
    assert!(!read.is_empty() && read.len() <= NAME_BYTES && plain.chars().count() == read.chars().count());
    assert!(!read.contains(|c: char| c.is_control() || matches!(c, '/' | '\\' | '\u{202e}' | '\u{2066}')), "{read:?}");
    let kept = |c: &char| c.is_alphanumeric();
    if name.len() <= NAME_BYTES && !name.trim().is_empty() {
        assert!(read.chars().filter(kept).eq(name.chars().filter(kept)), "{read:?}");
    }
    assert_eq!(attachment(&read).to_str().ok(), Some(header), "a name that is safe stays as it is");
}

/// What a browser says of languages: one that it names, in any spelling, or that `*` allows; what lies beyond the bound changes nothing.
pub fn accept_language(data: &[u8]) {
    let header = String::from_utf8_lossy(data);
    let lower = header.to_ascii_lowercase();
    for usual in Language::ALL {
        let preferred = Language::preferred(&header, usual);
        let named = preferred.is_none_or(|language| lower.contains(language.tag()) || language != usual && lower.contains('*'));
        assert!(named, "{header:?}");
        assert_eq!(preferred, Language::preferred(&lower, usual), "case does not matter");
        if data.len() > 1_100 {
            assert_eq!(preferred, Language::preferred(&format!("{header},de,en"), usual), "the bound holds");
        }
    }
}

/// The body of a form: bounded, and a field counts only when it is there exactly once.
pub fn form_body(data: &[u8]) {
    let pairs: Vec<_> = form_urlencoded::parse(data).collect();
    let form = Form::parse(data);
    assert_eq!(form.is_some(), pairs.len() <= FORM_FIELDS);
    let Some(form) = form else { return };
    assert_eq!(form.field("no such field, as a name of one has no comma"), None);
    for (name, value) in &pairs {
        let once = pairs.iter().filter(|(other, _)| other == name).count() == 1;
        assert_eq!(form.field(name), once.then_some(value.as_ref()));
    }
}

/// Nine bytes of size and method, then lines, each a header: a part lies within the document, and each answer has the header that asks for it.
pub fn conditional(data: &[u8]) {
    let Some((size, [method, fields @ ..])) = data.split_first_chunk() else { return };
    let size = u64::from_le_bytes(*size);
    let method = [Method::GET, Method::HEAD, Method::POST][usize::from(*method) % 3].clone();
    let mut headers = HeaderMap::new();
    for line in fields.split(|b| *b == b'\n').take(64) {
        let mut halves = line.splitn(2, |b| *b == b':');
        let (name, value) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value.trim_ascii())) {
            headers.append(name, value);
        }
    }
    let etag = EntityTag::of_digest(b"a version");
    let has = |name: HeaderName| headers.contains_key(name);
    let answer = evaluate(&headers, &method, &etag, Timestamp::from_millis(1_800_000_000_500), size);
    match answer {
        Answer::Full => {}
        Answer::NotModified => {
            assert!(method != Method::POST && (has(header::IF_NONE_MATCH) || has(header::IF_MODIFIED_SINCE)));
        }
        Answer::Part(part) => {
            assert!(method == Method::GET && has(header::RANGE) && part.start < part.end && part.end <= size, "{part:?} of {size}");
        }
        Answer::PreconditionFailed => {
            assert!(has(header::IF_MATCH) || has(header::IF_UNMODIFIED_SINCE) || (method == Method::POST && has(header::IF_NONE_MATCH)));
        }
        Answer::Unsatisfiable => assert!(method == Method::GET && has(header::RANGE)),
    }
    headers.insert(header::IF_MATCH, HeaderValue::from_static("\"another\""));
    assert_eq!(evaluate(&headers, &method, &etag, Timestamp::default(), size), Answer::PreconditionFailed);
    headers.insert(header::IF_MATCH, etag.header_value());
    headers.insert(header::IF_RANGE, HeaderValue::from_static("\"another\""));
    assert!(!matches!(evaluate(&headers, &method, &etag, Timestamp::default(), size), Answer::Part(_) | Answer::Unsatisfiable));
}

/// A message in light formatting: only the listed tags, balanced, each as it is written by us; nothing else is markup.
pub fn markdown(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let message = render(text);
    let mut open = Vec::new();
    let mut rest = message.html.as_str();
    while let Some((words, after)) = rest.split_once('<') {
        check_words(words);
        let (tag, after) = after.split_once('>').expect("a tag ends");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{}", message.html),
            None => open.extend(check_tag(tag)),
        }
        rest = after;
    }
    check_words(rest);
    assert!(open.is_empty(), "{open:?}");
    // Each byte of a message becomes at most a few of ours, however it is nested.
    assert!(message.html.len() <= 64 * MESSAGE_BYTES && message.text.len() <= 64 * MESSAGE_BYTES);
    for form in [&message.html, &message.text] {
        let misleads =
            |c: char| (c.is_control() && c != '\n' && c != '\t') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!form.contains(misleads), "{form:?}");
    }
}

fn check_words(words: &str) {
    assert!(!words.contains(['>', '"', '\'']), "{words:?}");
    for entity in words.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|known| entity.starts_with(known)), "{words:?}");
    }
}

/// The name of a tag that is to be closed.
fn check_tag(tag: &str) -> Option<&str> {
    let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
    match (name, attributes) {
        ("br", "") => return None,
        ("blockquote" | "code" | "em" | "li" | "ol" | "p" | "strong" | "ul", "") => {}
        ("a", _) => {
            let target = attributes.strip_prefix("href=\"").and_then(|rest| rest.strip_suffix("\" rel=\"noreferrer\""));
            let target = target.expect("a link has a target and names no referrer").to_ascii_lowercase();
            assert!(["http://", "https://", "mailto:"].iter().any(|scheme| target.starts_with(scheme)), "{target}");
            assert!(!target.contains(|c: char| "\"'<>".contains(c) || c.is_whitespace() || c.is_control()), "{target}");
        }
        ("ol", _) => {
            let start = attributes.strip_prefix("start=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
            assert!(!start.is_empty() && start.bytes().all(|b| b.is_ascii_digit()), "{tag}");
        }
        _ => unreachable!("<{tag}> is not one of ours"),
    }
    Some(name)
}

/// `Upload-Metadata`: whatever it says, what it is taken to call a document is read back from the same said again.
pub fn upload_metadata(data: &[u8]) {
    let Ok(header) = str::from_utf8(data) else { return };
    let Some(name) = file_name(header) else { return };
    let again = format!("filename {},filetype", data_encoding::BASE64.encode(name.as_bytes()));
    if again.len() <= UPLOAD_METADATA_BYTES {
        assert_eq!(file_name(&again), Some(name));
    }
}

/// The name of a document that is sent in: one plain name, which stays as it is and can be numbered.
pub fn upload_name(data: &[u8]) {
    let name = clean(&String::from_utf8_lossy(data));
    assert_eq!(clean(&name), name);
    assert!(!name.is_empty() && name.len() <= UPLOAD_NAME_BYTES && !name.starts_with('.'), "{name:?}");
    assert!(!name.contains(|c: char| c.is_control() || "<>:\"|?*%/\\\u{202e}\u{feff}".contains(c)), "{name:?}");
    let numbers: BTreeSet<String> = (1..5).map(|number| numbered(&name, number)).collect();
    assert_eq!(numbers.len(), 4);
    assert!(numbers.iter().all(|name| DocumentPath::root().join(name.as_bytes()).is_ok()));
}
