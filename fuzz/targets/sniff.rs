//! Targets for what decides how a document is previewed.

use doorward::preview::job::Trouble;
use doorward::preview::source::sniff::{Format, format};

/// A document's name in one line, then its bytes: what the first bytes say stays the same whatever the name, and a name alone opens nothing but text.
pub fn sniff(data: &[u8]) {
    let cut = data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len());
    let name = String::from_utf8_lossy(&data[..cut]);
    let bytes = data.get(cut + 1..).unwrap_or_default();
    let found = format(&name, bytes);
    assert_eq!(found, format(&name, bytes), "it is decided once and for all");
    match format("document", bytes) {
        // The name tells kinds of text apart, and which reader explains what is wrong with a damaged archive.
        Ok(Format::Text | Format::Mail) => {
            assert!(matches!(found, Ok(Format::Text | Format::Mail | Format::Table | Format::Markdown)), "{found:?}");
        }
        Err(Trouble::Unsupported) => {
            let archive = [&b"PK"[..], b"\xd0\xcf\x11\xe0", b"\x1f\x8b"].iter().any(|signature| bytes.starts_with(signature));
            assert!(archive || found == Err(Trouble::Unsupported), "{found:?}");
        }
        other => assert_eq!(found, other),
    }
    assert_eq!(found == Err(Trouble::Empty), bytes.trim_ascii().is_empty());
}
