//! The `Content-Disposition` of a download (RFC 6266, RFC 8187): saved under its own name, never shown in place; and that of a picture of ours.

use crate::domain::bounds::NAME_BYTES;
use http::HeaderValue;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but `attr-char` of RFC 8187 section 3.2.1.
const CODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// The header that makes a browser save a document as `name`.
///
/// Characters no name on disk should bring along (controls, marks that turn the reading direction, path separators) become `_`, and a name over 255 bytes
/// loses the middle of it. Old browsers get an ASCII form beside the exact one.
pub fn attachment(name: &str) -> HeaderValue {
    disposition("attachment", name)
}

/// The header of something that is shown in place and, when somebody saves it, is called `name`; the same rules.
pub fn inline(name: &str) -> HeaderValue {
    disposition("inline", name)
}

fn disposition(how: &str, name: &str) -> HeaderValue {
    let name = shorten(&clean(name));
    let plain: String = name.chars().map(|c| if is_quotable(c) { c } else { '_' }).collect();
    let exact = utf8_percent_encode(&name, CODED);
    let header = format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{exact}");
    HeaderValue::try_from(header).expect("printable ASCII only: both forms replace or encode everything else")
}

fn clean(name: &str) -> String {
    name.chars()
        .map(|c| if c.is_control() || turns_direction(c) || matches!(c, '/' | '\\') { '_' } else { c })
        .collect()
}

/// Bidi controls (Unicode UAX 9) and the invisible line and paragraph separators.
const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Percent signs are left out because some browsers decode them in this form (RFC 6266 appendix D).
fn is_quotable(c: char) -> bool {
    (' '..='~').contains(&c) && !matches!(c, '"' | '%' | '\\')
}

fn shorten(name: &str) -> String {
    if name.len() <= NAME_BYTES {
        return if name.trim().is_empty() { "_".to_owned() } else { name.to_owned() };
    }
    let ending = name.rfind('.').map_or("", |dot| &name[dot..]);
    let ending = if ending.len() <= 16 { ending } else { "" };
    let stem = &name[..name.floor_char_boundary(NAME_BYTES - ending.len())];
    format!("{stem}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use percent_encoding::percent_decode_str;
    use proptest::prelude::*;

    fn text(name: &str) -> String {
        attachment(name).to_str().map(str::to_owned).unwrap_or_default()
    }

    #[test]
    fn a_plain_name_stays_as_it_is() {
        assert_eq!(text("report (2).pdf"), "attachment; filename=\"report (2).pdf\"; filename*=UTF-8''report%20%282%29.pdf");
    }

    #[test]
    fn a_hard_name_keeps_its_letters_in_the_exact_form_only() {
        assert_eq!(
            text("Zoë “final” 100% \"x\"; #7.txt"),
            "attachment; filename=\"Zo_ _final_ 100_ _x_; #7.txt\"; \
             filename*=UTF-8''Zo%C3%AB%20%E2%80%9Cfinal%E2%80%9D%20100%25%20%22x%22%3B%20#7.txt"
        );
    }

    #[test]
    fn what_could_mislead_is_replaced_in_both_forms() {
        assert_eq!(text("../a\\b\r\n\0\u{202e}gpj.exe"), "attachment; filename=\".._a_b____gpj.exe\"; filename*=UTF-8''.._a_b____gpj.exe");
        assert_eq!(text(""), "attachment; filename=\"_\"; filename*=UTF-8''_");
        assert_eq!(text("  "), "attachment; filename=\"_\"; filename*=UTF-8''_");
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let header = text(&format!("{}.pdf", "ä".repeat(400)));
        assert!(header.ends_with("%A4.pdf"), "{header}");
        assert!(header.len() < 1100);
        assert!(text(&"x.".repeat(400)).len() < 1100);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn the_exact_form_is_read_back_and_nothing_breaks_out(name in any::<String>()) {
            let header = text(&name);
            let rest = header.strip_prefix("attachment; filename=\"").expect("the start is fixed");
            let (plain, exact) = rest.split_once("\"; filename*=UTF-8''").expect("both forms are there");
            prop_assert!(plain.chars().all(is_quotable), "{}", header);
            prop_assert!(exact.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&+-.^_`|~%".contains(&b)), "{}", header);
            let read = percent_decode_str(exact).decode_utf8().expect("it was UTF-8");
            prop_assert_eq!(read.as_ref(), shorten(&clean(&name)));
            prop_assert!(read.len() <= NAME_BYTES);
            if clean(&name) == name && name.len() <= NAME_BYTES && !name.trim().is_empty() {
                prop_assert_eq!(read.as_ref(), name);
            }
        }
    }
}
