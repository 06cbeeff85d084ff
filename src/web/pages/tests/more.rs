//! Pages of the gallery beside those of the usual way.

use super::{Gives, HONEST, Said, list};
use crate::domain::language::Language;
use crate::web::pages::{
    AnewPage, ArchivePage, Crumb, LinkPage, ListPage, MoreTimeView, PrivacyPage, RefusalKind, RefusalPage, SentView, StayPage, UploadPage,
    UploadProblem, Withheld, session,
};

/// The same office where German is spoken, so that nothing but German stands on its pages.
const GERMAN: Said<'_> = Said {
    owner: "Anna Berg",
    organisation: "Gleichbehandlungsanwaltschaft der Stadt Nordbrücken",
    contact: "anwaltschaft@nordbruecken.example",
    subject: "Fall 2026-114: Stellungnahmen zu Ihrer Durchsicht",
    title: "Bedingungen der vertraulichen Einsichtnahme",
    text: "Die Dokumente sind vertraulich. Sie dürfen sie für dieses Verfahren lesen und Ihrer eigenen rechtlichen Vertretung zeigen. Bitte geben Sie sie an niemanden sonst weiter, und löschen Sie Ihre Kopien, wenn das Verfahren beendet ist.",
    names: [
        "Stellungnahme M. Okafor, unterschrieben.pdf",
        "Fotos vom Eingang",
        "Überblick — Zahlungen Q3 «endgültig» 2026.csv",
        "IMG_20260714_183205.jpg",
        "Rechtsschutzversicherungsgesellschaften-Schriftverkehrszusammenstellung-V2-endgültig-endgültig.docx",
    ],
};

/// The same text wherever people wrote any.
pub(super) const fn nothing_but(text: &str) -> Said<'_> {
    Said { owner: text, organisation: text, contact: text, subject: text, title: text, text, names: [text; 5] }
}

/// What people wrote, in their language.
pub(super) const fn honest(language: Language) -> Said<'static> {
    match language {
        Language::English => HONEST,
        Language::German => GERMAN,
    }
}

/// Dates, sizes and single sentences of the samples, as the server and its people write them in German.
const IN_GERMAN: [(&str, &str); 17] = [
    ("aria-labelledby=\"terms-title\" lang=\"en\"", "aria-labelledby=\"terms-title\" lang=\"de\""),
    ("31 December 2026, 23:59 CET", "31.\u{a0}Dezember 2026, 23:59\u{a0}Uhr MEZ"),
    ("1 October 2026, 14:03 CET", "1.\u{a0}Oktober 2026, 14:03\u{a0}Uhr MEZ"),
    ("1 October 2026, 14:03", "1.\u{a0}Oktober 2026, 14:03\u{a0}Uhr"),
    ("14 July 2026", "14.\u{a0}Juli 2026"),
    ("7 January 2027", "7.\u{a0}Januar 2027"),
    ("30 January 2027", "30.\u{a0}Januar 2027"),
    (" CET", "\u{a0}Uhr MEZ"),
    ("1.4 MB", "1,4\u{a0}MB"),
    ("3.2 MB", "3,2\u{a0}MB"),
    ("1.2 MB", "1,2\u{a0}MB"),
    ("100 MB", "100\u{a0}MB"),
    ("204 kB", "204\u{a0}kB"),
    ("18 kB", "18\u{a0}kB"),
    ("Good day,</p><p>here they are. ", "Guten Tag,</p><p>hier sind sie. "),
    ("Please read the first one</strong> before Friday", "Bitte lesen Sie die erste</strong> vor Freitag"),
    ("for ten years after the case is closed", "zehn Jahre lang, nachdem der Fall abgeschlossen ist"),
];

/// A page of the samples with its figures in a language.
pub(super) fn figures(language: Language, html: String) -> String {
    match language {
        Language::English => html,
        Language::German => IN_GERMAN.iter().fold(html, |html, (english, german)| html.replace(english, german)),
    }
}

/// The page before an archive: of everything, of a folder with much to say about it, and where nothing is left.
pub(super) fn archives(said: Said<'_>) -> [(&'static str, ArchivePage); 3] {
    let withheld = |at: usize, note| Withheld { label: said.names[at].into(), note };
    let all = ArchivePage {
        folder_name: String::new(),
        back: "/d/0198/".into(),
        documents: 12,
        size: "1.2 MB".into(),
        total: "1.4 MB".into(),
        resumable: true,
        withheld: Vec::new(),
        withheld_more: 0,
        hidden: 0,
        renamed: 0,
        owner_name: said.owner.into(),
        action: "/d/0198/z".into(),
        folder: "1".into(),
        form_token: "dG9rZW4".into(),
    };
    let folder = ArchivePage {
        folder_name: said.names[1].into(),
        documents: 1,
        resumable: false,
        withheld: vec![withheld(0, "note-changed"), withheld(4, "note-missing")],
        withheld_more: 2,
        hidden: 1,
        renamed: 1,
        ..all.clone()
    };
    let nothing = ArchivePage { documents: 0, withheld: vec![withheld(3, "note-unavailable")], ..all.clone() };
    [("archive", all), ("archive-folder", folder), ("archive-nothing", nothing)]
}

pub(super) fn folder(said: Said<'_>, empty: bool) -> ListPage {
    let mut page = list(said, Gives::Documents);
    page.message_html = None;
    page.crumbs =
        vec![Crumb { label: said.names[0].into(), href: Some("/d/0198/f/1/".into()) }, Crumb { label: said.names[1].into(), href: None }];
    page.session.seconds = 200;
    (page.hidden, page.truncated) = (if empty { 0 } else { 2 }, !empty);
    if empty {
        page.entries.clear();
    }
    page
}

pub(super) fn refusal(said: Said<'_>, kind: RefusalKind) -> RefusalPage {
    // As `refuse.rs` has it: whoever is signed in is led back to the list, whoever has a text to read to that text.
    let inside = ["preview-", "archive-", "document-", "changed-", "marked-", "no-uploads", "not-in-share", "not-played", "store-"];
    let back =
        matches!(kind, RefusalKind::AgreeAnew | RefusalKind::TextChanged) || inside.iter().any(|begin| kind.name().starts_with(begin));
    RefusalPage {
        kind,
        status: 404,
        owner_name: (kind != RefusalKind::UnknownLink).then(|| said.owner.into()),
        at: (kind == RefusalKind::TooManyRequests).then(|| "18:41 CET".into()),
        back: back.then(|| "/d/0198/".into()),
        again: kind == RefusalKind::PreviewBusy,
        more_time: (kind == RefusalKind::Expired).then(|| more_time(said, true)),
    }
}

pub(super) fn more_time(said: Said<'_>, open: bool) -> MoreTimeView {
    MoreTimeView {
        action: "/s/AQEabc/more-time".into(),
        form_token: "dG9rZW4".into(),
        owner_name: said.owner.into(),
        choices: vec![(7, "7 January 2027".into()), (30, "30 January 2027".into())],
        asked: (!open).then(|| ("1 October 2026, 14:03 CET".into(), "7 January 2027".into())),
        open,
    }
}

pub(super) fn stay(seconds: u64) -> StayPage {
    StayPage { session: session::sample(seconds), leave_action: "/d/0198/leave".into() }
}

pub(super) fn anew(link: &LinkPage) -> AnewPage {
    AnewPage {
        disclaimer: link.disclaimer.clone().expect("this link asks for agreement"),
        action: "/d/0198/terms".into(),
        form_token: "dG9rZW4".into(),
        leave_action: "/d/0198/leave".into(),
        leave_token: "dG9rZW4".into(),
    }
}

pub(super) fn privacy(said: Said<'_>) -> PrivacyPage {
    PrivacyPage { own: vec![said.text.into()], kept: Some("for ten years after the case is closed.".into()), receipt_copy: true }
}

pub(super) fn upload(said: Said<'_>, problem: bool) -> UploadPage {
    let sent = |at: usize, state, open: bool| SentView {
        open: open.then(|| "c0c0".into()),
        name: said.names[at].into(),
        bytes: 1_234_567,
        size: "1.2 MB".into(),
        at: "1 October 2026, 14:03".into(),
        state,
    };
    UploadPage {
        title: said.subject.into(),
        home: "/d/0198/".into(),
        action: "/d/0198/u".into(),
        form_token: "dG9rZW4".into(),
        owner_name: said.owner.into(),
        files_left: if problem { 1 } else { 15 },
        bytes_left: 900_000_000,
        file_bytes: 104_857_600,
        problem: problem.then(|| UploadProblem { kind: "too-large", name: said.names[4].into(), limit: "100 MB".into() }),
        sent: vec![
            sent(4, "open", true),
            sent(2, "checking", false),
            sent(2, "waiting", false),
            sent(0, "received", false),
            sent(3, "infected", false),
            sent(1, "kind", false),
        ],
        session: session::sample(1800),
    }
}
