//! In which language a request is answered: the one that was chosen on a page, then what the browser asks for, then the configured one.

use crate::domain::language::Language;
use crate::web::{Shared, Web, request};
use axum::extract::{FromRequestParts, Request};
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT_LANGUAGE, CONTENT_DISPOSITION, CONTENT_LANGUAGE, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE, VARY};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::convert::Infallible;
use std::sync::Arc;

/// The parameter that chooses a language.
const CHOICE: &str = "lang";

/// Holds the language that somebody chose. Like our other cookies it is bound to this host and TLS by its name; it says nothing of a share.
const COOKIE_NAME: &str = "__Host-dw-lang";

/// How long a choice is remembered, in seconds: a year.
const REMEMBERED: u32 = 365 * 24 * 3600;

/// What no address holds as it is (RFC 3986); other letters than ASCII are encoded in any case.
const UNSAID: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'\'').add(b'<').add(b'>');

/// Ends of addresses that take forms and show nothing themselves, and what stands in their place for the page that has the form.
const FORMS: [(&str, &str); 5] = [("/code/again", "/code"), ("/decline", ""), ("/leave", "/"), ("/more-time", ""), ("/not-meant", "")];

/// The language of a request, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// The language of the answer.
    pub language: Language,
    /// The same where a person or their browser asked for it, and not only nothing else was known.
    pub asked: Option<Language>,
    /// The query of the page's address, which its links to other languages keep; empty for anything but `GET`.
    pub query: String,
}

impl Spoken {
    /// What is spoken where nobody asked for anything.
    pub const fn usual(language: Language) -> Self {
        Self { language, asked: None, query: String::new() }
    }

    /// What a request asks for.
    fn of<B>(request: &http::Request<B>, usual: Language) -> Self {
        let asked = chosen(request.headers()).or_else(|| Language::preferred(&accepted(request.headers()), usual));
        let query = request.uri().query().filter(|_| reads(request.method())).unwrap_or_default();
        Self { language: asked.unwrap_or(usual), asked, query: query.to_owned() }
    }
}

/// Takes what the middleware found. A handler that asks for a [`Web`] so speaks the language of its request.
impl FromRequestParts<Arc<Shared>> for Web {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Infallible> {
        let spoken = parts.extensions.get::<Spoken>().cloned();
        Ok(Self::speaking(shared, spoken.unwrap_or_else(|| Spoken::usual(shared.gate.settings().language))))
    }
}

/// Finds the language of a request for its handler, and keeps a choice: `?lang=de` sets the cookie and leads back to the same address without it.
///
/// # Errors
/// The answer to a choice.
pub fn choose(web: &Web, request: &mut Request) -> Result<Language, Box<Response>> {
    let asked = request.uri().query().filter(|_| reads(request.method())).and_then(choice);
    let chosen = asked.and_then(|(language, query)| Some((language, address(request.uri().path(), &query)?)));
    if let Some((language, address)) = chosen {
        if request::is_prefetch(request.headers()) {
            // Nobody has chosen yet; the browser asks again when somebody does.
            return Err(Box::new(StatusCode::SERVICE_UNAVAILABLE.into_response()));
        }
        return Err(Box::new((StatusCode::SEE_OTHER, [(LOCATION, address), (SET_COOKIE, cookie(language))]).into_response()));
    }
    let spoken = Spoken::of(request, web.gate().settings().language);
    let language = spoken.language;
    request.extensions_mut().insert(spoken);
    Ok(language)
}

/// Says of the page that answers in which language it is.
pub fn say(language: Language, response: &mut Response) {
    let headers = response.headers_mut();
    let is_html = headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    // A document that is a web page has the language it was written in.
    if is_html && !headers.contains_key(CONTENT_DISPOSITION) {
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.append(VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    }
}

/// The same for what answers before a handler is found.
pub(in crate::web) fn of_request(web: &Web, request: &Request) -> Web {
    let spoken = request.extensions().get::<Spoken>().cloned();
    spoken.map_or_else(|| web.clone(), |spoken| Web::speaking(&web.shared, spoken))
}

const fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The address of the same page in a language, relative to itself.
pub(in crate::web) fn switch(language: Language, query: &str) -> String {
    // What a browser sends unencoded would otherwise stand on the page as it is, and could turn the writing.
    let kept = utf8_percent_encode(&without_choice(query), UNSAID).to_string();
    if kept.is_empty() { format!("?{CHOICE}={language}") } else { format!("?{kept}&{CHOICE}={language}") }
}

/// The language that a query chooses, and the rest of the query. One that there is no text in chooses nothing.
fn choice(query: &str) -> Option<(Language, String)> {
    let mut values = query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(name, _)| *name == CHOICE);
    let language = values.next()?.1.parse().ok()?;
    Some((language, without_choice(query)))
}

fn without_choice(query: &str) -> String {
    let others: Vec<&str> = query
        .split('&')
        .filter(|pair| pair.split_once('=').is_none_or(|(name, _)| name != CHOICE))
        .collect();
    others.join("&")
}

/// An address on this host and no other: a path that begins with two slashes would name another host. What only takes forms has a page before it.
fn address(path: &str, query: &str) -> Option<HeaderValue> {
    let below = path.trim_start_matches(['/', '\\']);
    let page = FORMS.iter().find_map(|(form, page)| Some(format!("{}{page}", below.strip_suffix(form)?)));
    let below = page.as_deref().unwrap_or(below);
    let address = if query.is_empty() { format!("/{below}") } else { format!("/{below}?{query}") };
    HeaderValue::try_from(address).ok()
}

fn cookie(language: Language) -> HeaderValue {
    let text = format!("{COOKIE_NAME}={language}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={REMEMBERED}");
    HeaderValue::try_from(text).expect("names and tags of languages are visible ASCII")
}

/// The language that was chosen in this browser.
fn chosen(headers: &HeaderMap) -> Option<Language> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).and_then(|(_, value)| value.parse().ok())
}

/// What the browser accepts, several lines of it as one.
fn accepted(headers: &HeaderMap) -> String {
    let lines: Vec<&str> = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok()).collect();
    lines.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, German};

    fn spoken(uri: &str, fields: &[(&'static str, &str)]) -> Spoken {
        let mut request = http::Request::builder().uri(uri);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        Spoken::of(&request.body(()).expect("tests send well-formed requests"), English)
    }

    #[test]
    fn what_was_chosen_comes_before_what_the_browser_says() {
        let german = ("accept-language", "de-AT, en;q=0.5");
        assert_eq!(spoken("/", &[german]).language, German);
        assert_eq!(spoken("/", &[german, ("cookie", "a=b; __Host-dw-lang=en")]).asked, Some(English));
        assert_eq!(spoken("/", &[german, ("cookie", "__Host-dw-lang=xx; dw-lang=en")]).asked, Some(German));
        assert_eq!(spoken("/", &[("accept-language", "fr"), ("accept-language", "de")]).asked, Some(German));
        assert_eq!(spoken("/?a=b", &[]), Spoken { query: "a=b".to_owned(), ..Spoken::usual(English) });
    }

    #[test]
    fn a_switch_keeps_the_rest_of_the_address() {
        assert_eq!(switch(German, ""), "?lang=de");
        assert_eq!(switch(German, "sort=name&lang=en&page=2"), "?sort=name&page=2&lang=de");
        assert_eq!(choice("sort=name&lang=de&page=2"), Some((German, "sort=name&page=2".to_owned())));
        assert_eq!(choice("lang=de"), Some((German, String::new())));
        for none in ["", "lang", "lang=", "lang=fr", "lang=DE", "slang=de", "lang=de%0d%0a"] {
            assert_eq!(choice(none), None, "{none}");
        }
    }

    #[test]
    fn a_choice_leads_to_no_other_host() {
        for (path, query, wanted) in [
            ("/s/abc", "", "/s/abc"),
            ("/d/1/", "sort=name", "/d/1/?sort=name"),
            ("//evil.example/", "", "/evil.example/"),
            ("/\\evil.example", "a=//b", "/evil.example?a=//b"),
            ("///x", "", "/x"),
            ("/d/1/code/again", "", "/d/1/code"),
            ("/d/1/leave", "", "/d/1/"),
        ] {
            assert_eq!(address(path, query), HeaderValue::try_from(wanted).ok(), "{path}");
        }
    }
}
