//! Mails as they travel.

use super::lines;
use crate::preview::job::{Kind, Note, Part};
use crate::preview::limits::{PART_NAME_BYTES, PARTS};
use crate::preview::source::{letter, mail};

const MIXED: &str = "From: =?utf-8?q?J=C3=B6rg?= <joerg@example.org>\r\nTo: a@example.org, B <b@example.org>\r\nCc: c@example.org\r\n\
Date: Tue, 3 Mar 2026 14:05:00 +0100\r\nSubject: Figures\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n\
--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGood day,\r\nhere they are.\r\n\r\nJoerg\r\n\
--a\r\nContent-Type: text/html\r\n\r\n<p>HTML</p>\r\n--a--\r\n\
--m\r\nContent-Type: text/csv; name=\"figures.csv\"\r\nContent-Disposition: attachment; filename=\"figures.csv\"\r\nContent-Transfer-Encoding: base64\r\n\r\nYSxiCjEsMgo=\r\n\
--m\r\nContent-Type: message/rfc822\r\n\r\nSubject: Inner\r\nFrom: d@example.org\r\n\r\nThe inner one.\r\n--m--\r\n";

#[test]
fn a_mail_shows_its_head_its_text_and_what_is_attached() {
    let ((blocks, notes), attached) = mail::blocks(MIXED.as_bytes()).unwrap();
    let expected = [
        "table *From*|Jörg <joerg@example.org> / *To*|a@example.org, B <b@example.org> / *Copy*|c@example.org / \
         *Date*|2026-03-03 14:05 +01:00 / *Subject*|Figures",
        "rule",
        "Good day,\nhere they are.",
        "Joerg",
        "rule",
        "*Attachments*",
        "table Name|Size / figures.csv|8 bytes / Inner.eml|54 bytes",
    ];
    assert_eq!(lines(&blocks), expected);
    assert!(notes.is_empty());
    assert_eq!(attached.parts[0], Part { name: "figures.csv".to_owned(), size: 8 });
}

#[test]
fn what_is_attached_can_be_taken_out_and_a_mail_inside_is_a_mail_again() {
    let mut source = mail::open("a.eml", MIXED.as_bytes().to_vec()).unwrap();
    assert_eq!((source.opened().kind, source.opened().parts.len()), (Kind::Mail, 2));
    assert_eq!(source.part(0), Some(("figures.csv".to_owned(), b"a,b\n1,2\n".to_vec())));
    let (name, inner) = source.part(1).unwrap();
    let inner = mail::open(&name, inner).unwrap();
    assert_eq!((name.as_str(), inner.opened().kind), ("Inner.eml", Kind::Mail));
    assert_eq!(source.part(2), None);
    assert!(source.draw(0, 20).is_ok() && source.words(0).is_ok());
}

fn html(body: &str) -> (Vec<String>, Vec<Note>) {
    let bytes = format!("From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}");
    let ((blocks, notes), _) = mail::blocks(bytes.as_bytes()).unwrap();
    (lines(&blocks)[2..].to_vec(), notes)
}

#[test]
fn a_mail_of_html_alone_becomes_text_and_fetches_nothing() {
    let (text, notes) = html(
        "<style>p{color:red}</style><script>alert(1)</script><p>Good <b>day</b>,<br>again</p><table><tr><td>left</td><td>right</td></tr></table>",
    );
    assert_eq!(text, ["Good *day*,\nagain", "left", "right"]);
    assert!(notes.is_empty());
    for remote in [
        "<img src=\"https://example.org/a.png\">",
        "<td background = '//example.org/b'>",
        "<div style=\"background:url(http://example.org)\">",
    ] {
        assert_eq!(html(&format!("<p>text</p>{remote}")).1, [Note::NothingFetched], "{remote}");
    }
    assert!(html("<p>text <a href=\"https://example.org/\">link</a><img src=\"cid:a@b\"></p>").1.is_empty());
}

#[test]
fn html_of_any_depth_is_read_without_end_of_the_stack() {
    for piece in ["<div>", "<b>", "<svg><source>", "<table><tr><td>", "<blockquote>", "<ul><li>"] {
        let (text, _) = html(&(piece.repeat(100_000) + "the end"));
        assert!(text.iter().any(|line| line.contains("the end")), "{piece}: {} lines", text.len());
    }
}

#[test]
fn a_mail_without_text_says_so() {
    assert_eq!(html("").0, ["_This mail has no text._"]);
}

#[test]
fn names_are_cut_and_hold_nothing_that_misleads() {
    for (name, cleaned) in [
        ("a.pdf", "a.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Temp\\b.doc", "b.doc"),
        ("evil\u{202e}fdp.exe", "evilfdp.exe"),
        ("a\r\nb\u{0}.txt", "ab.txt"),
        ("...", ""),
    ] {
        assert_eq!(letter::cleaned(name), cleaned, "{name:?}");
    }
    let long = letter::cleaned(&("é".repeat(400) + ".pdf"));
    assert!(long.len() <= PART_NAME_BYTES && long.ends_with(".pdf"), "{} bytes", long.len());
}

#[test]
fn only_so_many_attachments_are_listed() {
    let part = "--m\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment\r\n\r\nx\r\n";
    let mail = format!(
        "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n{}--m--\r\n",
        part.repeat(PARTS + 5)
    );
    let ((_, notes), attached) = mail::blocks(mail.as_bytes()).unwrap();
    assert_eq!(attached.parts.len(), PARTS);
    assert_eq!(attached.parts[0].name, "Attachment 1");
    assert!(notes.contains(&Note::Shortened));
}

#[test]
fn a_mail_cut_anywhere_is_still_read_or_refused() {
    for end in 0..MIXED.len() {
        if let Some(cut) = MIXED.as_bytes().get(..end)
            && let Ok(((blocks, _), attached)) = mail::blocks(cut)
        {
            assert!(!blocks.is_empty() && attached.parts.len() == attached.bytes.len());
        }
    }
}
