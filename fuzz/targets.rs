//! The fuzz targets: plain functions that take any bytes and assert what must hold of them. A panic is a finding.
//!
//! A new target is a function here, its line in [`TARGETS`], a file in `fuzz_targets/` with its `[[bin]]`, and a first corpus.

#[path = "targets/archive.rs"]
mod archive;
#[path = "targets/bounces.rs"]
mod bounces;
#[path = "targets/ledger.rs"]
mod ledger;
#[path = "targets/objects.rs"]
mod objects;
#[path = "targets/office.rs"]
mod office;
#[path = "targets/papers.rs"]
mod papers;
#[path = "targets/preview.rs"]
mod preview;
#[path = "targets/sniff.rs"]
mod sniff;
#[path = "targets/stores.rs"]
mod stores;
#[path = "targets/text.rs"]
mod text;
#[path = "targets/tokens.rs"]
mod tokens;
#[path = "targets/web.rs"]
mod web;

pub use self::{
    archive::archive_range,
    bounces::bounce,
    ledger::{event, journal_line, state_file},
    objects::object_page,
    office::office_wire,
    papers::{docx_blocks, mail_blocks, msg_blocks, odt, sheet_blocks, slides_blocks, unzip},
    preview::preview_wire,
    sniff::sniff,
    stores::{autoindex, multistatus},
    text::text_document,
    tokens::{form_token, link, typed_code},
    web::{accept_language, conditional, disposition, form_body, markdown, upload_metadata, upload_name},
};

use doorward::config::{self, Nothing, problem::MOST_PROBLEMS};
use doorward::domain::document::DocumentPath;
use doorward::domain::email::EmailAddress;
use doorward::domain::range::{RangeRequest, RangeSet, parse_range};
use std::{path::Path, str};

/// Takes any bytes; panics when an invariant does not hold.
pub type Target = fn(&[u8]);

/// Every target by its name: that of its corpus folder and of its binary.
pub const TARGETS: [(&str, Target); 33] = [
    ("accept_language", accept_language),
    ("archive_range", archive_range),
    ("autoindex", autoindex),
    ("bounce", bounce),
    ("byte_range", byte_range),
    ("conditional", conditional),
    ("configuration", configuration),
    ("disposition", disposition),
    ("document_path", document_path),
    ("docx_blocks", docx_blocks),
    ("email", email),
    ("event", event),
    ("form_body", form_body),
    ("form_token", form_token),
    ("journal_line", journal_line),
    ("link", link),
    ("mail_blocks", mail_blocks),
    ("markdown", markdown),
    ("msg_blocks", msg_blocks),
    ("multistatus", multistatus),
    ("object_page", object_page),
    ("odt", odt),
    ("office_wire", office_wire),
    ("preview_wire", preview_wire),
    ("sheet_blocks", sheet_blocks),
    ("slides_blocks", slides_blocks),
    ("sniff", sniff),
    ("state_file", state_file),
    ("text_document", text_document),
    ("typed_code", typed_code),
    ("unzip", unzip),
    ("upload_metadata", upload_metadata),
    ("upload_name", upload_name),
];

/// Eight bytes of size, then lines, each a `Range` header: no part is empty or reaches past the end, and what parts cover is never more than there is.
pub fn byte_range(data: &[u8]) {
    let Some((size, headers)) = data.split_first_chunk() else { return };
    let size = u64::from_le_bytes(*size);
    let mut covered = RangeSet::default();
    for header in String::from_utf8_lossy(headers).lines() {
        if let RangeRequest::Part(part) = parse_range(header, size) {
            assert!(part.start < part.end && part.end <= size, "{part:?} of {size}");
            assert_eq!(part.len(), part.end - part.start);
            covered.add(part);
        }
    }
    assert!(covered.bytes() <= size);
    assert_eq!(covered.covers(size), covered.bytes() == size);
    let mut twice = covered.clone();
    twice.merge(&covered);
    assert_eq!(twice, covered);
}

/// A path as bytes, as part of an address and as text: what is accepted has plain names alone and is read back from each form exactly.
pub fn document_path(data: &[u8]) {
    let text = str::from_utf8(data).ok();
    let paths = [
        DocumentPath::from_bytes(data).ok(),
        text.and_then(|text| DocumentPath::from_url(text).ok()),
        text.and_then(|text| text.parse::<DocumentPath>().ok()),
    ];
    for path in paths.into_iter().flatten() {
        for name in path.names() {
            assert!(!matches!(name, b"" | b"." | b".."), "{path:?}");
            assert!(!name.iter().any(u8::is_ascii_control) && !name.contains(&b'/'), "{path:?}");
        }
        assert!(!path.as_bytes().starts_with(b"/") && !path.as_bytes().ends_with(b"/"));
        assert_eq!(DocumentPath::from_url(&path.to_url()).as_ref(), Ok(&path));
        assert_eq!(path.to_string().parse().as_ref(), Ok(&path));
        let url = path.to_url();
        assert!(url.is_ascii() && !url.contains(['?', '#', '\\', '"', '<', ' ', '\r', '\n']), "{url}");
        if let Some(parent) = path.parent() {
            let below = path.beneath(&parent).expect("a path lies beneath its parent");
            assert_eq!(parent.append(&below).as_ref(), Ok(&path));
        }
    }
}

/// A configuration file: each mistake in one bounded line, and one that names no files can be taken as it is.
pub fn configuration(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    match config::parse(text, Path::new("doorward.toml"), &Nothing) {
        Ok(config) => {
            assert!(!config.staff.is_empty() && !config.store.is_empty());
            assert!(config.warnings().iter().all(|line| !line.contains(char::is_control)));
        }
        Err(problems) => {
            assert!(!problems.0.is_empty() && problems.0.len() <= MOST_PROBLEMS + 1);
            for line in problems.0.iter().map(ToString::to_string) {
                assert!(line.starts_with("doorward.toml:") && line.len() <= 2048, "{} bytes: {line:?}", line.len());
                assert!(!line.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')), "{line:?}");
            }
            assert_eq!(problems.to_string().lines().count(), problems.0.len());
        }
    }
}

/// An address: what is accepted is one address of one recipient, fit for a mail header, read back exactly, and not told by its masked form.
pub fn email(data: &[u8]) {
    let Some(address) = str::from_utf8(data).ok().and_then(|text| EmailAddress::parse(text).ok()) else { return };
    let written = address.expose();
    assert!(written.is_ascii() && written.len() <= 254, "{written}");
    assert!(!written.contains(|c: char| c.is_ascii_control() || " ,;:<>()[]\\\"".contains(c)), "{written}");
    assert_eq!(written.matches('@').count(), 1);
    assert_eq!(EmailAddress::parse(written).as_ref().map(EmailAddress::expose), Ok(written));
    assert_eq!(EmailAddress::parse(&written.to_ascii_uppercase()).as_ref(), Ok(&address));
    let json = serde_json::to_string(&address).expect("an address is a string of JSON");
    assert_eq!(serde_json::from_str::<EmailAddress>(&json).expect("it is read back").expose(), written);
    assert!(!address.masked().contains(written) && !format!("{address:?}").contains(written));
}
