//! Pages of the gallery beside those of the usual way.

use super::{Gives, Said, list};
use crate::web::pages::{
    AnewPage, Crumb, LinkPage, ListPage, MoreTimeView, PrivacyPage, RefusalKind, RefusalPage, SentView, StayPage, UploadPage,
    UploadProblem, session,
};

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
    let back = matches!(kind, RefusalKind::AgreeAnew | RefusalKind::NotInShare | RefusalKind::TextChanged | RefusalKind::DocumentChanged);
    RefusalPage {
        kind,
        status: 404,
        owner_name: (kind != RefusalKind::UnknownLink).then(|| said.owner.into()),
        at: (kind == RefusalKind::TooManyRequests).then(|| "18:41".into()),
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
