//! What the letters say and what they never hold.

use super::*;
use crate::domain::bounds::NOTICE_LINES;
use crate::domain::email::EmailAddress;
use crate::domain::ids::ShareId;
use crate::domain::policy::Delivery;
use crate::domain::receipt::{Action, Outcome};
use crate::mail::Content;
use crate::words::Words;

const LINK: &str = "https://share.example.org/s/AQJ3-link_of_one_recipient";
const SHARE: ShareId = ShareId::from_bytes([7; 16]);

fn words() -> Words {
    Words::english().expect("a whole catalogue")
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("a good address")
}

fn invitation<'a>(owner: &'a EmailAddress, recipient: &'a EmailAddress) -> Invitation<'a> {
    Invitation {
        organisation: "Example Records",
        owner_name: "Ann Lee",
        owner_address: owner,
        contact: "records@example.org",
        recipient,
        subject: "Case 7",
        message: "Please read **both**.\n<b>Thanks</b>",
        link: LINK,
        expires: "31 December 2027, 18:00",
        what: What::Documents(2),
        delivery: Delivery::Download,
        code_comes_along: false,
    }
}

const CODE: Code<'static> =
    Code { organisation: "Example Records", digits: "012345", minutes: Some(10), expires: "14:10", contact: "the front desk, +49 30 1234" };

/// Every letter there is, with user text that tries to be markup.
fn all(nasty: &str) -> Vec<Content> {
    let (words, owner, guest) = (words(), address("ann@example.org"), address("guest@example.net"));
    let base =
        Invitation { organisation: nasty, owner_name: nasty, contact: nasty, message: nasty, subject: nasty, ..invitation(&owner, &guest) };
    let line = NoticeLine {
        time: "14:00",
        recipient: &guest,
        document: nasty,
        action: Action::Download,
        outcome: Outcome::Complete,
        broken: None,
    };
    let code = Code { organisation: nasty, contact: nasty, ..CODE };
    let ended = |why| AccessEnded { organisation: nasty, owner_name: nasty, owner_address: &owner, contact: nasty, subject: nasty, why };
    let share =
        |why| ShareEnded { organisation: nasty, owner_name: nasty, subject: nasty, share: SHARE, why, when: "14:00", recipients: 3 };
    let failed = |cause| DeliveryFailed {
        organisation: nasty,
        owner_name: nasty,
        recipient: &guest,
        subject: nasty,
        share: SHARE,
        cause,
        answer: nasty,
    };
    let mut letters = vec![
        base.compose(&words),
        Invitation { subject: "", message: "", what: What::Folders, delivery: Delivery::Watermarked, code_comes_along: true, ..base }
            .compose(&words),
        code.compose(&words),
        Code { minutes: None, ..code }.compose(&words),
        Notice { organisation: nasty, staff_name: nasty, share_subject: nasty, share: SHARE, lines: &[line], more: 4 }.compose(&words),
        Trial { organisation: nasty }.compose(&words),
        DocumentsChanged { organisation: nasty, owner_name: nasty, subject: nasty, share: SHARE, documents: &[nasty.to_owned()] }
            .compose(&words),
    ];
    letters.extend(sayings().map(|saying| said(&guest, nasty, saying).compose(&words)));
    letters.extend(copies(&owner, nasty, &words));
    for why in [Ended::Expired, Ended::Stopped] {
        letters.extend([ended(why).compose(&words), share(why).compose(&words)]);
    }
    for cause in [Cause::Full, Cause::GaveUp, Cause::NoMailbox, Cause::Other, Cause::Policy] {
        letters.push(failed(cause).compose(&words));
    }
    letters
}

fn sayings() -> impl Iterator<Item = Saying<'static>> {
    let time = |over, proven| Saying::MoreTime { expires: "14:00", day: "2026-12-31", until: "31 December 2026", over, proven };
    let unwanted = [false, true].map(|ended| Saying::Unwanted { ended });
    [Saying::Declined, time(false, true), time(true, false)].into_iter().chain(unwanted)
}

fn said<'a>(recipient: &'a EmailAddress, text: &'a str, saying: Saying<'a>) -> RecipientSaid<'a> {
    RecipientSaid { organisation: text, owner_name: text, recipient, subject: text, share: SHARE, saying }
}

/// What recipients are sent of their own.
fn copies(owner: &EmailAddress, nasty: &str, words: &Words) -> [Content; 3] {
    let (organisation, owner_name, contact, subject) = (nasty, nasty, nasty, nasty);
    let time = MoreTimeGiven { organisation, owner_name, owner_address: owner, contact, subject, expires: "14:00", link: LINK };
    let paragraphs = [nasty.to_owned()];
    let agreed = AgreedText {
        organisation,
        owner_name,
        owner_address: owner,
        contact,
        subject,
        when: "14:00",
        title: nasty,
        paragraphs: &paragraphs,
        version: nasty,
        digest: "ab",
    };
    let lines = [Action::Archive, Action::Download, Action::Preview, Action::Upload, Action::Watermarked].map(|action| VisitLine {
        time: "14:00",
        document: nasty,
        action,
    });
    let visit = VisitCopy { organisation, owner_name, owner_address: owner, contact: "", subject, lines: &lines, more: 2 };
    [time.compose(words), agreed.compose(words), visit.compose(words)]
}

#[test]
fn what_a_recipient_said_is_told_with_the_one_command_that_answers_it() {
    let (words, guest) = (words(), address("guest@example.net"));
    let letters: Vec<_> = sayings().map(|saying| said(&guest, "Case 7", saying).compose(&words)).collect();
    let [declined, ends, ended, unwanted, gave_up] = &letters[..] else { panic!("five letters") };
    let command = format!("- doorward share update {SHARE} --expires 2026-12-31\n");
    assert!(declined.text.contains("does not agree") && !declined.text.contains("doorward share"));
    assert!(ends.text.contains(&command) && ends.text.contains("It ends on 14:00") && ends.text.contains("after the code"));
    assert!(ended.text.contains(&command) && ended.text.contains("It ended on 14:00") && ended.text.contains("anybody can open"));
    assert!(unwanted.text.contains(&format!("- doorward share revoke {SHARE} --to guest@example.net\n")), "{}", unwanted.text);
    assert!(gave_up.text.contains("has ended their own access") && !gave_up.text.contains("doorward share"));
}

#[test]
fn the_invitation_says_who_shares_what_and_how_to_get_in() {
    let (owner, guest) = (address("ann@example.org"), address("guest@example.net"));
    let letter = invitation(&owner, &guest).compose(&words());
    assert_eq!(letter.subject, "Case 7");
    for part in [
        "Ann Lee of Example Records shares 2 documents with you.",
        "Please read both.\n<b>Thanks</b>\n",
        "We send it to this mailbox.",
        "until 31 December 2027, 18:00",
        "The link works only together with the mailbox guest@example.net.",
        "Ask Ann Lee (ann@example.org) or records@example.org.",
        "You did not expect this mail?",
    ] {
        assert!(letter.text.contains(part), "{part}: {}", letter.text);
    }
    assert!(letter.text.lines().any(|line| line == LINK), "the link stands alone on its line");
    assert_eq!(letter.html.matches(&format!("<a href=\"{LINK}\" rel=\"noreferrer\">{LINK}</a>")).count(), 1);
    assert!(letter.html.contains("Please read <strong>both</strong>.<br>\n&lt;b&gt;Thanks&lt;/b&gt;"));
    assert!(!letter.text.contains("cannot download"));
}

#[test]
fn the_invitation_fits_what_is_shared_and_how_the_code_comes() {
    let (owner, guest) = (address("ann@example.org"), address("guest@example.net"));
    let base =
        Invitation { subject: " ", message: "", what: What::Documents(1), delivery: Delivery::Preview, ..invitation(&owner, &guest) };
    let letter = base.compose(&words());
    assert_eq!(letter.subject, "Ann Lee of Example Records shares documents with you");
    assert!(letter.text.contains("shares a document with you.") && letter.text.contains("You cannot download them."));
    assert!(!letter.text.contains("writes:"));
    let letter = Invitation { what: What::Folders, code_comes_along: true, ..base }.compose(&words());
    assert!(letter.text.contains("shares a folder of documents with you.") && letter.text.contains("you get a second mail with a code"));
}

#[test]
fn the_code_stands_alone_and_no_link_is_near_it() {
    for code in [CODE, Code { minutes: None, ..CODE }] {
        let letter = code.compose(&words());
        assert!(!letter.subject.contains("012345"), "the subject shows on locked screens");
        assert!(letter.text.lines().any(|line| line == "012345"));
        assert!(letter.html.contains(">012345</p>"));
        for text in [&letter.text, &letter.html] {
            for link in ["http:", "https:", "www.", "href", "<a", "mailto:", "Case 7"] {
                assert!(!text.contains(link), "{link} in {text}");
            }
        }
        assert!(letter.text.contains("tell the code to nobody") && letter.text.contains("the front desk, +49 30 1234"));
    }
    assert!(CODE.compose(&words()).text.contains("valid for 10 minutes, until 14:10"));
    assert!(
        Code { minutes: None, ..CODE }
            .compose(&words())
            .text
            .contains("valid until 14:10, and you can use it once")
    );
}

#[test]
fn a_notice_joins_several_receipts_and_counts_the_rest() {
    let guest = address("guest@example.net");
    let line = NoticeLine {
        time: "12 March, 14:02",
        recipient: &guest,
        document: "plan.pdf",
        action: Action::Download,
        outcome: Outcome::Part,
        broken: None,
    };
    let notice = Notice {
        organisation: "Example",
        staff_name: "Ann",
        share_subject: "Case 7",
        share: SHARE,
        lines: std::slice::from_ref(&line),
        more: 0,
    };
    let one = notice.compose(&words());
    assert_eq!(one.subject, "One new receipt: Case 7");
    assert!(
        one.text
            .contains("- 12 March, 14:02: guest@example.net downloaded “plan.pdf” (a part of it was sent)\n"),
        "{}",
        one.text
    );
    assert!(one.text.contains(&SHARE.to_string()) && !one.text.contains("not listed"));
    let broken = NoticeLine { action: Action::Archive, document: "case", broken: Some("case/a \u{202e}b.txt"), ..line.clone() };
    let told = Notice { lines: std::slice::from_ref(&broken), ..notice.clone() }.compose(&words());
    let said = "took everything as one ZIP of “case” (a part of it was sent; it ended early at “case/a b.txt”, which could not be given)";
    assert!(told.text.contains(said), "{}", told.text);
    let whole = NoticeLine { outcome: Outcome::Complete, ..broken };
    assert!(Notice { lines: &[whole], ..notice.clone() }.compose(&words()).text.contains("(all of it was sent)"));
    let many = vec![line.clone(); NOTICE_LINES + 2];
    let many = Notice { lines: &many, more: 3, share_subject: "", ..notice }.compose(&words());
    assert_eq!(many.subject, format!("{} new receipts: no subject", NOTICE_LINES + 5));
    assert_eq!(many.text.matches("plan.pdf").count(), NOTICE_LINES);
    assert!(many.text.contains("5 more receipts are not listed here."));
}

#[test]
fn the_end_of_access_is_told_with_its_reason() {
    let owner = address("ann@example.org");
    let ended = AccessEnded {
        organisation: "Example",
        owner_name: "Ann",
        owner_address: &owner,
        contact: "desk",
        subject: "Case 7",
        why: Ended::Stopped,
    };
    assert!(ended.compose(&words()).text.contains("Ann of Example has stopped sharing “Case 7” with you."));
    let ended = AccessEnded { why: Ended::Expired, ..ended };
    assert!(ended.compose(&words()).text.contains("has come to its end, as planned."));
    let share = ShareEnded {
        organisation: "Example",
        owner_name: "Ann",
        subject: "Case 7",
        share: SHARE,
        why: Ended::Expired,
        when: "noon",
        recipients: 1,
    };
    assert!(share.compose(&words()).text.contains("One person had a link."));
}

#[test]
fn a_failed_delivery_is_told_in_plain_words() {
    for (reason, cause) in [
        ("the mail server did not take the recipient: 550 5.1.1 <…>: User unknown", Cause::NoMailbox),
        ("the mail server did not take the recipient: 552 5.2.2 Over quota", Cause::Full),
        ("the mail server did not take the letter: 554 5.7.1 spam", Cause::Policy),
        ("the mail server did not take the recipient: 550 no", Cause::Other),
        ("the mail server did not take the recipient: 451 4.7.1 later", Cause::GaveUp),
        ("no connection to the mail server: no answer within 30s", Cause::GaveUp),
    ] {
        assert_eq!(Cause::of(reason), cause, "{reason}");
    }
    let guest = address("guest@example.net");
    let failed = DeliveryFailed {
        organisation: "Example",
        owner_name: "Ann",
        recipient: &guest,
        subject: "Case 7",
        share: SHARE,
        cause: Cause::NoMailbox,
        answer: "550 5.1.1",
    };
    let letter = failed.compose(&words());
    assert_eq!(letter.subject, "Not delivered to guest@example.net: Case 7");
    assert!(letter.text.contains("no mailbox with this address") && letter.text.contains("In detail: 550 5.1.1"));
    assert!(letter.text.contains("give this person the link another way"));
}

#[test]
fn words_of_people_cannot_become_markup_lines_or_things_to_fetch() {
    let nasty = "<img src=https://x.example/p>\"'&\r\n\r\nhttps://x.example {$owner}";
    for letter in all(nasty) {
        assert!(!letter.subject.contains(['\r', '\n']));
        for never in ["<img", "<script", "src=\"", "url(", "<link", "@import", "<iframe", "<form"] {
            assert!(!letter.html.contains(never), "{never}: {}", letter.html);
        }
        assert!(!letter.text.contains('\r') && !letter.text.contains("\n\n\n"), "{:?}", letter.text);
        assert!(letter.html.starts_with("<!doctype html>\n<html lang=\"en\">") && letter.html.ends_with("</html>\n"), "{}", letter.html);
    }
}

#[test]
fn every_word_is_there_and_none_of_them_shouts() {
    for letter in all("Name") {
        for text in [&letter.subject, &letter.text] {
            assert!(!text.contains("mail-") && !text.contains('!') && !text.contains('{'), "{text}");
        }
    }
}
