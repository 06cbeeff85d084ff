//! What the mail server's answers mean, and how they are told without any address in them.

use crate::domain::bounds::MAIL_REPLY_BYTES;
use crate::domain::email::EmailAddress;
use crate::mail::Undelivered;
use crate::mail::clean::one_line;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::response::Response;
use std::error::Error as _;
use std::time::Duration;

/// How far the conversation had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// Reaching the server and saying hello.
    Connect,
    /// The letter itself.
    Content,
    /// STARTTLS.
    Encrypt,
    /// The recipient's address.
    Recipient,
    /// Our own address.
    Sender,
    /// User and password.
    SignIn,
}

impl Stage {
    const fn words(self) -> &'static str {
        match self {
            Self::Connect => "no connection to the mail server",
            Self::Content => "the mail server did not take the letter",
            Self::Encrypt => "no encrypted connection to the mail server",
            Self::Recipient => "the mail server did not take the recipient",
            Self::Sender => "the mail server did not take the sender",
            Self::SignIn => "the mail server did not let us sign in",
        }
    }

    /// Whether a refusal at this stage can be about the recipient or the letter. Before, it is about us: the operator mends that.
    const fn is_about_this_letter(self) -> bool {
        matches!(self, Self::Content | Self::Recipient)
    }
}

/// Takes addresses out of what a server said: all that have an @, and the recipient's name in front of it.
#[derive(Default)]
pub(in crate::mail) struct Mask {
    local: Option<String>,
}

impl Mask {
    /// For a letter to this address.
    pub(in crate::mail) fn of(recipient: &EmailAddress) -> Self {
        Self { local: recipient.key().split_once('@').map(|(local, _)| local.to_owned()) }
    }

    /// A positive answer in one line.
    pub(super) fn reply(&self, response: &Response) -> String {
        self.hide(&format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" ")))
    }

    /// A refusal or a fault. Replies 530 to 538 are about signing in (RFC 4954 section 6), whenever they come.
    pub(super) fn refusal(&self, stage: Stage, error: &Error) -> Undelivered {
        let code = error.status().map(u16::from);
        let about_us = matches!(code, Some(530..=538));
        let said = match (code, error.source()) {
            (Some(code), Some(text)) => format!("{}: {code} {text}", stage.words()),
            (Some(code), None) => format!("{}: {code}", stage.words()),
            (None, _) => format!("{}: {error}", stage.words()),
        };
        Undelivered { permanent: error.is_permanent() && stage.is_about_this_letter() && !about_us, reason: self.hide(&said) }
    }

    /// No connection at all.
    pub(super) fn unreachable(&self, problem: &std::io::Error) -> Undelivered {
        Undelivered::temporary(self.hide(&format!("{}: {problem}", Stage::Connect.words())))
    }

    /// No answer in time.
    pub(super) fn silence(&self, stage: Stage, waited: Duration) -> Undelivered {
        Undelivered::temporary(format!("{}: no answer within {waited:?}", stage.words()))
    }

    /// What was said in one line of bounded length, without addresses.
    pub(in crate::mail) fn hide(&self, text: &str) -> String {
        let line = one_line(text, MAIL_REPLY_BYTES * 4);
        let mut hidden = String::with_capacity(line.len());
        let mut word = String::new();
        for c in line.chars() {
            if c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"' | ',' | ';' | ':') {
                hidden.push_str(self.hide_word(&word));
                word.clear();
                hidden.push(c);
            } else {
                word.push(c);
            }
        }
        hidden.push_str(self.hide_word(&word));
        one_line(&hidden, MAIL_REPLY_BYTES)
    }

    fn hide_word<'a>(&self, word: &'a str) -> &'a str {
        let bare = word.trim_end_matches(['.', '!', '?']);
        let names = self.local.as_deref().is_some_and(|local| bare.eq_ignore_ascii_case(local) || contains(bare, local));
        if word.contains('@') || names { "…" } else { word }
    }
}

/// Whether a longer name stands inside a word, as in `jane.doe=40example.org`. Short names would hide ordinary words.
fn contains(word: &str, local: &str) -> bool {
    local.len() >= 5 && word.to_ascii_lowercase().contains(local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_left_in_what_a_server_said() {
        let mask = EmailAddress::parse("jane.doe@example.org")
            .map(|address| Mask::of(&address))
            .expect("a good address");
        for (said, told) in [
            ("550 5.1.1 <jane.doe@example.org>: Recipient address rejected", "550 5.1.1 <…>: Recipient address rejected"),
            ("550 5.1.1 User Jane.Doe unknown", "550 5.1.1 User … unknown"),
            ("451 4.7.1 try jane.doe=40example.org at mx.example.org", "451 4.7.1 try … at mx.example.org"),
            ("550 5.1.1 no o'neil@example.org here", "550 5.1.1 no … here"),
            ("554 sender records@example.net, (a@b)\r\nnext", "554 sender …, (…) next"),
        ] {
            assert_eq!(mask.hide(said), told);
        }
        assert!(mask.hide(&"x ".repeat(4_000)).len() <= MAIL_REPLY_BYTES);
    }

    #[test]
    fn a_short_name_does_not_hide_ordinary_words() {
        let mask = EmailAddress::parse("a@example.org").map(|address| Mask::of(&address)).expect("a good address");
        assert_eq!(mask.hide("550 a mailbox was rejected"), "550 … mailbox was rejected");
    }
}
