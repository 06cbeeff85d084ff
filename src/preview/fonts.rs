//! The fonts that pages are drawn with: they lie in the program, since a worker can open no file.

use resvg::usvg::fontdb::{Database, Source};
use std::sync::{Arc, LazyLock};

/// The family of running text.
pub const SANS: &str = "DejaVu Sans";
/// The family of fixed pitch.
pub const MONO: &str = "DejaVu Sans Mono";
/// The family of what the others lack: Chinese, Japanese, Korean.
pub const FALLBACK: &str = "Droid Sans Fallback";

/// The font file of running text.
pub static REGULAR: &[u8] = include_bytes!("fonts/DejaVuSans.ttf");
/// The font file of bold running text.
pub static BOLD: &[u8] = include_bytes!("fonts/DejaVuSans-Bold.ttf");
/// The font file of fixed pitch.
pub static FIXED: &[u8] = include_bytes!("fonts/DejaVuSansMono.ttf");
/// The font file for Chinese, Japanese and Korean.
pub static CJK: &[u8] = include_bytes!("fonts/DroidSansFallback.ttf");

static DATABASE: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut database = Database::new();
    for font in [REGULAR, BOLD, FIXED, CJK] {
        // Only the reference is kept: the bytes stay where the program has them.
        database.load_font_source(Source::Binary(Arc::new(font)));
    }
    database.set_sans_serif_family(SANS);
    database.set_serif_family(SANS);
    database.set_cursive_family(SANS);
    database.set_fantasy_family(SANS);
    database.set_monospace_family(MONO);
    Arc::new(database)
});

/// All of them, read once in a process.
pub fn database() -> Arc<Database> {
    DATABASE.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::usvg::fontdb::{Family, Query, Weight};

    #[test]
    fn every_family_is_found_by_its_name_and_bold_is_another_font() {
        let database = database();
        assert_eq!(database.len(), 4);
        let find = |name: &str, weight| database.query(&Query { families: &[Family::Name(name)], weight, ..Query::default() });
        let found = [find(SANS, Weight::NORMAL), find(SANS, Weight::BOLD), find(MONO, Weight::NORMAL), find(FALLBACK, Weight::NORMAL)];
        assert!(found.iter().all(Option::is_some), "{found:?}");
        assert_ne!(found[0], found[1]);
        assert_eq!(find("Comic Sans", Weight::NORMAL), None);
    }
}
