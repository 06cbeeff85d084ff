//! Names of documents that are sent in: whatever an outside program says, what comes out is one plain name that every store and desktop takes.

use crate::domain::bounds::UPLOAD_NAME_BYTES;

/// The name of a document whose own name leaves nothing.
const NAMELESS: &str = "document";
/// Names that Windows keeps for its devices, whatever ending they have.
const DEVICES: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4",
    "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];
/// Endings of what a desktop runs when it is opened, beyond what is known by media type.
const PROGRAMS: [&str; 27] = [
    "app", "bat", "cmd", "com", "cpl", "desktop", "dll", "exe", "hta", "jar", "js", "jse", "lnk", "msc", "msi", "msp", "pif", "ps1",
    "psm1", "reg", "scr", "sh", "url", "vbe", "vbs", "wsf", "wsh",
];
/// Longest ending that is kept when a name is cut, with its dot, in bytes.
const ENDING_BYTES: usize = 16;

/// The one plain name in what a browser or program calls a document: without folders, control and direction characters, dots at its ends, and
/// what Windows does not take; at most [`UPLOAD_NAME_BYTES`] long, its ending kept.
pub fn clean(said: &str) -> String {
    let last = said.rsplit(['/', '\\']).find(|part| !part.trim_matches(is_margin).is_empty()).unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|c| !is_unseen(*c))
        .map(|c| if "<>:\"|?*%".contains(c) { '_' } else { c })
        .collect();
    let plain = plain.trim_matches(is_margin);
    let name = if plain.is_empty() { NAMELESS } else { plain };
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let guard = if DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device)) { "_" } else { "" };
    cut(&format!("{guard}{name}"), UPLOAD_NAME_BYTES)
}

/// The same name with a number, for a place where it is taken: `plan (2).pdf`.
pub fn numbered(name: &str, number: u32) -> String {
    if number < 2 {
        return name.to_owned();
    }
    let (stem, ending) = split(name);
    format!("{stem} ({number}){ending}")
}

/// Whether a desktop would run what has this name.
pub fn is_program(name: &str) -> bool {
    name.rsplit_once('.')
        .is_some_and(|(_, ending)| PROGRAMS.iter().any(|program| ending.trim().eq_ignore_ascii_case(program)))
}

fn is_margin(c: char) -> bool {
    c == '.' || c.is_whitespace() || is_unseen(c)
}

/// Control characters, those that turn the direction of text or have no width, and what stands for nothing.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

fn split(name: &str) -> (&str, &str) {
    let dot = name.rfind('.').filter(|at| *at > 0 && name.len() - at <= ENDING_BYTES);
    name.split_at(dot.unwrap_or(name.len()))
}

fn cut(name: &str, most: usize) -> String {
    if name.len() <= most {
        return name.to_owned();
    }
    let (stem, ending) = split(name);
    let mut end = most - ending.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", stem[..end].trim_end_matches(is_margin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::DocumentPath;
    use proptest::prelude::*;

    #[test]
    fn hostile_names_become_plain_ones() {
        for (said, name) in [
            ("plan.pdf", "plan.pdf"),
            ("Zoë’s plan – 2.pdf", "Zoë’s plan – 2.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\me\\plan.pdf", "plan.pdf"),
            ("/", "document"),
            ("a/", "a"),
            ("..", "document"),
            ("", "document"),
            (" \u{202e}.. ", "document"),
            (".htaccess", "htaccess"),
            ("a\u{0}b\r\nc.txt", "abc.txt"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a<b>:\"c|d?e*f%41.txt", "a_b___c_d_e_f_41.txt"),
            ("con", "_con"),
            ("LPT1.txt", "_LPT1.txt"),
            ("nul .x", "_nul .x"),
            ("console.txt", "console.txt"),
            ("trailing. . ", "trailing"),
            ("…", "…"),
        ] {
            assert_eq!(clean(said), name, "{}", said.escape_debug());
        }
    }

    #[test]
    fn a_long_name_is_cut_and_keeps_its_ending() {
        let name = clean(&format!("{}.docx", "ä".repeat(300)));
        assert!(name.len() <= UPLOAD_NAME_BYTES && name.ends_with("ä.docx"), "{name}");
        assert!(clean(&"x.".repeat(300)).len() <= UPLOAD_NAME_BYTES);
    }

    #[test]
    fn a_taken_name_is_given_a_number_before_its_ending() {
        assert_eq!([1, 2, 13].map(|n| numbered("plan.pdf", n)), ["plan.pdf", "plan (2).pdf", "plan (13).pdf"]);
        assert_eq!(numbered("README", 2), "README (2)");
    }

    #[test]
    fn what_a_desktop_would_run_is_known_by_its_ending() {
        assert!(["a.exe", "a.pdf.SCR", "a.lnk", "a.js"].iter().all(|name| is_program(name)));
        assert!(["a.pdf", "exe", "a.exe.txt", "a.docx"].iter().all(|name| !is_program(name)));
    }

    proptest! {
        #[test]
        fn whatever_is_said_the_name_is_one_that_a_store_takes(said in any::<String>(), number in 1_u32..1_000_000) {
            let name = clean(&said);
            prop_assert_eq!(clean(&name), name.clone(), "a clean name is clean");
            prop_assert!(name.len() <= UPLOAD_NAME_BYTES && !name.starts_with('.') && !name.contains(['/', '\\']));
            let path = DocumentPath::root().join(numbered(&name, number).as_bytes());
            prop_assert!(path.is_ok_and(|path| path.names().count() == 1));
        }
    }
}
