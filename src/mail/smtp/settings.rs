//! How to reach the mail server, checked before the first letter.

use crate::domain::bounds::MAIL_ANSWER;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How the conversation is kept from other eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all: for a mail server on the same machine.
    Plain,
    /// Plain until STARTTLS, which must succeed.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// How to reach the mail server. No `Debug`: it holds a password.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Name or IP address; the certificate must be made out to it.
    pub host: String,
    /// TCP port; usually 587 for STARTTLS, 465 for TLS, 25 for plain.
    pub port: u16,
    /// How the conversation is protected.
    pub security: Security,
    /// Allows [`Security::Plain`] to other machines: links, codes and the password then cross the network readable.
    pub insecure: bool,
    /// Who signs in; nobody when the server asks for no sign-in.
    pub user: Option<String>,
    /// The password of `user`.
    pub password: Option<String>,
    /// The name this machine gives itself, a host name or an IP address.
    pub hello_name: String,
    /// PEM file with the certificates to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Longest wait for each answer; at most [`MAIL_ANSWER`].
    pub timeout: Duration,
}

impl SmtpSettings {
    /// Says what is wrong with the settings, and how to mend it.
    pub fn validate(&self) -> Result<(), String> {
        if !name_or_address(&self.host) {
            return Err(format!("the mail server's host '{}' is no host name and no IP address", self.host.escape_default()));
        }
        if self.port == 0 {
            return Err("the mail server's port is 0: write 587 for STARTTLS, 465 for TLS, 25 for plain".to_owned());
        }
        if !name_or_address(&self.hello_name) {
            return Err(format!("the hello name '{}' is no host name and no IP address", self.hello_name.escape_default()));
        }
        if self.security == Security::Plain && !self.insecure && !self.is_this_machine() {
            return Err(format!(
                "mail to '{}' would cross the network readable: use starttls or tls (plain is for a mail server on this machine)",
                self.host
            ));
        }
        match (&self.user, &self.password) {
            (Some(_), None) => Err("a mail user is given without a password".to_owned()),
            (None, Some(_)) => Err("a mail password is given without a user".to_owned()),
            (Some(user), Some(password)) if user.is_empty() || user.contains('\0') || password.contains('\0') => {
                Err("the mail user is empty, or user or password contain a NUL character".to_owned())
            }
            _ if self.timeout.is_zero() || self.timeout > MAIL_ANSWER => {
                Err(format!("the mail timeout is not between 1 and {} seconds", MAIL_ANSWER.as_secs()))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn credentials(&self) -> Option<(&str, &str)> {
        Some((self.user.as_deref()?, self.password.as_deref()?))
    }

    fn is_this_machine(&self) -> bool {
        self.host.eq_ignore_ascii_case("localhost") || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// Whether the text can stand in an EHLO line and in a certificate: nothing in it can end the line or begin another word.
fn name_or_address(text: &str) -> bool {
    let label = |label: &str| !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    text.parse::<IpAddr>().is_ok() || (text.len() <= 253 && text.split('.').all(label))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::mail::smtp) fn settings() -> SmtpSettings {
        SmtpSettings {
            host: "localhost".to_owned(),
            port: 25,
            security: Security::Plain,
            insecure: false,
            user: None,
            password: None,
            hello_name: "share.example.org".to_owned(),
            ca_file: None,
            timeout: MAIL_ANSWER,
        }
    }

    #[test]
    fn plain_mail_stays_on_this_machine_unless_said_otherwise() {
        for host in ["localhost", "127.0.0.1", "127.8.8.8", "::1"] {
            assert_eq!(SmtpSettings { host: host.to_owned(), ..settings() }.validate(), Ok(()), "{host}");
        }
        for host in ["mail.example.org", "10.0.0.1", "localhost.example.org", "::2"] {
            let remote = SmtpSettings { host: host.to_owned(), ..settings() };
            assert!(remote.validate().is_err_and(|problem| problem.contains("starttls")), "{host}");
            assert_eq!(SmtpSettings { insecure: true, ..remote.clone() }.validate(), Ok(()));
            assert_eq!(SmtpSettings { security: Security::StartTls, ..remote.clone() }.validate(), Ok(()));
            assert_eq!(SmtpSettings { security: Security::Tls, ..remote }.validate(), Ok(()));
        }
    }

    #[test]
    fn settings_that_cannot_work_are_refused_with_the_reason() {
        let some = |text: &str| Some(text.to_owned());
        for (wrong, word) in [
            (SmtpSettings { host: String::new(), ..settings() }, "host"),
            (SmtpSettings { host: "a b".to_owned(), ..settings() }, "host"),
            (SmtpSettings { port: 0, ..settings() }, "port"),
            (SmtpSettings { hello_name: "me\r\nMAIL FROM:<x@y.org>".to_owned(), ..settings() }, "hello name"),
            (SmtpSettings { user: some("u"), ..settings() }, "password"),
            (SmtpSettings { password: some("p"), ..settings() }, "user"),
            (SmtpSettings { user: some(""), password: some("p"), ..settings() }, "empty"),
            (SmtpSettings { user: some("u"), password: some("p\0q"), ..settings() }, "NUL"),
            (SmtpSettings { timeout: Duration::ZERO, ..settings() }, "timeout"),
            (SmtpSettings { timeout: Duration::from_secs(31), ..settings() }, "timeout"),
        ] {
            assert!(wrong.validate().is_err_and(|problem| problem.contains(word)), "{word}");
        }
    }
}
