//! Stylesheet, script and mark of the pages, inside the program and served under names that change with their content.

use std::sync::LazyLock;

/// `Cache-Control` of every asset: another content has another name, so a copy never goes stale.
pub const CACHE_CONTROL: &str = "public, max-age=31536000, immutable";

/// One file of the pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Where it is served, such as `/static/doorward-0123456789abcdef.css`.
    pub path: String,
    /// Its `Content-Type`.
    pub media_type: &'static str,
    /// Its content.
    pub body: &'static [u8],
}

/// The asset served at this request path.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// Where the stylesheet is served.
pub fn stylesheet() -> &'static str {
    &ASSETS[0].path
}

/// Where the script is served.
pub fn script() -> &'static str {
    &ASSETS[1].path
}

/// Where the mark is served.
pub fn mark() -> &'static str {
    &ASSETS[2].path
}

/// Where the stylesheet of the page that shows a document is served.
pub fn viewer_stylesheet() -> &'static str {
    &ASSETS[3].path
}

/// Where the script of the page on which documents are sent in is served.
pub fn upload_script() -> &'static str {
    &ASSETS[5].path
}

/// Where the script of the page that shows a document is served.
pub fn viewer_script() -> &'static str {
    &ASSETS[4].path
}

static ASSETS: LazyLock<[Asset; 6]> = LazyLock::new(|| {
    [
        asset("doorward", "css", "text/css; charset=utf-8", include_bytes!("assets/doorward.css")),
        asset("doorward", "js", "text/javascript; charset=utf-8", include_bytes!("assets/doorward.js")),
        asset("favicon", "svg", "image/svg+xml", include_bytes!("assets/favicon.svg")),
        asset("viewer", "css", "text/css; charset=utf-8", include_bytes!("assets/viewer.css")),
        asset("viewer", "js", "text/javascript; charset=utf-8", include_bytes!("assets/viewer.js")),
        asset("upload", "js", "text/javascript; charset=utf-8", include_bytes!("assets/upload.js")),
    ]
});

fn asset(stem: &str, extension: &str, media_type: &'static str, body: &'static [u8]) -> Asset {
    Asset { path: format!("/static/{stem}-{:016x}.{extension}", fingerprint(body)), media_type, body }
}

/// FNV-1a: it tells one build's file from the next one's and guards nothing.
const fn fingerprint(body: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut at = 0;
    while at < body.len() {
        hash = (hash ^ body[at] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        at += 1;
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_found_under_its_name_and_nothing_else_is() {
        for path in [stylesheet(), script(), mark()] {
            assert_eq!(find(path).map(|asset| asset.path.as_str()), Some(path));
        }
        for wrong in ["", "/static/", "/static/doorward.css", "/static/../doorward.css", "/static/doorward-0000000000000000.css"] {
            assert_eq!(find(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn another_content_has_another_name() {
        assert_eq!(fingerprint(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint(b"foobar"), 0x8594_4171_f739_67e8);
        assert_ne!(fingerprint(b"a {}"), fingerprint(b"b {}"));
    }

    #[test]
    fn the_assets_stay_small_and_call_no_other_server() {
        let text = |path| find(path).and_then(|asset| std::str::from_utf8(asset.body).ok()).unwrap_or_default();
        assert!(text(stylesheet()).len() < 12_000 && text(script()).len() < 4_000 && text(mark()).len() < 2_000);
        assert!(text(viewer_stylesheet()).len() < 6_000 && text(viewer_script()).len() < 17_000);
        assert!(text(upload_script()).len() < 8_000);
        for path in [stylesheet(), script(), mark(), viewer_stylesheet(), viewer_script(), upload_script()] {
            let calls = text(path).replace("http://www.w3.org/2000/svg", "");
            assert!(!calls.contains("http") && !calls.contains("url("), "{path}");
        }
    }
}
