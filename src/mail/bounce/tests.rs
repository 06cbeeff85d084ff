//! Reports as Postfix and Exchange write them, and what strangers might.

use super::*;
use proptest::prelude::*;

fn address() -> EmailAddress {
    EmailAddress::parse("bounces@example.org").expect("a good address")
}

/// A report as Postfix writes it.
fn report(to: &str, action: &str, diagnostic: &str) -> String {
    let lines = [
        "Return-Path: <>",
        &format!("Delivered-To: {to}"),
        "From: MAILER-DAEMON@mx.example.org (Mail Delivery System)",
        "Subject: Undelivered Mail Returned to Sender",
        &format!("To: {to}"),
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        "Content-Type: multipart/report; report-type=delivery-status;",
        "\tboundary=\"A1.1790856000/mx.example.org\"",
        "",
        "This is a MIME-encapsulated message.",
        "",
        "--A1.1790856000/mx.example.org",
        "Content-Description: Notification",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "I'm sorry to have to inform you that your message could not be delivered.",
        "",
        "--A1.1790856000/mx.example.org",
        "Content-Description: Delivery report",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.example.org",
        "Arrival-Date: Thu,  1 Oct 2026 12:00:00 +0000 (UTC)",
        "",
        "Final-Recipient: rfc822; guest@example.net",
        &format!("Action: {action}"),
        "Status: 5.1.1",
        "Remote-MTA: dns; mail.example.net",
        &format!("Diagnostic-Code: {diagnostic}"),
        "",
        "--A1.1790856000/mx.example.org",
        "Content-Type: message/rfc822",
        "",
        "Subject: Your files",
        "",
        "Action: failed",
        "--A1.1790856000/mx.example.org--",
        "",
    ];
    lines.join("\n")
}

#[test]
fn a_report_tells_which_mail_failed_and_why_without_addresses_and_links() {
    let told = |text: &str| {
        let report = Report::read(text.as_bytes(), &address())?;
        Some((report.tag.clone(), report.failed, report.told(EmailAddress::parse("guest@example.net").ok().as_ref())))
    };
    let good = report(
        "bounces+abc234@example.org",
        "failed",
        "smtp; 550 5.1.1\n    <guest@example.net>: User unknown, see https://evil.example/x htt\u{200b}ps:/\u{200b}/evil.example",
    );
    let expected = Some(("abc234".to_owned(), true, "it came back: 550 5.1.1 <…>: User unknown, see … …".to_owned()));
    assert_eq!(told(&good), expected);
    assert_eq!(told(&good.replace('\n', "\r\n")), expected, "either line end");
    let upper = report("<BOUNCES+ABC234@EXAMPLE.ORG>", "Failed (gone)", "x-unix; no such user");
    assert_eq!(told(&upper), Some(("ABC234".to_owned(), true, "it came back: 5.1.1 no such user".to_owned())));
    let late = report("bounces+abc@example.org", "delayed", "smtp; 451 4.7.1 greylisted");
    assert_eq!(told(&late).map(|(_, failed, _)| failed), Some(false), "late is not lost, whatever the mail inside says");
}

#[test]
fn what_is_no_report_to_this_address_is_none() {
    let good = report("bounces+abc@example.org", "failed", "smtp; 550 no");
    assert!(Report::read(good.as_bytes(), &address()).is_some());
    for (from, to) in [
        ("multipart/report", "multipart/mixed"),
        ("report-type=delivery-status", "report-type=disposition-notification"),
        ("bounces+abc@", "bounces@"),
        ("bounces+abc@", "others+abc@"),
        ("bounces+abc@example.org", "bounces+abc@example.net"),
        ("bounces+abc@", "bounces+abc@abc@"),
        ("message/delivery-status", "text/plain"),
        ("boundary=\"A1", "boundary=\"B1"),
    ] {
        assert_eq!(Report::read(good.replace(from, to).as_bytes(), &address()), None, "{from} -> {to}");
    }
    assert_eq!(Report::read(b"", &address()), None);
}

#[test]
fn a_mail_of_endless_boundaries_and_nested_mails_is_read_at_once() {
    let nested =
        format!("{}{}", report("bounces+abc@example.org", "failed", "smtp; 550 no"), "Content-Type: message/rfc822\n\n".repeat(9_000));
    assert!(Report::read(nested.as_bytes(), &address()).is_some());
    let parts = report("bounces+abc@example.org", "failed", "x")
        .replace("--A1.1790856000/mx.example.org\n", &"--A1.1790856000/mx.example.org\n".repeat(9_000));
    assert_eq!(Report::read(parts.as_bytes(), &address()), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_change_of_a_report_upsets_its_reader(at in 0..1_400_usize, length in 0..40_usize, by in proptest::collection::vec(any::<u8>(), 0..40)) {
        let mut mail = report("bounces+abc@example.org", "failed", "smtp; 550 5.1.1 no").into_bytes();
        let at = at.min(mail.len());
        let end = (at + length).min(mail.len());
        mail.splice(at..end, by);
        if let Some(report) = Report::read(&mail, &address()) {
            let told = report.told(None);
            prop_assert!(told.len() <= 300 && !told.contains(['\r', '\n', '@']) && !told.contains("://"), "{}", told);
        }
    }
}
