//! What each cell of the table is to be answered with. A route that is not here fails the test.

use super::states::{LinkState, SessionState, ShareState};

/// What an answer is held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    pub(super) status: u16,
    /// Whether the document's bytes are given.
    pub(super) bytes: bool,
    /// Whether browsers may keep it.
    pub(super) kept: bool,
}

const fn status(status: u16) -> Expected {
    Expected { status, bytes: false, kept: false }
}

/// Which of the shared documents an address names, where it names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Document {
    /// It has pages, which nothing draws here.
    Paper,
    /// It is played, and needs nobody who draws.
    Sound,
}

/// `None` for a route that nobody has thought about.
pub(super) fn expected(
    path: &str,
    method: &str,
    session: SessionState,
    share: ShareState,
    link: LinkState,
    named: Document,
) -> Option<Expected> {
    if path == "/c/{token}/p/{page}/{*path}" {
        // No host of its own is set up for pictures, so that nothing is there for anybody.
        return Some(status(404));
    }
    let methods = methods(path)?;
    if !methods.contains(&method) {
        return Some(status(405));
    }
    Some(match path {
        "/" | "/healthz" | "/readyz" | "/robots.txt" | "/.well-known/security.txt" | "/privacy" | "/d/{share}/left" => status(200),
        "/static/{file}" => Expected { kept: true, ..status(200) },
        "/favicon.ico" | "/d/{share}" => status(308),
        "/s/{link}" => status(entry(method, share, link)),
        "/s/{link}/decline" | "/s/{link}/not-meant" => status(entry(method, share, link)),
        // A share that has ended is just what more time is asked for.
        "/s/{link}/more-time" if link == LinkState::True && share == ShareState::Expired => status(400),
        "/s/{link}/more-time" => status(entry(method, share, link)),
        "/d/{share}/code" | "/d/{share}/code/again" => status(code(method, session, share)),
        "/d/{share}/terms" | "/d/{share}/stay" if method != "POST" => status(match door(session, share) {
            // There is nothing to agree to anew.
            200 if path.ends_with("terms") => 303,
            answer => answer,
        }),
        "/d/{share}/leave" | "/d/{share}/more-time" | "/d/{share}/not-meant" | "/d/{share}/stay" | "/d/{share}/terms" => {
            status(if holds_a_session_cookie(session) { 400 } else { 403 })
        }
        "/d/{share}/" => status(door(session, share)),
        "/d/{share}/f/{*path}" => document(method, session, share),
        "/d/{share}/v/{*path}" if named == Document::Sound => status(player(session, share)),
        "/d/{share}/v/{*path}" | "/d/{share}/p/{page}/{*path}" => status(picture(session, share)),
        // The share has no text for screen readers.
        "/d/{share}/t/{page}/{*path}" => status(if door(session, share) == 200 { 404 } else { door(session, share) }),
        "/d/{share}/w/{*path}" => status(marked(method, session, share)),
        "/d/{share}/u" if method == "OPTIONS" => status(204),
        "/d/{share}/u" | "/d/{share}/u/{upload}" => status(sending(path, method, session, share)),
        "/d/{share}/z" => status(archive_page(method, session, share)),
        // The ticket in the address is none.
        "/d/{share}/z/{ticket}/{*path}" => status(if door(session, share) == 200 { 404 } else { door(session, share) }),
        _ => return None,
    })
}

fn methods(path: &str) -> Option<&'static [&'static str]> {
    const READ: &[&str] = &["GET", "HEAD"];
    match path {
        "/s/{link}" | "/d/{share}/code" | "/d/{share}/stay" | "/d/{share}/terms" | "/d/{share}/z" => Some(&["GET", "HEAD", "POST"]),
        "/d/{share}/u" => Some(&["GET", "HEAD", "POST", "OPTIONS"]),
        "/d/{share}/u/{upload}" => Some(&["HEAD", "PATCH", "DELETE"]),
        "/d/{share}/code/again" | "/d/{share}/leave" | "/d/{share}/more-time" | "/d/{share}/not-meant" => Some(&["POST"]),
        "/s/{link}/decline" | "/s/{link}/more-time" | "/s/{link}/not-meant" => Some(&["POST"]),
        "/" | "/healthz" | "/readyz" | "/favicon.ico" | "/robots.txt" | "/.well-known/security.txt" | "/privacy" | "/static/{file}" => {
            Some(READ)
        }
        "/d/{share}" | "/d/{share}/" | "/d/{share}/left" | "/d/{share}/f/{*path}" => Some(READ),
        "/d/{share}/v/{*path}" | "/d/{share}/p/{page}/{*path}" | "/d/{share}/t/{page}/{*path}" | "/d/{share}/w/{*path}" => Some(READ),
        "/d/{share}/z/{ticket}/{*path}" => Some(READ),
        _ => None,
    }
}

const fn is_closed(share: ShareState) -> bool {
    matches!(share, ShareState::Expired | ShareState::Stopped | ShareState::RecipientStopped)
}

const fn holds_a_session_cookie(session: SessionState) -> bool {
    matches!(session, SessionState::OfOtherShare | SessionState::Ended | SessionState::Left | SessionState::Valid)
}

/// The link's page; a POST is never ours here, so that it is refused for its form.
fn entry(method: &str, share: ShareState, link: LinkState) -> u16 {
    match link {
        LinkState::Forged | LinkState::Foreign => 404,
        LinkState::True if is_closed(share) => 410,
        LinkState::True if method == "POST" => 400,
        LinkState::True => 200,
    }
}

/// The code page is for the browser that asked for the code.
fn code(method: &str, session: SessionState, share: ShareState) -> u16 {
    match session {
        SessionState::Challenge if method == "POST" => 400,
        SessionState::Challenge if is_closed(share) => 410,
        SessionState::Challenge => 200,
        _ => 403,
    }
}

/// Everything behind the door.
fn door(session: SessionState, share: ShareState) -> u16 {
    match session {
        SessionState::Valid | SessionState::Ended if is_closed(share) => 410,
        SessionState::Valid => 200,
        _ => 403,
    }
}

/// The viewer and its pictures, on a server that draws none: every share gives them, so that only drawing fails.
fn picture(session: SessionState, share: ShareState) -> u16 {
    match (door(session, share), share) {
        (200, ShareState::PinnedChanged) => 409,
        (200, ShareState::DocumentMissing) => 404,
        (200, _) => 501,
        (refused, _) => refused,
    }
}

/// The page that plays, which only a share for downloading has.
fn player(session: SessionState, share: ShareState) -> u16 {
    match picture(session, share) {
        501 if matches!(share, ShareState::Open | ShareState::Takes) => 200,
        501 => 422,
        refused => refused,
    }
}

/// Copies with a mark, which neither a share for downloading nor one for viewing only gives, on a server that draws none.
fn marked(method: &str, session: SessionState, share: ShareState) -> u16 {
    match (door(session, share), share) {
        // Its name is known without drawing.
        (200, ShareState::Watermarked | ShareState::Redacted) if method == "HEAD" => 200,
        (200, ShareState::Watermarked | ShareState::Redacted) => 501,
        (200, ShareState::PreviewOnly) => 403,
        (200, _) => 404,
        (refused, _) => refused,
    }
}

/// Sending documents in, where the share takes some: neither a form of ours nor the protocol is spoken here, so that nothing is begun.
fn sending(path: &str, method: &str, session: SessionState, share: ShareState) -> u16 {
    match (door(session, share), share) {
        (200, ShareState::Takes) if path.ends_with("{upload}") => 412,
        (200, ShareState::Takes) if method == "POST" => 400,
        (200, ShareState::Takes) => 200,
        (200, _) => 403,
        (refused, _) => refused,
    }
}

/// The page before an archive; a POST is never ours here, so that it is refused for its form.
fn archive_page(method: &str, session: SessionState, share: ShareState) -> u16 {
    if method == "POST" {
        return if holds_a_session_cookie(session) { 400 } else { 403 };
    }
    match (door(session, share), share) {
        (200, ShareState::PreviewOnly | ShareState::Watermarked | ShareState::Redacted) => 403,
        (refused_or_shown, _) => refused_or_shown,
    }
}

fn document(method: &str, session: SessionState, share: ShareState) -> Expected {
    match (door(session, share), share) {
        (200, ShareState::PreviewOnly | ShareState::Watermarked | ShareState::Redacted) => status(403),
        (200, ShareState::PinnedChanged) => status(409),
        (200, ShareState::DocumentMissing) => status(404),
        (200, _) => Expected { bytes: method == "GET", ..status(200) },
        (refused, _) => status(refused),
    }
}
