//! DKIM (RFC 6376, RFC 8463): a signature in a letter's head, by which the receiving side sees that the domain of the sender wrote it.
//!
//! Canonicalisation is relaxed for head and body, so that blanks that a relay changes do no harm. What the head has is signed with one more of
//! each name, so that nobody can add a second subject or sender that a mail program would show instead.

use crate::crypto::primitives::{SigningKey, sha256};
use crate::domain::bounds::DKIM_LABEL_BYTES;
use crate::domain::time::Timestamp;
use data_encoding::BASE64;

/// The fields that are signed, where they are there and where they are not: what a mail program shows of who wrote to whom, how it reads the
/// rest, and what would end somebody's mail with one click (RFC 8058 takes no such field that is not signed).
const SIGNED: [&str; 15] = [
    "from",
    "sender",
    "to",
    "cc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
    "feedback-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
];
/// Characters of base64 or of field names on one line of the signature.
const LINE: usize = 68;

/// What signs letters.
#[derive(Debug)]
pub struct Dkim {
    domain: String,
    selector: String,
    key: SigningKey,
}

impl Dkim {
    /// Signs in the name of `domain`; the public key stands in DNS under `selector`.
    ///
    /// # Errors
    /// What is wrong with the key or the names.
    pub fn new(domain: &str, selector: &str, pem: &[u8]) -> Result<Self, String> {
        let label = |label: &str| {
            !label.is_empty()
                && label.len() <= DKIM_LABEL_BYTES
                && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-' || c == b'_')
        };
        for name in [domain, selector] {
            if !name.split('.').all(label) {
                return Err(format!("'{}' is no name in DNS", name.escape_default()));
            }
        }
        let key = SigningKey::from_pem(pem).map_err(|why| format!("the key {why}"))?;
        Ok(Self { domain: domain.to_ascii_lowercase(), selector: selector.to_ascii_lowercase(), key })
    }

    /// Whether every receiver can check what it signs: not all know Ed25519.
    pub fn is_known_everywhere(&self) -> bool {
        self.key.algorithm() == "rsa"
    }

    /// The record that must be in DNS: its name, and its text, which may be longer than the 255 bytes of one string there.
    pub fn record(&self) -> (String, String) {
        let name = format!("{}._domainkey.{}", self.selector, self.domain);
        (name, format!("v=DKIM1; k={}; p={}", self.key.algorithm(), BASE64.encode(&self.key.public())))
    }

    /// The letter with the signature in front; the same at every attempt, as long as the key is (`at` is the moment it was written).
    pub(super) fn sign(&self, letter: &[u8], at: Timestamp) -> Vec<u8> {
        let split = letter.windows(4).position(|four| four == b"\r\n\r\n").map_or(letter.len(), |end| end + 2);
        let (head, rest) = letter.split_at(split);
        let fields = fields(head);
        let (names, mut message) = signed(&fields);
        let body = BASE64.encode(&sha256(&[&relaxed_body(rest.strip_prefix(b"\r\n").unwrap_or(rest))]));
        let own = format!(
            "DKIM-Signature: v=1; a={}-sha256; c=relaxed/relaxed; d={};\r\n s={}; t={};\r\n h={};\r\n bh={body};\r\n b=",
            self.key.algorithm(),
            self.domain,
            self.selector,
            at.seconds(),
            folded(&names, ':'),
        );
        message.extend_from_slice(&relaxed_field(own.as_bytes()));
        // RFC 8463 section 3: Ed25519 signs the digest, as RSA does by its own padding.
        let signature = match &self.key {
            SigningKey::Ed25519(_) => self.key.sign(&sha256(&[&message])),
            SigningKey::Rsa(_) => self.key.sign(&message),
        };
        let encoded = BASE64.encode(&signature);
        let lines: Vec<&str> = (0..encoded.len())
            .step_by(LINE)
            .map(|from| &encoded[from..(from + LINE).min(encoded.len())])
            .collect();
        [own.as_bytes(), lines.join("\r\n ").as_bytes(), b"\r\n", letter].concat()
    }
}

/// The fields of a head, each with its folds and without its last line end.
fn fields(head: &[u8]) -> Vec<&[u8]> {
    let (mut fields, mut start, mut at) = (Vec::new(), 0, 0);
    while at < head.len() {
        let end = head[at..].windows(2).position(|two| two == b"\r\n").map_or(head.len(), |end| at + end);
        at = (end + 2).min(head.len());
        if !matches!(head.get(at), Some(b' ' | b'\t')) {
            fields.push(&head[start..end]);
            start = at;
        }
    }
    fields
}

/// The names for `h=`, and the bytes that they stand for.
fn signed(fields: &[&[u8]]) -> (Vec<&'static str>, Vec<u8>) {
    let (mut names, mut message) = (Vec::new(), Vec::new());
    for name in SIGNED {
        let is_it = |field: &&&[u8]| {
            field
                .split(|c| *c == b':')
                .next()
                .is_some_and(|own| own.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
        };
        // From the last one up, as verifiers count.
        for field in fields.iter().rev().filter(is_it) {
            names.push(name);
            message.extend_from_slice(&relaxed_field(field));
            message.extend_from_slice(b"\r\n");
        }
        names.push(name);
    }
    (names, message)
}

/// RFC 6376 section 3.4.2, without the last line end.
fn relaxed_field(field: &[u8]) -> Vec<u8> {
    let colon = field.iter().position(|c| *c == b':').unwrap_or(field.len());
    let (name, value) = field.split_at(colon);
    let mut out = name.trim_ascii().to_ascii_lowercase();
    out.push(b':');
    let words = value.get(1..).unwrap_or_default().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    for (at, word) in words.enumerate() {
        out.extend_from_slice(if at == 0 { b"" } else { b" " });
        out.extend_from_slice(word);
    }
    out
}

/// RFC 6376 section 3.4.4.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let text = body.strip_suffix(b"\r\n").unwrap_or(body);
    let (mut out, mut empty) = (Vec::with_capacity(body.len()), 0);
    for line in text.split(|c| *c == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let end = line.iter().rposition(|c| !matches!(c, b' ' | b'\t')).map_or(0, |last| last + 1);
        if end == 0 {
            empty += 1;
            continue;
        }
        // Empty lines count only when something follows them.
        out.extend_from_slice(&b"\r\n".repeat(std::mem::take(&mut empty)));
        let mut blank = false;
        for c in &line[..end] {
            match c {
                b' ' | b'\t' if blank => {}
                b' ' | b'\t' => out.push(b' '),
                c => out.push(*c),
            }
            blank = matches!(c, b' ' | b'\t');
        }
        out.extend_from_slice(b"\r\n");
    }
    out
}

/// Words joined, on lines of at most [`LINE`] characters.
fn folded(words: &[&str], joint: char) -> String {
    let (mut out, mut line) = (String::new(), 0);
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            out.push(joint);
            line += 1;
            if line + word.len() > LINE {
                out.push_str("\r\n ");
                line = 0;
            }
        }
        out.push_str(word);
        line += word.len();
    }
    out
}

#[cfg(test)]
mod tests;
