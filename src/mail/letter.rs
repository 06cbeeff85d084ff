//! A letter and its written form: RFC 5322 with a plain and an HTML part, one recipient and a fixed set of header fields.

use crate::domain::bounds::{MAIL_LINE_BYTES, MAIL_SUBJECT_BYTES};
use crate::domain::branding::Logo;
use crate::domain::{email::EmailAddress, ids::MailId, time::Timestamp};
use crate::mail::clean::{lines, one_line};
use crate::mail::dkim::Dkim;
use lettre::message::header::{self, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, MultiPartKind, SinglePart};
use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

/// What the picture of a letter is called in it.
pub(super) const LOGO_NAME: &str = "logo@doorward";

/// Who a letter comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The name shown in front of the address; may be empty.
    pub name: String,
    /// The address; also where the mail server sends what it cannot deliver, unless the letter says another.
    pub address: EmailAddress,
}

/// What a letter says, as the templates compose it.
#[derive(Clone, PartialEq, Eq)]
pub struct Content {
    /// One line.
    pub subject: String,
    /// The whole text without markup.
    pub text: String,
    /// The same as an HTML document without anything to fetch.
    pub html: String,
}

/// One letter to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its name in the outbox, in the mail directory and in its Message-ID: the same at every attempt.
    pub id: MailId,
    /// The organisation.
    pub from: Sender,
    /// The one recipient.
    pub to: EmailAddress,
    /// Where an answer goes, when not to the sender.
    pub reply_to: Option<EmailAddress>,
    /// When the letter was written.
    pub date: Timestamp,
    /// The host of the public URL, for the Message-ID.
    pub domain: String,
    /// What kind of letter it is, in one word; mailbox providers count complaints by it.
    pub topic: &'static str,
    /// Where the mail server sends what it cannot deliver, when not to the sender.
    pub bounces: Option<EmailAddress>,
    /// A page on which the recipient can say that no more mail is wanted.
    pub unwanted: Option<String>,
    /// The organisation's logo, which [`Content::dressed`] has shown in it.
    pub logo: Option<Logo>,
    /// What it says.
    pub content: Content,
}

impl Letter {
    /// The letter as it goes over the wire and into files: ASCII, lines ended by CR LF, the same bytes each time.
    pub fn format(&self) -> Vec<u8> {
        // Header fields are set on the multipart itself: lettre's message builder would read the written `From` back, and a
        // name it cannot read back would make the letter fail.
        let mut letter = MultiPart::builder()
            .header(header::Date::new(UNIX_EPOCH + Duration::from_millis(self.date.millis().unsigned_abs())))
            .header(header::From::from(lettre::message::Mailboxes::from(self.mailbox())))
            .header(header::To::from(lettre::message::Mailboxes::from(Mailbox::new(None, wire_address(&self.to)))))
            .header(header::Subject::from(subject_line(&self.content.subject)))
            .header(header::MessageId::from(self.message_id()))
            .header(header::MIME_VERSION_1_0)
            .kind(MultiPartKind::Alternative)
            .boundary(format!("doorward-{}", self.id))
            // lettre leaves a lone CR in a body, and servers disagree on whether it ends a line.
            .singlepart(SinglePart::plain(lines(&self.content.text)));
        let html = SinglePart::html(lines(&self.content.html));
        letter = match &self.logo {
            None => letter.singlepart(html),
            Some(logo) => letter.multipart(self.with_picture(html, logo)),
        };
        let fields = letter.headers_mut();
        if let Some(address) = &self.reply_to {
            fields.set(header::ReplyTo::from(lettre::message::Mailboxes::from(Mailbox::new(None, wire_address(address)))));
        }
        // RFC 3834 section 5, and what Exchange reads: no out-of-office answer to a letter no person wrote.
        fields.insert_raw(field("Auto-Submitted", "auto-generated"));
        // "All" would suppress reports of what cannot be delivered as well, and those are wanted.
        fields.insert_raw(field("X-Auto-Response-Suppress", "DR, OOF, AutoReply"));
        // One kind of mail, and who sends: names no person and no share.
        fields.insert_raw(field("Feedback-ID", &format!("{}:doorward", self.topic)));
        if let Some(page) = &self.unwanted {
            // RFC 2369. Without RFC 8058: what scanners post to must not end anybody's mail.
            fields.insert_raw(field("List-Unsubscribe", &format!("<{page}>")));
        }
        letter.formatted()
    }

    /// The page together with the picture that it shows, so that no mail program has to fetch anything.
    fn with_picture(&self, html: SinglePart, logo: &Logo) -> MultiPart {
        let picture = SinglePart::builder()
            .header(header::ContentType::parse("image/png").expect("image/png is a media type"))
            .header(header::ContentDisposition::inline())
            .header(header::ContentId::from(format!("<{LOGO_NAME}>")))
            .header(header::ContentTransferEncoding::Base64)
            .body(logo.png.to_vec());
        MultiPart::builder()
            .kind(MultiPartKind::Related)
            .boundary(format!("doorward-page-{}", self.id))
            .singlepart(html)
            .singlepart(picture)
    }

    /// The letter as it leaves: with a signature in front, where there is a key for it.
    pub fn wire(&self, dkim: Option<&Dkim>) -> Vec<u8> {
        let written = self.format();
        match dkim {
            Some(dkim) => dkim.sign(&written, self.date),
            None => written,
        }
    }

    /// The sender in the envelope: where a mail server sends what it cannot deliver.
    pub fn return_to(&self) -> &EmailAddress {
        self.bounces.as_ref().unwrap_or(&self.from.address)
    }

    /// The Message-ID, the same at every attempt, so that a letter delivered twice shows once.
    pub fn message_id(&self) -> String {
        let domain: String = self.domain.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
        format!("<{}@{}>", self.id, if domain.is_empty() { "localhost" } else { &domain })
    }

    fn mailbox(&self) -> Mailbox {
        let name = one_line(&self.from.name, MAIL_LINE_BYTES);
        Mailbox::new(Some(name).filter(|name| !name.is_empty()), wire_address(&self.from.address))
    }
}

/// Logs get the id and nothing else.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A body may hold a link or a code.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content").finish_non_exhaustive()
    }
}

/// The address as lettre takes it. `EmailAddress` is the stricter of the two types, so nothing is left to check.
pub(super) fn wire_address(address: &EmailAddress) -> lettre::Address {
    let (local, domain) = address.expose().split_once('@').expect("an EmailAddress has one @ by its parser");
    lettre::Address::new_dangerous(local, domain)
}

/// A subject that is one line, and that no reader decodes into another one: `=?` would begin an encoded word.
fn subject_line(subject: &str) -> String {
    one_line(subject, MAIL_SUBJECT_BYTES).replace("=?", "= ?")
}

fn field(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(in crate::mail) fn letter() -> Letter {
        let address = |text| EmailAddress::parse(text).expect("a good address");
        Letter {
            id: MailId::from_bytes([0x5c; 16]),
            from: Sender { name: "Records Office".to_owned(), address: address("records@example.org") },
            to: address("guest@example.net"),
            reply_to: Some(address("owner@example.org")),
            date: Timestamp::from_millis(1_800_000_000_000),
            domain: "share.example.org".to_owned(),
            topic: "invitation",
            bounces: None,
            unwanted: None,
            logo: None,
            content: Content {
                subject: "Your files".to_owned(),
                text: "Hello,\nthis is for you.\n".to_owned(),
                html: "<p>Hello, this is for you.</p>".to_owned(),
            },
        }
    }

    /// The header fields in order, unfolded, and the rest.
    fn fields(wire: &str) -> (Vec<(String, String)>, &str) {
        let (head, body) = wire.split_once("\r\n\r\n").expect("an empty line after the head");
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in head.split("\r\n") {
            if line.starts_with([' ', '\t']) {
                fields.last_mut().expect("a first field").1.push_str(line);
            } else {
                let (name, value) = line.split_once(": ").expect("a header field");
                fields.push((name.to_owned(), value.to_owned()));
            }
        }
        (fields, body)
    }

    const FIELDS: [&str; 11] = [
        "Date",
        "From",
        "To",
        "Subject",
        "Message-ID",
        "MIME-Version",
        "Content-Type",
        "Reply-To",
        "Auto-Submitted",
        "X-Auto-Response-Suppress",
        "Feedback-ID",
    ];

    #[test]
    fn a_letter_is_written_with_its_fields_and_both_parts() {
        let wire = String::from_utf8(letter().format()).expect("ASCII");
        let (fields, body) = fields(&wire);
        let value = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        assert_eq!(fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), FIELDS);
        assert_eq!(value("Date"), Some("Fri, 15 Jan 2027 08:00:00 +0000"));
        assert_eq!(value("From"), Some("\"Records Office\" <records@example.org>"));
        assert_eq!(value("To"), Some("guest@example.net"));
        assert_eq!(value("Reply-To"), Some("owner@example.org"));
        assert_eq!(value("Message-ID"), Some("<5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c@share.example.org>"));
        assert_eq!(value("Auto-Submitted"), Some("auto-generated"));
        assert_eq!(value("X-Auto-Response-Suppress"), Some("DR, OOF, AutoReply"));
        assert_eq!(value("Feedback-ID"), Some("invitation:doorward"));
        assert_eq!(value("Content-Type"), Some("multipart/alternative; boundary=\"doorward-5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c\""));
        assert!(body.contains("Content-Type: text/plain; charset=utf-8"));
        assert!(body.contains("Content-Type: text/html; charset=utf-8"));
    }

    #[test]
    fn the_same_letter_is_the_same_bytes_at_every_attempt() {
        assert_eq!(letter().format(), letter().format());
    }

    #[test]
    fn a_subject_cannot_hide_another_one_in_an_encoded_word() {
        let mut letter = letter();
        letter.content.subject = "=?utf-8?q?Another?=".to_owned();
        let wire = String::from_utf8(letter.format()).expect("ASCII");
        assert!(wire.contains("Subject: = ?utf-8?q?Another?=\r\n"), "{wire}");
    }

    #[test]
    fn no_lone_carriage_return_or_line_feed_leaves_the_house() {
        let mut letter = letter();
        letter.content.text = "a\r.\r\r\n.\n\rMAIL FROM:<x@example.org>\r".to_owned();
        letter.content.html = letter.content.text.clone();
        let wire = String::from_utf8(letter.format()).expect("ASCII");
        assert!(wire.split("\r\n").all(|line| !line.contains(['\r', '\n'])));
    }

    #[test]
    fn neither_content_nor_address_is_printed_for_debugging() {
        assert_eq!(format!("{:?}", letter()), "Letter { id: MailId(5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c), .. }");
        assert_eq!(format!("{:?}", letter().content), "Content { .. }");
    }

    fn nasty() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            Just("\r\nBcc: thief@example.com\r\n"),
            Just("\nTo: thief@example.com"),
            Just("\r\n\r\n<p>"),
            Just("\r"),
            Just("\0"),
            Just("=?utf-8?b?DQpCY2M6IHg=?="),
            Just(", thief@example.com, "),
            Just("<thief@example.com>"),
            Just("\"\\ \" "),
            Just("Jürgen 🗝 "),
            Just("\u{2028}Cc: x"),
            Just("long words in a row "),
            Just("--doorward-5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c--"),
        ];
        let known = proptest::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat());
        prop_oneof![known, any::<String>()]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn whatever_is_written_into_subject_and_names_the_fields_and_the_one_recipient_stay(
            subject in nasty(), name in nasty(), domain in nasty(), text in nasty(),
        ) {
            let mut letter = letter();
            letter.content.subject = subject;
            letter.content.html.clone_from(&text);
            letter.content.text = text;
            letter.from.name = name;
            letter.domain = domain;
            let wire = String::from_utf8(letter.format()).expect("ASCII");
            prop_assert!(wire.is_ascii());
            let (fields, body) = fields(&wire);
            let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
            prop_assert_eq!(names, FIELDS);
            prop_assert_eq!(&fields[2].1, "guest@example.net");
            prop_assert!(fields[1].1 == "records@example.org" || fields[1].1.ends_with(" <records@example.org>"), "{}", fields[1].1);
            prop_assert!(fields.iter().all(|(_, value)| value.chars().all(|c| !c.is_control() || c == '\t')));
            prop_assert!(wire.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
            prop_assert!(body.contains("Content-Type: text/html; charset=utf-8\r\n"));
        }
    }
}
