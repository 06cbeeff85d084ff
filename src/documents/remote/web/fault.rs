//! Why a web server gave nothing: what callers are told, and what an operator is told to mend.

use super::address::Nowhere;
use crate::documents::{Problem, Refusal, StoreError};
use reqwest::{Response, StatusCode, Url, header::LOCATION};
use std::error::Error;
use std::io;

/// Longest address that a redirect is quoted with, in bytes.
const QUOTED_BYTES: usize = 200;

/// Why a request gave nothing.
#[derive(Debug)]
pub(in crate::documents::remote) enum Fault {
    /// The name or address of the store is none that may be connected to.
    Address,
    /// What the configuration names cannot be used, in words for the operator.
    Setup(String),
    /// The name service knows no such host.
    NoName,
    /// TLS failed, in the words of the library.
    Tls(String),
    /// No connection could be made, or it broke.
    Away,
    /// No answer in time.
    Silent,
    /// It leads elsewhere, which is not followed.
    Redirect(Option<String>),
    /// Said by status or by form of the answer.
    Told(StoreError),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Told(error)
    }
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Address => Self::Failed("its name leads to an address that is not allowed"),
            Fault::Setup(_) => Self::Failed("its certificate or key in the configuration cannot be used"),
            Fault::NoName | Fault::Tls(_) | Fault::Away | Fault::Silent => Self::Unreachable,
            Fault::Redirect(_) => Self::Failed("it redirects; give the address it redirects to"),
            Fault::Told(error) => error,
        }
    }
}

impl Fault {
    /// Looks through the causes of an error for the one that says most.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = Some(error);
        while let Some(found) = cause {
            match found.downcast_ref::<Nowhere>() {
                Some(Nowhere::Forbidden) => return Self::Address,
                Some(Nowhere::Unknown(_)) => return Self::NoName,
                None => {}
            }
            if let Some(tls) = found.downcast_ref::<rustls::Error>() {
                return Self::Tls(tls.to_string());
            }
            // An I/O error that wraps another is not its cause but has it inside.
            let inside = found.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            cause = inside.map_or_else(|| found.source(), |inside| Some(inside as &(dyn Error + 'static)));
        }
        if error.is_timeout() { Self::Silent } else { Self::Away }
    }

    /// Reads the status of an answer that is not the one hoped for.
    pub(in crate::documents::remote) fn told(answer: &Response) -> Self {
        let error = match answer.status() {
            status if status.is_redirection() => return Self::Redirect(target(answer)),
            StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => StoreError::SignIn,
            StatusCode::FORBIDDEN | StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS => StoreError::Denied,
            StatusCode::NOT_FOUND | StatusCode::GONE => StoreError::Missing,
            StatusCode::PRECONDITION_FAILED | StatusCode::RANGE_NOT_SATISFIABLE => StoreError::Changed,
            StatusCode::URI_TOO_LONG => StoreError::Refused(Refusal::Name("its address would be too long")),
            StatusCode::INSUFFICIENT_STORAGE => StoreError::Full,
            StatusCode::NOT_IMPLEMENTED | StatusCode::METHOD_NOT_ALLOWED => StoreError::Failed("it does not know the method asked for"),
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => StoreError::Unreachable,
            status if status.is_server_error() => StoreError::Unreachable,
            status if status.is_success() => StoreError::Failed("success of another kind than was asked for"),
            _ => StoreError::Failed("a status that means nothing here"),
        };
        Self::Told(error)
    }

    /// One sentence that says the mend. It names the host, never what signs in.
    pub(in crate::documents::remote) fn problem(self, host: &str) -> Problem {
        let text = match self {
            Self::Address => format!(
                "{host} leads to addresses that may not be connected to: correct url, or name its network in networks if that is the store"
            ),
            Self::Setup(what) => what,
            Self::NoName => format!("the name {host} is not known: correct url, or look whether this machine's name service answers"),
            Self::Tls(why) => format!(
                "no safe connection to {host} ({why}): look at its certificate, and at ca_file, client_certificate and client_key if they are set"
            ),
            Self::Away => {
                format!("{host} cannot be connected to, or breaks off: look whether it is up, and whether url names the right port")
            }
            Self::Silent => format!("{host} does not answer in time: look whether it is up and not overloaded"),
            Self::Redirect(Some(to)) => {
                format!("{host} redirects to {to}: redirects are not followed; if that is the store, make it the url")
            }
            Self::Redirect(None) => format!("{host} redirects: redirects are not followed; let url be the address it redirects to"),
            Self::Told(StoreError::SignIn) => {
                format!("{host} refuses the sign-in: correct the user and password, the token or the client certificate")
            }
            Self::Told(StoreError::Denied) => format!("{host} refuses access to the folder: let the user that signs in read it"),
            Self::Told(StoreError::Missing) => format!("{host} has no such folder: correct the path in url"),
            Self::Told(StoreError::Unreachable) => format!("{host} answers with an error of its own: look into its log"),
            Self::Told(error) => format!("{host} cannot be used: {error}"),
        };
        Problem::Remote(text)
    }
}

/// Where a redirect leads, as far as it can be quoted: without user, query and fragment, which may hold secrets.
fn target(answer: &Response) -> Option<String> {
    let mut target = location(answer)?;
    target.set_query(None);
    target.set_fragment(None);
    let plain = target.username().is_empty() && target.password().is_none();
    Some(String::from(target)).filter(|text| plain && text.len() <= QUOTED_BYTES)
}

/// Where a redirect leads. Nobody goes there.
pub(super) fn location(answer: &Response) -> Option<Url> {
    let text = answer.headers().get(LOCATION)?.to_str().ok()?;
    answer.url().join(text).ok()
}
