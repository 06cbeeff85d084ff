//! The bytes of lines, held by kept files.

use super::*;
use std::error::Error;

const LINES: &[u8] = include_bytes!("../../../tests/vectors/ledger/lines-v1.jsonl");
const NEXT: &[u8] = include_bytes!("../../../tests/vectors/ledger/next-segment-v1.jsonl");

fn pieces(file: &'static [u8]) -> impl Iterator<Item = &'static [u8]> {
    file.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line))
}

#[test]
fn kept_lines_are_read_and_written_again_byte_for_byte() -> Result<(), Box<dyn Error>> {
    let mut prev = FIRST;
    for file in [LINES, NEXT] {
        let mut written = Vec::new();
        let mut lines = pieces(file);
        let (head, hash) = check_head(lines.next().ok_or("no head")?)?;
        assert_eq!(head.prev, prev);
        assert_eq!(write_head(&mut written, &head), hash);
        prev = hash;
        for bytes in lines {
            let line = check_line(&prev, bytes)?;
            assert!(serde_json::from_slice::<serde_json::Value>(bytes)?.is_object());
            let (sealed, hash) = seal_line(&prev, &line.stamp, line.events);
            assert_eq!(hash, line.hash);
            written.extend_from_slice(&sealed);
            prev = hash;
        }
        assert_eq!(written, file);
    }
    let expected = pieces(NEXT).last().ok_or("no line")?;
    assert_eq!(&expected[expected.len() - 66..expected.len() - 2], &to_hex(&prev));
    Ok(())
}

#[test]
fn the_fields_of_a_kept_line_are_what_was_written() -> Result<(), Box<dyn Error>> {
    let line = read_line(pieces(LINES).nth(2).ok_or("no line")?)?;
    assert_eq!(line.stamp.n, 2);
    assert_eq!(line.stamp.b, 2);
    assert_eq!(line.stamp.t.millis(), 1_790_000_000_001);
    assert_eq!(line.stamp.id.to_string(), "7a1e8c52-90f3-4d64-a1b7-5c2d9e8f0b13");
    assert!(line.events.starts_with(r#"[{"k":"add","to":1,"by":41},{"k":"note""#));
    let (head, _) = check_head(pieces(NEXT).next().ok_or("no head")?)?;
    assert_eq!((head.seg, head.first, head.epoch), (2, 5, 3));
    Ok(())
}

#[test]
fn every_flipped_bit_of_a_line_is_found() -> Result<(), Box<dyn Error>> {
    let head = pieces(LINES).next().ok_or("no head")?;
    let (_, prev) = check_head(head)?;
    let line = pieces(LINES).nth(1).ok_or("no line")?;
    check_line(&prev, line)?;
    for bit in 0..8 {
        for index in 0..line.len() {
            let mut flipped = line.to_vec();
            flipped[index] ^= 1 << bit;
            assert!(check_line(&prev, &flipped).is_err(), "bit {bit} of byte {index}");
        }
        for index in 0..head.len() {
            let mut flipped = head.to_vec();
            flipped[index] ^= 1 << bit;
            assert!(check_head(&flipped).is_err(), "bit {bit} of byte {index}");
        }
    }
    Ok(())
}

#[test]
fn a_form_that_is_not_the_one_written_is_no_line_even_with_a_fitting_hash() {
    let sealed = |body: &str| {
        let mut out = body.as_bytes().to_vec();
        end_line(&mut out, 0, &FIRST);
        out.pop();
        out
    };
    let id = "00000000-0000-4000-8000-000000000001";
    let good = format!(r#"{{"v":1,"n":1,"b":1,"t":0,"id":"{id}","ev":[]"#);
    assert!(check_line(&FIRST, &sealed(&good)).is_ok());
    for (from, to) in [
        (r#""n":1"#, r#""n":01"#),
        (r#""n":1"#, r#""n":0"#),
        (r#""n":1"#, r#""n":-1"#),
        (r#""n":1"#, r#""n":1.0"#),
        (r#""n":1"#, r#""n":18446744073709551616"#),
        (r#""b":1"#, r#""b":2"#),
        (r#""t":0"#, r#""t":9223372036854775808"#),
        // Behind the last moment there is: it would be read as that one.
        (r#""t":0"#, r#""t":253402207200001"#),
        (r#""v":1,"#, r#""v":1, "#),
        ("-4000-", "-4000a"),
        ("[]", "{}"),
        ("[]", "["),
    ] {
        let wrong = good.replacen(from, to, 1);
        assert!(matches!(check_line(&FIRST, &sealed(&wrong)), Err(LineError::Malformed(_))), "{wrong}");
    }
    let later = good.replacen(r#""v":1"#, r#""v":2"#, 1);
    assert_eq!(check_line(&FIRST, &sealed(&later)), Err(LineError::Version));
    let upper = good.replace(id, "ABCDEF00-0000-4000-8000-000000000001");
    assert!(check_line(&FIRST, &sealed(&upper)).is_err());
    assert_eq!(check_line(&FIRST, &vec![b' '; LINE_BYTES + 1]), Err(LineError::TooLong));
    assert_eq!(check_line(&FIRST, b""), Err(LineError::Malformed("too short")));
}
