//! The target for documents that are text: whatever they hold, they come to pages or to a reason why not.

use doorward::preview::job::Trouble;
use doorward::preview::layout::VERSION;
use doorward::preview::limits::{PAGE_TEXT_BYTES, PAGES};
use doorward::preview::source::{markdown, table, text};

/// The first byte chooses the reader. What opens has pages within the bounds and in order; the first and the last are drawn and read, and every
/// word of them says where it stands.
pub fn text_document(data: &[u8]) {
    let Some((reader, bytes)) = data.split_first() else { return };
    let opened = match reader {
        b'c' => table::open("x.csv", bytes.to_vec()),
        b'm' => markdown::open("x.md", bytes.to_vec()),
        b's' => text::open("x.rs", bytes.to_vec()),
        _ => text::open("x", bytes.to_vec()),
    };
    let mut source = match opened {
        Ok(source) => source,
        Err(trouble) => {
            assert!(matches!(trouble, Trouble::Empty | Trouble::Unsupported), "{trouble:?}");
            return;
        }
    };
    let pages = source.opened().pages.len();
    assert!((1..=PAGES).contains(&pages) && source.opened().layout.ends_with(VERSION));
    for page in [0, pages - 1] {
        let raster = source.draw(page, 24).expect("a page that is listed is drawn");
        assert_eq!(raster.rgb.len() as u64, u64::from(raster.width) * u64::from(raster.height) * 3);
        let words = source.words(page).expect("a page that is listed is read");
        assert!(words.iter().all(|word| word.area.is_some() && !word.text.is_empty()));
        assert!(words.iter().map(|word| word.text.len() + 1).sum::<usize>() <= PAGE_TEXT_BYTES);
    }
    assert_eq!(source.words(pages).err(), Some(Trouble::NoSuchPage));
    assert_eq!(source.part(0), None);
}
