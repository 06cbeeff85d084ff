//! Canonicalisation as the RFC shows it, and signatures as an independent verifier (dkimpy) reads them.

use super::*;
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

/// What dkimpy says of a letter, given one record of DNS: `good` or `bad`.
fn verdict(letter: &[u8], record: &(String, String)) -> Result<String, Box<dyn std::error::Error>> {
    let mut python = Command::new("python3")
        .args(["tests/helpers/dkim_verify.py", &record.0, &record.1])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    python.stdin.take().ok_or("no standard input")?.write_all(letter)?;
    Ok(String::from_utf8(python.wait_with_output()?.stdout)?.trim().to_owned())
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
fn an_independent_verifier_finds_signatures_good_and_every_change_bad() -> Fallible {
    for (algorithm, pem) in keys()? {
        let dkim = Dkim::new("example.org", "door2026", pem.as_bytes())?;
        let record = dkim.record();
        assert_eq!(record.0, "door2026._domainkey.example.org");
        assert!(record.1.starts_with(&format!("v=DKIM1; k={algorithm}; p=")), "{}", record.1);
        let mut odd = letter();
        odd.content.subject = format!("Jürgen  shares   {}", "long words in a row ".repeat(12));
        odd.content.text = "a\t b  \n\n.\n  end \n\n\n".to_owned();
        for letter in [letter(), odd] {
            let signed = dkim.sign(&letter.format(), letter.date);
            assert!(signed.is_ascii() && signed.split(|c| *c == b'\n').all(|line| line.len() <= 998));
            assert_eq!(verdict(&signed, &record)?, "good", "{algorithm}: {}", String::from_utf8_lossy(&signed));
            let text = String::from_utf8(signed)?;
            let blanks = text.replacen("Date: ", "DATE:  ", 1).replacen("\r\nSubject: ", "\r\nSubject:    ", 1);
            assert_eq!(verdict(blanks.as_bytes(), &record)?, "good", "what relays do to blanks does no harm");
            for (from, to) in [
                ("From: ", "From: Somebody Else <else@example.org>\r\nFrom: "),
                ("To: ", "X: y\r\nTo: x"),
                ("Message-ID: <5", "Message-ID: <6"),
                ("Feedback-ID: ", "Cc: another@example.net\r\nFeedback-ID: "),
                ("Hello", "Hallo"),
                ("text/plain", "text/html"),
            ] {
                let changed = text.replacen(from, to, 1);
                if changed != text {
                    assert_eq!(verdict(changed.as_bytes(), &record)?, "bad", "{algorithm}: {from} -> {to}");
                }
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
