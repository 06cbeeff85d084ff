//! Pages of the gallery beside those of the usual way.

use super::{Gives, Said, list};
use crate::web::pages::{Crumb, ListPage, RefusalKind, RefusalPage, SentView, UploadPage, UploadProblem};

pub(super) fn folder(said: Said<'_>, empty: bool) -> ListPage {
    let mut page = list(said, Gives::Documents);
    page.message_html = None;
    page.crumbs =
        vec![Crumb { label: said.names[0].into(), href: Some("/d/0198/f/1/".into()) }, Crumb { label: said.names[1].into(), href: None }];
    page.session_seconds = 200;
    (page.hidden, page.truncated) = (if empty { 0 } else { 2 }, !empty);
    if empty {
        page.entries.clear();
    }
    page
}

pub(super) fn refusal(said: Said<'_>, kind: RefusalKind) -> RefusalPage {
    let back = matches!(kind, RefusalKind::NotInShare | RefusalKind::TextChanged | RefusalKind::DocumentChanged);
    RefusalPage {
        kind,
        status: 404,
        owner_name: (kind != RefusalKind::UnknownLink).then(|| said.owner.into()),
        at: (kind == RefusalKind::TooManyRequests).then(|| "18:41".into()),
        back: back.then(|| "/d/0198/".into()),
        again: kind == RefusalKind::PreviewBusy,
    }
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
        session_ends: "18:40".into(),
        session_seconds: 1800,
    }
}
