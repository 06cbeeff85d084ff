//! Canonicalisation as the RFC shows it, and signatures as an independent verifier (dkimpy) reads them.

use super::*;
use crate::domain::branding::Logo;
use crate::mail::letter::Letter;
use crate::mail::letter::tests::letter;
use std::io::Write;
use std::process::{Command, Stdio};

type Fallible = Result<(), Box<dyn std::error::Error>>;

fn keys() -> Result<[(&'static str, String); 2], Box<dyn std::error::Error>> {
    let made = |kind: &[&str]| -> Result<String, Box<dyn std::error::Error>> {
        let out = Command::new("openssl").arg("genpkey").args(kind).stderr(Stdio::null()).output()?;
        Ok(String::from_utf8(out.stdout)?)
    };
    Ok([("rsa", made(&["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"])?), ("ed25519", made(&["-algorithm", "ED25519"])?)])
}

/// What dkimpy says of letters, given one record of DNS: of each whether it is good.
fn verdicts(letters: &[Vec<u8>], record: &(String, String)) -> Result<Vec<bool>, Box<dyn std::error::Error>> {
    let mut python = Command::new("python3")
        .args(["tests/helpers/dkim_verify.py", &record.0, &record.1])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    python.stdin.take().ok_or("no standard input")?.write_all(&letters.join(&0))?;
    let told = String::from_utf8(python.wait_with_output()?.stdout)?;
    let verdicts: Vec<bool> = told.lines().map(|line| line == "good").collect();
    if verdicts.len() == letters.len() { Ok(verdicts) } else { Err(format!("of {} letters: {told}", letters.len()).into()) }
}

#[test]
fn head_and_body_are_made_canonical_as_the_rfc_shows_it() {
    assert_eq!(relaxed_field(b"A: X"), b"a:X");
    assert_eq!(relaxed_field(b"B : Y\t\r\n\tZ  "), b"b:Y Z");
    assert_eq!(relaxed_body(b" C \r\nD \t E\r\n\r\n\r\n"), b" C\r\nD E\r\n");
    assert_eq!(relaxed_body(b"no end"), b"no end\r\n");
    assert_eq!(relaxed_body(b"a\r\n\r\nb\r\n"), b"a\r\n\r\nb\r\n");
    for nothing in [&b""[..], b"\r\n", b" \r\n\t\r\n"] {
        assert_eq!(relaxed_body(nothing), b"");
    }
}

#[test]
fn a_body_has_the_digest_that_the_rfc_gives_it() {
    let body = b"Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
    // RFC 8463 section A.3.
    assert_eq!(BASE64.encode(&sha256(&[&relaxed_body(body)])), "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
}

/// Letters of all shapes. Verifiers refuse what was signed in their future.
fn letters() -> [Letter; 3] {
    let plain = Letter { date: Timestamp::from_millis(1_700_000_000_000), ..letter() };
    let mut odd = plain.clone();
    odd.content.subject = format!("Jürgen  shares   {}", "long words in a row ".repeat(12));
    odd.content.text = "a\t b  \n\n.\n  end \n\n\n".to_owned();
    let unwanted = Some("https://share.example.org/s/abc".to_owned());
    let dressed = Letter { unwanted, logo: Some(Logo { png: vec![7; 3000].into(), width: 10, height: 10 }), ..plain.clone() };
    [plain, odd, dressed]
}

/// What somebody could change on the way, and no reader would take for the same letter.
const CHANGES: [(&str, &str); 13] = [
    ("From: ", "From: Somebody Else <else@example.org>\r\nFrom: "),
    ("From: ", "Sender: else@example.org\r\nFrom: "),
    ("\r\nTo: ", "\r\nX: y\r\nTo: x"),
    ("\r\nSubject: ", "\r\nSubject: Another\r\nSubject: "),
    ("Message-ID: <5", "Message-ID: <6"),
    ("Reply-To: owner@", "Reply-To: 0wner@"),
    ("Feedback-ID: ", "Cc: another@example.net\r\nFeedback-ID: "),
    ("Feedback-ID: ", "Content-Transfer-Encoding: base64\r\nFeedback-ID: "),
    ("Feedback-ID: ", "List-Unsubscribe: <https://else.example.org/>\r\nFeedback-ID: "),
    ("Feedback-ID: ", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nFeedback-ID: "),
    ("multipart/alternative", "multipart/mixed"),
    ("\r\n\r\n--", "\r\n\r\nHello\r\n--"),
    ("text/plain", "text/html"),
];

#[test]
fn an_independent_verifier_finds_signatures_good_and_every_change_bad() -> Fallible {
    for (algorithm, pem) in keys()? {
        let dkim = Dkim::new("example.org", "door2026", pem.as_bytes())?;
        let record = dkim.record();
        assert_eq!(record.0, "door2026._domainkey.example.org");
        assert!(record.1.starts_with(&format!("v=DKIM1; k={algorithm}; p=")), "{}", record.1);
        for letter in letters() {
            let signed = dkim.sign(&letter.format(), letter.date);
            assert!(signed.is_ascii() && signed.split(|c| *c == b'\n').all(|line| line.len() <= 998));
            let text = String::from_utf8(signed)?;
            let blanks = text.replacen("Date: ", "DATE:  ", 1).replacen("\r\nSubject: ", "\r\nSubject:    ", 1);
            let mut all = vec![text.clone(), blanks];
            for (from, to) in CHANGES {
                let changed = text.replacen(from, to, 1);
                assert_ne!(changed, text, "{from}");
                all.push(changed);
            }
            all.push(format!("{text}\r\nand one line more\r\n"));
            let wire: Vec<Vec<u8>> = all.iter().cloned().map(String::into_bytes).collect();
            for (nth, (letter, good)) in all.iter().zip(verdicts(&wire, &record)?).enumerate() {
                // As it is, and after what relays do to blanks.
                assert_eq!(good, nth < 2, "{algorithm}: {letter}");
            }
        }
    }
    Ok(())
}

#[test]
fn a_key_that_cannot_sign_is_refused_with_the_reason() -> Fallible {
    let weak = Command::new("openssl")
        .args(["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"])
        .stderr(Stdio::null())
        .output()?;
    let other = Command::new("openssl")
        .args(["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"])
        .stderr(Stdio::null())
        .output()?;
    for (pem, why) in
        [(&weak.stdout[..], "2048 bits"), (&other.stdout, "neither"), (b"", "no private key in PEM"), (b"door", "no private key")]
    {
        let refused = Dkim::new("example.org", "door", pem).err().unwrap_or_default();
        assert!(refused.contains(why), "{refused}");
    }
    assert!(Dkim::new("example.org", "a b", b"").is_err_and(|why| why.contains("no name in DNS")));
    Ok(())
}
