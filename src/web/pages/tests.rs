//! Every page in every state, looked at as text; `DOORWARD_GALLERY=DIR cargo test gallery` writes them out to be looked at with a browser.

mod more;

use super::*;
use crate::domain::document::DocumentPath;
use crate::domain::part::PartPath;
use crate::domain::policy::Delivery;
use crate::domain::time::Timestamp;
use crate::gate::view::View;
use crate::preview::job::{Kind, Note, PageSize, Part};
use more::{folder, refusal, upload};
use std::path::PathBuf;

/// What people wrote into a page.
#[derive(Clone, Copy)]
struct Said<'a> {
    owner: &'a str,
    organisation: &'a str,
    contact: &'a str,
    subject: &'a str,
    title: &'a str,
    text: &'a str,
    names: [&'a str; 5],
}

const HONEST: Said<'_> = Said {
    owner: "Anna Berg",
    organisation: "Ombuds Office of the City of Northbridge",
    contact: "ombuds@northbridge.example",
    subject: "Case 2026-114: statements for your review",
    title: "Terms of confidential review",
    text: "The documents are confidential. You may read them for the purpose of these proceedings, and you may show them to your own counsel. Please do not pass them on to anybody else, and delete your copies when the proceedings have ended.",
    names: [
        "Statement of M. Okafor, signed.pdf",
        "Photos of the entrance",
        "Überblick — Zahlungen Q3 «final» 2026.csv",
        "IMG_20260714_183205.jpg",
        "a-very-long-name-without-a-single-blank-that-somebody-exported-from-a-system-nobody-likes-v2-final-final.docx",
    ],
};

const HOSTILE: &str = "<script>alert(1)</script>\"x'y&z\u{202e}fdp.exe\u{2066}\u{0}";

fn words() -> Words {
    Words::english().expect("the catalogue is whole")
}

fn link(said: Said<'_>, documents: usize, folders: usize, gives: Gives, paragraphs: usize) -> LinkPage {
    LinkPage {
        owner_name: said.owner.into(),
        subject: said.subject.into(),
        what: WhatIsShared { documents, folders },
        gives,
        masked_address: "g…t@example.org".into(),
        expires: "31 December 2026, 23:59 CET".into(),
        disclaimer: (paragraphs > 0).then(|| DisclaimerView {
            language: "en".into(),
            title: said.title.into(),
            paragraphs: vec![said.text.into(); paragraphs],
            version: if said.text == HOSTILE { HOSTILE } else { "2026-11" }.into(),
            digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
        }),
        unwanted: (paragraphs == 1).then(|| "18:30 CET".into()),
        declined: (paragraphs == 1).then(|| "18:31 CET".into()),
        form_token: "dG9rZW4".into(),
        action: "/s/AQEabc".into(),
    }
}

fn code(said: Said<'_>, problem: Option<CodeProblem>, resend: Resend) -> CodePage {
    CodePage {
        action: "/d/0198/code".into(),
        resend_action: "/d/0198/code/again".into(),
        masked_address: "g…t@example.org".into(),
        minutes: 10,
        code_length: 6,
        owner_name: said.owner.into(),
        form_token: "dG9rZW4".into(),
        sent: true,
        told: false,
        problem,
        resend,
    }
}

fn entry(label: &str, kind: &str, size: &str, note: Option<&str>) -> EntryView {
    EntryView {
        label: label.into(),
        folder: (kind == "kind-folder").then(|| "/d/0198/f/1/".into()),
        play: None,
        view: (note.is_none() && kind != "kind-folder").then(|| "/d/0198/v/1/name".into()),
        download: (note.is_none() && kind != "kind-folder").then(|| "/d/0198/f/1/name".into()),
        marked: None,
        kind: kind.into(),
        size: size.into(),
        changed: "14 July 2026".into(),
        note: note.map(Into::into),
        is_folder: kind == "kind-folder",
    }
}

fn list(said: Said<'_>, gives: Gives) -> ListPage {
    let [pdf, folder, table, photo, long] = said.names;
    ListPage {
        title: said.subject.into(),
        owner_name: said.owner.into(),
        message_html: Some("<p>Good day,</p><p>here they are. <strong>Please read the first one</strong> before Friday.</p>".into()),
        gives,
        can_show: true,
        home: "/d/0198/".into(),
        crumbs: Vec::new(),
        entries: vec![
            entry(folder, "kind-folder", "", None),
            entry(pdf, "kind-pdf", "1.4 MB", None),
            entry(table, "kind-table", "18 kB", None),
            entry(photo, "kind-image", "3.2 MB", Some("note-changed")),
            entry(long, "kind-document", "204 kB", None),
        ]
        .into_iter()
        .map(|entry| EntryView {
            download: entry.download.filter(|_| gives == Gives::Documents),
            marked: entry.view.clone().filter(|_| gives == Gives::Marked).map(|_| "/d/0198/w/1/name".into()),
            ..entry
        })
        .collect(),
        hidden: 0,
        truncated: false,
        counted: Counted { documents: 4, folders: 1, total: 5 },
        tools: None,
        archive: (gives == Gives::Documents).then(|| "/d/0198/z".into()),
        expires: "31 December 2026, 23:59 CET".into(),
        session: session::sample(1800),
        more_time: (gives == Gives::Pictures).then(|| more::more_time(said, false)),
        give_up_action: "/d/0198/not-meant".into(),
        upload: (gives == Gives::Documents).then(|| "/d/0198/u".into()),
        leave_action: "/d/0198/leave".into(),
        form_token: "dG9rZW4".into(),
    }
}

fn viewer(said: Said<'_>, part: bool) -> ViewerPage {
    let size = |width, height| PageSize { width, height };
    let mail = Part { name: said.names[2].into(), size: 18_000 };
    ViewerPage {
        name: said.names[0].into(),
        owner_name: said.owner.into(),
        home: "/d/0198/".into(),
        above: part.then(|| Crumb { label: said.names[1].into(), href: Some("/d/0198/v/1/name?page=1".into()) }),
        view: View {
            name: said.names[0].into(),
            path: DocumentPath::root(),
            pages: [vec![size(595, 842); 11], vec![size(842, 595)]].concat(),
            kind: Kind::Mail,
            notes: vec![Note::TextOnly, Note::Shortened],
            parts: if part { Vec::new() } else { vec![mail, Part { name: String::new(), size: 1 }] },
            delivery: Delivery::Preview,
            print: part,
            text: part,
            ends: Timestamp::from_millis(0),
        },
        place: Place {
            share: "/d/0198".into(),
            path: "1/name".into(),
            part: if part { "2".parse().expect("a number is a part") } else { PartPath::default() },
        },
        page: 3,
        zoom: if part { Zoom::Half } else { Zoom::Whole },
        text: part.then(|| said.text.into()),
        marked: part.then(|| "/d/0198/w/1/name".into()),
        download: None,
        session: session::sample(1800),
        leave_action: "/d/0198/leave".into(),
        form_token: "dG9rZW4".into(),
    }
}

/// Every page in every state, by name.
fn gallery(said: Said<'_>) -> Vec<(String, String)> {
    gallery_in(Language::English, said)
}

/// The same in a language.
fn gallery_in(language: Language, said: Said<'_>) -> Vec<(String, String)> {
    let words = Words::of(language).expect("the catalogue is whole");
    let query = if said.text == HOSTILE { HOSTILE } else { "" };
    let frame =
        Frame { words: &words, organisation: said.organisation, contact: said.contact, query, brand: &crate::web::brand::Brand::default() };
    let at = || "18:41 CET".to_owned();
    let mut pages = vec![
        ("link".to_owned(), link(said, 3, 1, Gives::Documents, 6).render(&frame)),
        ("link-short".to_owned(), link(said, 1, 0, Gives::Pictures, 1).render(&frame)),
        ("link-plain".to_owned(), link(Said { subject: " ", ..said }, 0, 2, Gives::Marked, 0).render(&frame)),
        ("list".to_owned(), list(said, Gives::Documents).render(&frame)),
        ("list-view-only".to_owned(), list(said, Gives::Pictures).render(&frame)),
        ("list-marked".to_owned(), list(said, Gives::Marked).render(&frame)),
        ("list-cannot-show".to_owned(), ListPage { can_show: false, ..list(said, Gives::Pictures) }.render(&frame)),
        ("viewer".to_owned(), viewer(said, false).render(&frame)),
        ("viewer-part".to_owned(), viewer(said, true).render(&frame)),
        ("play".to_owned(), play::sample(said.owner, said.names[0], false).render(&frame)),
        ("play-film".to_owned(), play::sample(said.owner, said.names[3], true).render(&frame)),
        ("list-folder".to_owned(), folder(said, false).render(&frame)),
        ("list-empty".to_owned(), folder(said, true).render(&frame)),
        ("upload".to_owned(), upload(said, false).render(&frame)),
        ("upload-problem".to_owned(), upload(said, true).render(&frame)),
        ("upload-full".to_owned(), UploadPage { files_left: 0, ..upload(said, false) }.render(&frame)),
        ("left".to_owned(), LeftPage { expires: Some("31 December 2026, 23:59 CET".into()) }.render(&frame)),
        ("left-for-good".to_owned(), LeftPage::default().render(&frame)),
        ("home".to_owned(), HomePage.render(&frame)),
        ("stay".to_owned(), more::stay(1800).render(&frame)),
        ("stay-no-longer".to_owned(), more::stay(7200).render(&frame)),
        ("anew".to_owned(), more::anew(&link(said, 1, 0, Gives::Documents, 3)).render(&frame)),
        ("privacy".to_owned(), PrivacyPage::default().render(&frame)),
        ("privacy-own".to_owned(), more::privacy(said).render(&frame)),
    ];
    let codes = [
        ("fresh", None, Resend::After { at: at(), seconds: 42 }),
        ("now", None, Resend::Now),
        ("wrong", Some(CodeProblem::Wrong { left: 4 }), Resend::Now),
        ("malformed", Some(CodeProblem::Malformed), Resend::Now),
        ("slow", Some(CodeProblem::Slow { until: at() }), Resend::NotToday { at: at() }),
        ("void", Some(CodeProblem::Void), Resend::Now),
        ("expired", Some(CodeProblem::Expired), Resend::After { at: at(), seconds: 5 }),
        ("void-used-up", Some(CodeProblem::Void), Resend::NotToday { at: at() }),
    ];
    pages.extend(codes.map(|(name, problem, resend)| (format!("code-{name}"), code(said, problem, resend).render(&frame))));
    let unsent = [
        ("other-browsers", Resend::OtherBrowsers { at: at() }),
        ("unsent-hour", Resend::After { at: at(), seconds: 1800 }),
        ("unsent-day", Resend::NotToday { at: at() }),
        ("unsent-now", Resend::Now),
    ];
    pages
        .extend(unsent.map(|(name, resend)| (format!("code-{name}"), CodePage { sent: false, ..code(said, None, resend) }.render(&frame))));
    pages.push(("code-told".to_owned(), CodePage { told: true, code_length: 8, ..code(said, None, Resend::Now) }.render(&frame)));
    pages.extend(more::archives(said).map(|(name, page)| (name.to_owned(), page.render(&frame))));
    pages.extend(RefusalKind::ALL.map(|kind| (format!("refusal-{}", kind.name()), refusal(said, kind).render(&frame))));
    pages.into_iter().map(|(name, html)| (name, more::figures(language, html))).collect()
}

/// The start tags of a page.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(tag, _)| tag)
        .filter(|tag| !tag.starts_with(['/', '!']))
}

/// The names of a tag's attributes.
fn attributes(tag: &str) -> impl Iterator<Item = &str> {
    tag.split('"').step_by(2).flat_map(str::split_whitespace).map(|name| name.trim_end_matches('='))
}

#[test]
fn the_gallery_holds_every_page() -> std::io::Result<()> {
    let scratch = tempfile::tempdir()?;
    let dir = std::env::var_os("DOORWARD_GALLERY").map_or_else(|| scratch.path().to_owned(), PathBuf::from);
    std::fs::create_dir_all(dir.join("static"))?;
    let viewer = [assets::viewer_stylesheet(), assets::viewer_script()];
    for path in [assets::stylesheet(), assets::script(), assets::mark(), assets::upload_script()]
        .into_iter()
        .chain(viewer)
    {
        std::fs::write(dir.join(path.trim_start_matches('/')), assets::find(path).map_or(&b""[..], |asset| asset.body))?;
    }
    for language in Language::ALL {
        for (name, html) in gallery_in(language, more::honest(language)) {
            assert!(!html.contains("{ $") && !html.contains("{$"), "{name} has an empty place in {language}");
            std::fs::write(dir.join(format!("{language}-{name}.html")), html.replace("\"/static/", "\"static/"))?;
        }
    }
    Ok(())
}

#[test]
fn what_people_wrote_stays_text_and_cannot_turn_the_writing() {
    for (name, html) in gallery(more::nothing_but(HOSTILE)) {
        assert!(!html.contains("<script>") && !html.contains("\"x'y") && !html.contains("y&z"), "{name}");
        assert!(!html.contains(['\u{202e}', '\u{2066}', '\u{0}']), "{name}");
        assert!(html.contains("&#60;script&#62;alert(1)") && html.contains("\u{fffd}fdp.exe"), "{name}");
        let same: Vec<_> = tags(&html).map(|tag| tag.split_whitespace().next().unwrap_or_default()).collect();
        let scripts = if name.starts_with("viewer") || name.starts_with("upload") { 2 } else { 1 };
        assert_eq!(same.iter().filter(|tag| **tag == "script").count(), scripts, "{name}");
    }
}

#[test]
fn every_page_is_whole_and_keeps_the_content_policy() {
    for (name, html) in Language::ALL.into_iter().flat_map(|language| gallery_in(language, HONEST)) {
        let (here, other) = if html.starts_with("<!doctype html>\n<html lang=\"en\">") { ("en", "de") } else { ("de", "en") };
        assert!(html.starts_with(&format!("<!doctype html>\n<html lang=\"{here}\">")), "{name}");
        assert!(html.contains(&format!("href=\"?lang={other}\" hreflang=\"{other}\" lang=\"{other}\"")), "{name}: the other language");
        for (once, what) in [("<h1", "title"), ("<main", "main part"), ("<title>", "window title"), ("href=\"#main\"", "skip link")] {
            assert_eq!(html.matches(once).count(), 1, "{name}: {what}");
        }
        for meta in ["name=\"viewport\"", "content=\"noindex", "content=\"no-referrer\"", "content=\"light dark\""] {
            assert!(html.contains(meta), "{name}: {meta}");
        }
        for tag in tags(&html) {
            assert!(!tag.starts_with("style") && (!tag.starts_with("script") || tag.contains("src=\"/static/")), "{name}: {tag}");
            assert!(attributes(tag).all(|attribute| attribute != "style" && !attribute.starts_with("on")), "{name}: {tag}");
        }
    }
}

#[test]
fn every_form_is_a_post_with_its_token() {
    for (name, html) in gallery(HONEST) {
        for form in html.split("<form ").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            if name.starts_with("viewer") && form.starts_with("method=\"get\" action=\"/d/0198/v/") {
                // It only asks for another page of the document.
                assert!(form.contains("name=\"page\"") && !form.contains("token"), "{name}");
                continue;
            }
            assert!(form.starts_with("method=\"post\" action=\"/"), "{name}");
            assert!(form.contains("<input type=\"hidden\" name=\"token\" value=\"dG9rZW4\">"), "{name}");
            assert_eq!(form.matches("<button type=\"submit\"").count(), 1, "{name}");
        }
    }
}

#[test]
fn agreeing_sends_the_digest_of_the_text_that_was_shown() {
    let words = words();
    let frame = Frame { words: &words, organisation: "O", contact: "", query: "", brand: &crate::web::brand::Brand::default() };
    let with_text = link(HONEST, 1, 0, Gives::Documents, 1).render(&frame);
    assert!(with_text.contains("name=\"digest\" value=\"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\""));
    assert!(with_text.contains("I agree, send my code"));
    let without = link(HONEST, 1, 0, Gives::Documents, 0).render(&frame);
    assert!(!without.contains("name=\"digest\"") && without.contains(">Send my code<"));
}

#[test]
fn every_refusal_has_its_words() {
    let words = words();
    for (at, kind) in RefusalKind::ALL.into_iter().enumerate() {
        assert_eq!(kind as usize, at, "each kind stands once in ALL, in order");
        for part in ["title", "text", "next"] {
            assert!(words.has(&format!("refusal-{}-{part}", kind.name())), "{} {part}", kind.name());
        }
    }
    assert_eq!(RefusalKind::UnsupportedMedia as usize + 1, RefusalKind::ALL.len());
}

#[test]
fn a_code_that_is_dead_is_not_asked_for() {
    for (name, html) in gallery(HONEST).into_iter().filter(|(name, _)| name.starts_with("code-")) {
        let dead = ["void", "expired", "other-browsers", "unsent"].iter().any(|word| name.contains(word));
        assert_eq!(html.contains("name=\"code\""), !dead, "{name}");
        let refused = ["used-up", "slow", "other-browsers", "unsent-day"].iter().any(|word| name.contains(word));
        assert_eq!(html.contains("/code/again"), !refused, "{name}");
    }
}

#[test]
fn a_problem_with_the_code_is_tied_to_its_field() {
    let pages = gallery(HONEST);
    let wrong = pages.iter().find(|(name, _)| name == "code-wrong").map_or("", |(_, html)| html);
    assert!(wrong.contains("<title>Problem: Enter your code"));
    assert!(wrong.contains("id=\"code-problem\" role=\"alert\"") && wrong.contains("aria-describedby=\"code-problem code-hint\""));
    assert!(wrong.contains("inputmode=\"numeric\" autocomplete=\"one-time-code\""));
}

#[test]
fn documents_that_may_only_be_viewed_offer_no_download() {
    let pages = gallery(HONEST);
    let html = pages.iter().find(|(name, _)| name == "list-view-only").map_or("", |(_, html)| html);
    assert!(
        html.contains("For viewing only.") && html.contains("ask Anna Berg") && !html.contains(">Download") && !html.contains("/f/1/name")
    );
}

#[test]
fn a_contact_is_a_link_only_when_it_is_an_address() {
    let words = words();
    let target = |contact| {
        Frame { words: &words, organisation: "O", contact, query: "", brand: &crate::web::brand::Brand::default() }.contact_target()
    };
    assert_eq!(target("help@example.org").as_deref(), Some("mailto:help%40example%2Eorg"));
    assert_eq!(target("https://example.org/help").as_deref(), Some("https://example.org/help"));
    for plain in ["", "+49 30 1234", "javascript:alert(1)", "http://example.org", "Anna, help@example.org", "https://a b"] {
        assert_eq!(target(plain), None, "{plain}");
    }
}

#[test]
fn only_names_that_could_turn_are_isolated() {
    assert_eq!(within("Anna Berg"), "Anna Berg");
    assert_eq!(within("נועה"), "\u{2068}נועה\u{2069}");
    assert_eq!(shown("a\u{202e}b\u{7}c\u{2069}"), "a\u{fffd}b\u{fffd}c\u{fffd}");
}
