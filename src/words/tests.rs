//! Whether every catalogue can be used, and numbers are grouped as each language has them.

use super::*;

#[test]
fn every_catalogue_is_whole() {
    assert_eq!(Languages::all().err(), None);
}

#[test]
fn each_language_has_its_own_catalogue() -> Result<(), BrokenCatalogue> {
    let all = Languages::all()?;
    for language in Language::ALL {
        let words = all.of(language);
        assert_eq!((words.speaks(), words.language()), (language, language.tag()));
        // A language is called what it calls itself, whatever is spoken.
        for other in Language::ALL {
            assert_eq!(words.text(&format!("language-{other}")), all.of(other).text(&format!("language-{other}")));
        }
    }
    assert_eq!(all.of(Language::German).text("download"), "Herunterladen");
    Ok(())
}

#[test]
fn long_numbers_are_grouped() -> Result<(), BrokenCatalogue> {
    let all = Languages::all()?;
    let shown = |language, count: usize| all.of(language).with("what-documents", &[("documents", FluentValue::from(count))]);
    for (count, english, german) in [
        (0, "0 documents", "0 Dokumente"),
        (1, "one document", "1 Dokument"),
        (9_999, "9999 documents", "9999 Dokumente"),
        (10_000, "10,000 documents", "10.000 Dokumente"),
        (1_234_567, "1,234,567 documents", "1.234.567 Dokumente"),
    ] {
        assert_eq!((shown(Language::English, count), shown(Language::German, count)), (english.to_owned(), german.to_owned()));
    }
    Ok(())
}

#[test]
fn texts_without_parameters_are_put_together_once_and_say_the_same() -> Result<(), BrokenCatalogue> {
    let all = Languages::all()?;
    for language in Language::ALL {
        let words = all.of(language);
        assert!(words.fixed.len() > 300, "{language}: {}", words.fixed.len());
        assert!(words.fixed.contains_key("download") && !words.fixed.contains_key("what-documents"), "{language}");
        for (id, text) in &words.fixed {
            assert_eq!(*text, words.format(id, None), "{language}: {id}");
        }
        let every = files(language).iter().flat_map(|(_, source)| ids(source)).count();
        assert!(every > words.fixed.len() && files(language).iter().flat_map(|(_, source)| ids(source)).all(|id| words.has(id)));
    }
    Ok(())
}
