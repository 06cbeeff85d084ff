//! Step three, `/d/{share}/`: the documents of the share, or of one of its folders.

use crate::domain::document::DocumentPath;
use crate::domain::ids::ShareId;
use crate::gate::listing::view::{Sort, View};
use crate::gate::listing::{Listed, ListedEntry, Trouble};
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use crate::web::cookies::{self, Purpose};
use crate::web::pages::{Counted, Crumb, EntryView, Gives, ListPage, Order, Tools};
use crate::web::recipient::leave::session_token;
use crate::web::recipient::said::offer;
use crate::web::recipient::stay::session_view;
use crate::web::{Web, refuse};
use crate::words::figures;
use axum::extract::{Path, Request};
use axum::response::{Html, IntoResponse, Redirect, Response};

/// Shows the share's own page.
pub async fn share(web: Web, Path(share): Path<String>, request: Request) -> Response {
    let Ok(share) = share.parse::<ShareId>() else { return refuse::refusal(&web, &Refusal::NoSession) };
    let cookie = cookies::read(request.headers(), Purpose::Session, share);
    let view = View::from_query(request.uri().query().unwrap_or_default());
    let shown = async {
        let admitted = web.gate().session(share, cookie.as_ref())?;
        let listed = web.gate().list_share(&admitted, &view).await?;
        Ok(page(&web, &admitted, listed, &view))
    };
    shown.await.unwrap_or_else(|refusal: Refusal| refuse::refusal(&web, &refusal))
}

/// The same address without its last slash.
pub async fn without_slash(Path(share): Path<String>, web: Web) -> Response {
    match share.parse::<ShareId>() {
        Ok(share) => Redirect::permanent(&format!("/d/{share}/")).into_response(),
        Err(_) => refuse::refusal(&web, &Refusal::NoSession),
    }
}

/// The page of a list.
pub(super) fn page(web: &Web, admitted: &Admitted, listed: Listed, view: &View) -> Response {
    let gate = web.gate();
    gate.note_list(admitted);
    let share = admitted.share().id;
    let (title, message, expires) = gate.share_texts(admitted);
    let ends = gate.session_ends(admitted);
    let (gives, can_show) = (Gives::from(admitted.share().delivery()), gate.preview().unavailable().is_none());
    let own_page = listed.trail.is_empty();
    let folder = listed.trail.last().map(|(_, path)| format!("?folder={}", path.to_url())).unwrap_or_default();
    let page = ListPage {
        crumbs: crumbs(share, &listed),
        home: format!("/d/{share}/"),
        title,
        owner_name: gate.owner_name(share).unwrap_or_default(),
        message_html: Some(message).filter(|message| own_page && !message.is_empty()),
        gives,
        can_show,
        counted: Counted { documents: listed.paged.documents, folders: listed.paged.folders, total: listed.paged.total },
        tools: (listed.paged.total > FEW || !view.find.is_empty()).then(|| tools(share, &listed, view)),
        entries: listed.entries.into_iter().map(|entry| entry_view(web, share, entry, gives, can_show)).collect(),
        hidden: listed.hidden,
        truncated: listed.truncated,
        archive: gate.gives_archives(admitted).then(|| format!("/d/{share}/z{folder}")),
        expires: web.moment(expires),
        session: session_view(web, admitted, ends),
        more_time: offer(web, admitted),
        give_up_action: format!("/d/{share}/not-meant"),
        upload: admitted.share().policy.upload.then(|| format!("/d/{share}/u")),
        leave_action: format!("/d/{share}/leave"),
        form_token: session_token(web, admitted),
    };
    Html(page.render(&refuse::frame(web))).into_response()
}

/// Lines that are seen at a glance, and need neither order nor search.
const FEW: usize = 10;

/// What a long list offers: other orders, a search, other pages.
fn tools(share: ShareId, listed: &Listed, view: &View) -> Tools {
    let page = listed
        .trail
        .last()
        .map_or_else(|| format!("/d/{share}/"), |(_, path)| format!("/d/{share}/f/{}/", path.to_url()));
    let at = |view: &View| match view.to_query() {
        query if query.is_empty() => page.clone(),
        query => format!("{page}?{query}"),
    };
    let sorted = |sort: Sort| View { sort, page: 1, ..view.clone() };
    let turned = |number: usize| at(&View { page: number, ..view.clone() });
    let (number, pages) = (listed.paged.page, listed.paged.pages);
    Tools {
        orders: Sort::ALL
            .map(|sort| Order { key: sort.key(), href: at(&sorted(sort)), now: sort == view.sort })
            .to_vec(),
        find: view.find.clone(),
        page: number,
        pages,
        previous: (number > 1).then(|| turned(number - 1)),
        next: (number < pages).then(|| turned(number + 1)),
        action: page.clone(),
    }
}

/// The way to the folder shown; only the folders above it can be gone to.
fn crumbs(share: ShareId, listed: &Listed) -> Vec<Crumb> {
    let last = listed.trail.len().saturating_sub(1);
    let crumb = |(at, (label, path)): (usize, &(String, DocumentPath))| Crumb {
        label: label.clone(),
        href: (at < last).then(|| format!("/d/{share}/f/{}/", path.to_url())),
    };
    listed.trail.iter().enumerate().map(crumb).collect()
}

/// Kinds that are known not to be shown: sound and film are played from their own bytes, where those are given.
fn is_media(kind: &str) -> bool {
    matches!(kind, "kind-audio" | "kind-video")
}

fn entry_view(web: &Web, share: ShareId, entry: ListedEntry, gives: Gives, can_show: bool) -> EntryView {
    let gate = web.gate();
    let words = web.words();
    let at = |letter: char, slash: &str| format!("/d/{share}/{letter}/{}{slash}", entry.path.to_url());
    let is_there = entry.trouble.is_none();
    let (media, archive) = (is_media(entry.kind), entry.kind == "kind-archive");
    let shown = is_there && !entry.is_folder && can_show && !media && !archive;
    let play = is_there && !entry.is_folder && entry.is_played && gives == Gives::Documents;
    let note = match entry.trouble {
        Some(Trouble::Changed) => Some("note-changed"),
        Some(Trouble::Missing) => Some("note-missing"),
        Some(Trouble::Unavailable) => Some("note-unavailable"),
        None if entry.is_folder => None,
        None => match gives {
            Gives::Documents => (media && !play).then_some("note-media-save"),
            _ if media => Some("note-media-only"),
            _ if archive => Some("note-no-view"),
            Gives::Pictures | Gives::Marked => Some("note-view-only"),
        },
    };
    EntryView {
        folder: (is_there && entry.is_folder).then(|| at('f', "/")),
        play: play.then(|| at('v', "")),
        view: shown.then(|| at('v', "")),
        download: (is_there && !entry.is_folder && gives == Gives::Documents).then(|| at('f', "")),
        marked: (shown && gives == Gives::Marked).then(|| at('w', "")),
        label: entry.label.clone(),
        kind: entry.kind.to_owned(),
        size: entry.size.map(|bytes| figures::size(words, bytes)).unwrap_or_default(),
        changed: entry.changed.map(|at| figures::day(words, &at.in_zone(&gate.settings().zone))).unwrap_or_default(),
        note: note.map(str::to_owned),
        is_folder: entry.is_folder,
    }
}
