//! What kind of thing a document is, told from its name and its first bytes.

use crate::documents::recording::{self, Recording};
use crate::domain::bounds::PROBE_BYTES;
use std::fmt;

/// A media type (RFC 9110 section 8.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MediaType {
    essence: &'static str,
    utf8: bool,
    recording: Option<Recording>,
}

const UNKNOWN: &str = "application/octet-stream";

/// The catalogue id of folders; the ids of documents come from [`MediaType::kind_word`] and [`kind_word`].
pub const FOLDER_WORD: &str = "kind-folder";

impl MediaType {
    /// Tells the type of a document from its last name and its first bytes, `bounds::PROBE_BYTES` at most.
    ///
    /// The name decides, unless one of the two says that the document is active in a browser or executable: then the bytes do. So do those of
    /// sound and film that browsers play: it must have the type they know it by, whatever it is called.
    pub fn detect(name: &[u8], probe: &[u8]) -> Self {
        let named = by_name(name);
        if let Some((recording, essence)) = recording::of(named, probe).filter(|_| !is_plain(probe)) {
            return Self { essence, utf8: false, recording: Some(recording) };
        }
        let essence = match (named, by_bytes(probe)) {
            (None, None) => UNKNOWN,
            (Some(essence), None) | (None, Some(essence)) => essence,
            // The name is finer where it agrees: a picture in SVG is XML, an archive of Java is a zip.
            (Some(named), Some(seen)) if is_markup(named) && is_markup(seen) => named,
            (Some(named), Some(seen)) if is_container(seen) && !is_markup(named) && !is_script(named) => named,
            (Some(named), Some(seen)) if is_active(named) || is_active(seen) || is_executable(named) || is_executable(seen) => seen,
            (Some(named), Some(_)) => named,
        };
        Self { essence, utf8: is_utf8(probe), recording: None }
    }

    /// Type and subtype, without parameters.
    pub const fn essence(self) -> &'static str {
        self.essence
    }

    /// Whether a browser that shows it may run something in it. Such a type is never given to be shown.
    pub fn is_active(self) -> bool {
        is_active(self.essence)
    }

    /// What browsers play it as, if they do.
    pub const fn recording(self) -> Option<Recording> {
        self.recording
    }

    /// Whether a computer that opens it may run it: a program or a script.
    pub fn is_program(self) -> bool {
        is_executable(self.essence)
            || is_script(self.essence)
            || ["application/hta", "application/java-archive", "application/wasm"].contains(&self.essence)
    }

    /// The catalogue id of the plain word for it, as in `kind-image`.
    pub fn kind_word(self) -> &'static str {
        word_of(self.essence)
    }
}

/// As it stands in `Content-Type`. Text is called UTF-8 only where its first bytes are.
impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let charset = if self.utf8 && self.essence.starts_with("text/") { "; charset=utf-8" } else { "" };
        write!(f, "{}{charset}", self.essence)
    }
}

/// The catalogue id of the plain word for a document known by name only, as in lists.
pub fn kind_word(name: &[u8]) -> &'static str {
    word_of(by_name(name).unwrap_or(UNKNOWN))
}

/// Whether browsers are likely to play a document known by name only.
pub fn is_named_as_recording(name: &[u8]) -> bool {
    by_name(name).is_some_and(recording::is_named)
}

fn by_name(name: &[u8]) -> Option<&'static str> {
    let dot = name.iter().rposition(|&b| b == b'.')?;
    let extension = std::str::from_utf8(&name[dot + 1..]).ok()?;
    match extension.to_ascii_lowercase().as_str() {
        // Known to the table as transport streams and as nothing.
        "ts" | "mts" | "cts" => Some("text/plain"),
        "hta" => Some("application/hta"),
        _ => mime_guess::from_ext(extension).first_raw(),
    }
}

fn by_bytes(probe: &[u8]) -> Option<&'static str> {
    let text = probe.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(probe).trim_ascii_start();
    let starts = |with: &str| text.len() >= with.len() && text[..with.len()].eq_ignore_ascii_case(with.as_bytes());
    let has_svg = || text.windows(4).any(|four| four.eq_ignore_ascii_case(b"<svg"));
    if starts("<svg") || (starts("<?xml") || starts("<!doctype svg")) && has_svg() {
        return Some("image/svg+xml");
    }
    if ["<!doctype html", "<html", "<script", "<iframe"].iter().any(|tag| starts(tag)) {
        return Some("text/html");
    }
    let found = infer::get(text).map(|found| found.mime_type()).filter(|found| *found != UNKNOWN)?;
    // Some signatures are two letters long: words must not become programs.
    let may_be_text = found.starts_with("text/") || ["application/pdf", "application/rtf", "application/postscript"].contains(&found);
    if may_be_text || !is_plain(probe) { Some(found) } else { None }
}

/// A probe of full length may end in the middle of a character.
fn is_utf8(probe: &[u8]) -> bool {
    let cut = |error: std::str::Utf8Error| error.error_len().is_none() && probe.len() >= PROBE_BYTES;
    std::str::from_utf8(probe).map_or_else(cut, |_| true)
}

fn is_plain(probe: &[u8]) -> bool {
    is_utf8(probe) && !probe.iter().any(|b| b.is_ascii_control() && !b"\t\n\r\x0c".contains(b))
}

fn is_markup(essence: &str) -> bool {
    matches!(essence, "text/html" | "text/xml" | "application/xml" | "text/xsl") || essence.ends_with("+xml")
}

fn is_script(essence: &str) -> bool {
    essence.ends_with("javascript") || essence.ends_with("ecmascript") || essence.ends_with("vbscript")
}

fn is_active(essence: &str) -> bool {
    let other = [
        "application/hta",
        "application/java-archive",
        "application/wasm",
        "application/x-mimearchive",
        "application/x-shockwave-flash",
        "message/rfc822",
        "multipart/related",
        "text/cache-manifest",
        "text/x-component",
    ];
    is_markup(essence) || is_script(essence) || other.contains(&essence)
}

fn is_executable(essence: &str) -> bool {
    matches!(
        essence,
        "application/java"
            | "application/java-vm"
            | "application/vnd.android.dex"
            | "application/vnd.android.package-archive"
            | "application/vnd.microsoft.portable-executable"
            | "application/x-executable"
            | "application/x-llvm"
            | "application/x-mach-binary"
            | "application/x-ms-installer"
            | "application/x-msdos-program"
            | "application/x-msdownload"
            | "application/x-msi"
            | "application/x-sh"
            | "application/x-shellscript"
            | "text/x-shellscript"
    )
}

fn is_container(essence: &str) -> bool {
    matches!(essence, "application/zip" | "application/x-ole-storage")
}

fn word_of(essence: &str) -> &'static str {
    let (group, rest) = essence.split_once('/').unwrap_or((essence, ""));
    let has = |parts: &[&str]| parts.iter().any(|part| rest.contains(part));
    match group {
        "text/html" | "application/xhtml+xml" => "kind-web",
        "image" => "kind-image",
        "audio" => "kind-audio",
        "video" => "kind-video",
        "message" => "kind-mail",
        "text" if has(&["csv", "tab-separated"]) => "kind-table",
        "text" => "kind-text",
        "application" if rest == "pdf" => "kind-pdf",
        "application" if has(&["spreadsheet", "ms-excel", "apple.numbers"]) => "kind-table",
        "application" if has(&["presentation", "ms-powerpoint", "apple.keynote"]) => "kind-slides",
        "application" if has(&["msword", "ms-word", "wordprocessing", "opendocument.text", "rtf", "apple.pages"]) => "kind-document",
        "application" if has(&["ms-outlook", "mbox"]) => "kind-mail",
        "application" if has(&["zip", "7z", "rar", "x-tar", "compressed", "x-xz", "zstd", "x-cpio", "x-lz"]) => "kind-archive",
        "application" if rest == "json" || rest == "xml" => "kind-text",
        _ => "kind-other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\x3e\0\x01\0\0\0\x80\x10\x40\0\0\0\0\0\x40\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    #[test]
    fn the_name_decides_unless_active_or_executable_bytes_disagree() {
        for (name, probe, header, active) in [
            ("a.pdf", &b"%PDF-1.7\n"[..], "application/pdf", false),
            ("a.PDF", b"", "application/pdf", false),
            ("a.txt", b"hello", "text/plain; charset=utf-8", false),
            ("a.txt", b"", "text/plain; charset=utf-8", false),
            ("a.txt", b"caf\xe9", "text/plain", false),
            ("a.txt", b"MZ is how the village is short for", "text/plain; charset=utf-8", false),
            ("a.txt", b"  <!doctype HTML><p>", "text/html; charset=utf-8", true),
            ("a.txt", b"\xEF\xBB\xBF\n<html>", "text/html; charset=utf-8", true),
            ("a.csv", b"<script>alert(1)</script>", "text/html; charset=utf-8", true),
            ("a.png", b"<svg onload=alert(1)>", "image/svg+xml", true),
            ("a.png", b"<?xml version='1.0'?><!-- --><svg/>", "image/svg+xml", true),
            ("a.pdf", b"<?xml version='1.0'?><a/>", "text/xml; charset=utf-8", true),
            ("a.svg", b"<?xml version='1.0'?><svg/>", "image/svg+xml", true),
            ("a.xhtml", b"<?xml version='1.0'?><html/>", "application/xhtml+xml", true),
            ("a.html", PNG, "image/png", false),
            ("a.html", b"just words", "text/html; charset=utf-8", true),
            ("a.js", b"alert(1)", "text/javascript; charset=utf-8", true),
            ("a.jpg", PNG, "image/jpeg", false),
            ("a.pdf", ELF, "application/x-executable", false),
            ("a.docx", b"PK\x03\x04\x14\0\x06\0", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", false),
            ("a.html", b"PK\x03\x04\x14\0\x06\0", "application/zip", false),
            ("a", PNG, "image/png", false),
            ("a", b"words", "application/octet-stream", false),
            ("a.unheard-of", b"\0\x01", "application/octet-stream", false),
            ("a.eml", b"From: a\n", "message/rfc822", true),
            ("a.m4a", b"\0\0\0\x18ftypM4A \0", "audio/mp4", false),
            ("a.html", b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav", false),
            ("a.jpg", b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav", false),
            ("a.txt", b"ID3 is how tags are called", "text/plain; charset=utf-8", false),
            ("a.mp3", b"<html>", "text/html; charset=utf-8", true),
        ] {
            let found = MediaType::detect(name.as_bytes(), probe);
            assert_eq!((found.to_string().as_str(), found.is_active()), (header, active), "{name} {}", probe.escape_ascii());
        }
    }

    #[test]
    fn names_of_what_browsers_play_are_known() {
        for name in ["a.mp3", "a.M4A", "a.ogg", "a.opus", "a.wav", "a.flac", "a.aac", "a.mp4", "a.m4v", "a.webm"] {
            assert!(is_named_as_recording(name.as_bytes()), "{name}");
        }
        for name in ["a.avi", "a.wmv", "a.mid", "a.mov", "a.pdf", "mp3", "a"] {
            assert!(!is_named_as_recording(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn a_probe_that_ends_inside_a_character_is_still_text() {
        let long = "é".repeat(PROBE_BYTES);
        assert_eq!(
            MediaType::detect(b"a.txt", &[b"x", &long.as_bytes()[..PROBE_BYTES - 1]].concat()).to_string(),
            "text/plain; charset=utf-8"
        );
        assert_eq!(MediaType::detect(b"a.txt", &long.as_bytes()[..PROBE_BYTES - 1]).to_string(), "text/plain");
    }

    #[test]
    fn every_kind_has_a_plain_word() {
        for (name, word) in [
            ("a.pdf", "kind-pdf"),
            ("a.jpeg", "kind-image"),
            ("a.txt", "kind-text"),
            ("a.md", "kind-text"),
            ("a.csv", "kind-table"),
            ("a.xlsx", "kind-table"),
            ("a.ods", "kind-table"),
            ("a.xls", "kind-table"),
            ("a.mp3", "kind-audio"),
            ("a.mp4", "kind-video"),
            ("a.zip", "kind-archive"),
            ("a.tar", "kind-archive"),
            ("a.gz", "kind-archive"),
            ("a.7z", "kind-archive"),
            ("a.rar", "kind-archive"),
            ("a.docx", "kind-document"),
            ("a.doc", "kind-document"),
            ("a.odt", "kind-document"),
            ("a.rtf", "kind-document"),
            ("a.pptx", "kind-slides"),
            ("a.odp", "kind-slides"),
            ("a.ppt", "kind-slides"),
            ("a.eml", "kind-mail"),
            ("a.msg", "kind-mail"),
            ("a.bin", "kind-other"),
            ("a", "kind-other"),
        ] {
            assert_eq!(kind_word(name.as_bytes()), word, "{name}");
        }
        assert_eq!(kind_word(b"\xff.\xff"), "kind-other");
    }
}
