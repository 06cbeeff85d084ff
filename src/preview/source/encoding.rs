//! Reads the characters of a text whatever its encoding: by its mark, by its shape, or by what is likeliest.

use crate::preview::limits::TEXT_CHARS;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes that are read at most: a character has four or fewer.
const BYTES: usize = TEXT_CHARS * 4;
/// Bytes that are looked at for the shape of an encoding without a mark.
const SHAPE: usize = 4_096;
/// Bytes that are looked at to guess an encoding.
const GUESSED_FROM: usize = 1024 * 1024;

/// The characters of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoded {
    /// The characters.
    pub(super) text: String,
    /// Whether some could not be read and are � now.
    pub(super) replaced: bool,
    /// Whether there are more than are read.
    pub(super) cut: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wide {
    Little,
    Big,
}

/// Reads the characters of a text.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let cut = bytes.len() > BYTES;
    let bytes = &bytes[..bytes.len().min(BYTES)];
    let (text, replaced) = by_mark(bytes)
        .or_else(|| by_shape(bytes))
        .or_else(|| as_utf8(bytes, cut))
        .unwrap_or_else(|| guessed(bytes));
    Decoded { text, replaced, cut }
}

fn by_mark(bytes: &[u8]) -> Option<(String, bool)> {
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe, 0, 0]) {
        return Some(utf32(rest, Wide::Little));
    }
    if let Some(rest) = bytes.strip_prefix(&[0, 0, 0xfe, 0xff]) {
        return Some(utf32(rest, Wide::Big));
    }
    let (encoding, length) = Encoding::for_bom(bytes)?;
    Some(with(encoding, &bytes[length..]))
}

fn with(encoding: &'static Encoding, bytes: &[u8]) -> (String, bool) {
    let (text, replaced) = encoding.decode_without_bom_handling(bytes);
    (text.into_owned(), replaced)
}

/// UTF-32 and UTF-16 without a mark: of each unit, one byte is nearly always zero or a small number that no text has by itself.
fn by_shape(bytes: &[u8]) -> Option<(String, bool)> {
    let head = &bytes[..bytes.len().min(SHAPE)];
    if head.len() < 4 {
        return None;
    }
    let share = |step: usize, at: usize, odd: fn(u8) -> bool| {
        let units = head.chunks_exact(step);
        let count = units.len();
        units.filter(|unit| odd(unit[at])).count() * 100 / count
    };
    let zero: fn(u8) -> bool = |byte| byte == 0;
    let small: fn(u8) -> bool = |byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x1b);
    if bytes.len() % 4 == 0 && share(4, 3, zero) == 100 && share(4, 2, small) > 90 && share(4, 0, zero) < 10 {
        return Some(utf32(bytes, Wide::Little));
    }
    if bytes.len() % 4 == 0 && share(4, 0, zero) == 100 && share(4, 1, small) > 90 && share(4, 3, zero) < 10 {
        return Some(utf32(bytes, Wide::Big));
    }
    match (share(2, 0, small), share(2, 1, small)) {
        (first, second) if second > 50 && first < 10 => Some(with(UTF_16LE, bytes)),
        (first, second) if first > 50 && second < 10 => Some(with(UTF_16BE, bytes)),
        _ => None,
    }
}

fn utf32(bytes: &[u8], wide: Wide) -> (String, bool) {
    let (mut text, mut replaced) = (String::with_capacity(bytes.len() / 3), false);
    let units = bytes.chunks(4).map(|unit| {
        let unit: [u8; 4] = unit.try_into().ok()?;
        char::from_u32(if wide == Wide::Little { u32::from_le_bytes(unit) } else { u32::from_be_bytes(unit) })
    });
    for c in units {
        replaced |= c.is_none();
        text.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    (text, replaced)
}

/// UTF-8, also with a few wrong bytes in it: one damaged character is no other encoding.
fn as_utf8(bytes: &[u8], cut: bool) -> Option<(String, bool)> {
    if bytes.is_ascii() && bytes.windows(2).any(|pair| pair == b"\x1b$") {
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => return Some((text.to_owned(), false)),
        // The end of what is read may lie within a character.
        Err(error) if cut && error.error_len().is_none() => return Some(with(UTF_8, &bytes[..error.valid_up_to()])),
        Err(_) => {}
    }
    let (text, replaced) = with(UTF_8, bytes);
    let (mut good, mut bad) = (0usize, 0usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        if c == char::REPLACEMENT_CHARACTER { bad += 1 } else { good += 1 }
    }
    (good >= bad * 10).then_some((text, replaced))
}

fn guessed(bytes: &[u8]) -> (String, bool) {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(GUESSED_FROM)], true);
    with(detector.guess(None, Utf8Detection::Deny), bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        let decoded = decode(bytes);
        assert!(!decoded.replaced && !decoded.cut, "{decoded:?}");
        decoded.text
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn unicode_is_read_with_and_without_its_mark() {
        for sample in ["Grüße an alle, die da sind", "Съешь же ещё этих мягких булок", "plain words only"] {
            assert_eq!(text(sample.as_bytes()), sample);
            assert_eq!(text(format!("\u{feff}{sample}").as_bytes()), sample);
            for big in [false, true] {
                assert_eq!(text(&utf16(sample, big)), sample, "{big}");
                assert_eq!(text(&utf16(&format!("\u{feff}{sample}"), big)), sample, "{big}");
            }
            let little: Vec<u8> = sample.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
            let big: Vec<u8> = sample.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
            assert_eq!((text(&little), text(&big)), (sample.to_owned(), sample.to_owned()));
            assert_eq!(text(&[&[0xff, 0xfe, 0, 0], &little[..]].concat()), sample);
            assert_eq!(text(&[&[0, 0, 0xfe, 0xff], &big[..]].concat()), sample);
        }
    }

    #[test]
    fn older_encodings_are_told_from_each_other() {
        let samples = [
            ("windows-1252", "Für die Prüfung der Größe müssen wir später über die Brücke gehen"),
            ("windows-1251", "Съешь же ещё этих мягких французских булок, да выпей чаю"),
            ("KOI8-R", "Съешь же ещё этих мягких французских булок, да выпей чаю"),
            ("windows-1253", "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία και πηγαίνω στην πόλη"),
            ("Shift_JIS", "これは日本語の文章です。漢字とかなが混ざっています。"),
            ("EUC-JP", "これは日本語の文章です。漢字とかなが混ざっています。"),
            ("EUC-KR", "키스의 고유조건은 입술끼리 만나야 하고 특별한 기술은 필요치 않다"),
            ("GB18030", "这是一个简体中文的文本文件，用来测试编码的识别。"),
            ("Big5", "這是一個繁體中文的文字檔案，用來測試編碼的識別。"),
            ("ISO-2022-JP", "これは日本語の文章です。"),
        ];
        for (label, sample) in samples {
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            assert_eq!(text(&encoding.encode(sample).0), sample, "{label}");
        }
    }

    #[test]
    fn a_damaged_character_is_replaced_and_said() {
        let decoded = decode(b"Gr\xc3\xbc\xc3\x9fe, Stra\xc3\x9fe, \xc3\xa4\xc3\xb6\xc3\xbc\xc3\x84\xc3\x96\xc3\x9c\xc3\xa4, \xc3(");
        assert_eq!((decoded.text.as_str(), decoded.replaced), ("Grüße, Straße, äöüÄÖÜä, \u{fffd}(", true));
    }

    #[test]
    fn no_more_is_read_than_the_bound_and_no_character_is_torn_by_it() {
        let long = "äöü".repeat(BYTES / 6 + 2);
        let decoded = decode(long[1 + 1..].as_bytes());
        assert!(decoded.cut && !decoded.replaced && decoded.text.len() <= BYTES);
        assert_eq!(decode(b""), Decoded { text: String::new(), replaced: false, cut: false });
    }
}
