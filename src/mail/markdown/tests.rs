//! What messages become, by example and for any input.

use super::*;
use proptest::prelude::*;

fn html(source: &str) -> String {
    render(source).html
}

fn text(source: &str) -> String {
    render(source).text
}

#[test]
fn the_light_formatting_is_shown() {
    assert_eq!(
        html("Dear *Ann*,\nplease **read** `a < b`."),
        "<p>Dear <em>Ann</em>,<br>\nplease <strong>read</strong> <code>a &lt; b</code>.</p>\n"
    );
    assert_eq!(html("# Title"), "<p><strong>Title</strong></p>\n");
    assert_eq!(html("> said"), "<blockquote>\n<p>said</p>\n</blockquote>\n");
    assert_eq!(html("3. c\n4. d"), "<ol start=\"3\">\n<li>c</li>\n<li>d</li>\n</ol>\n");
    assert_eq!(html("a\n\n---\n\nb"), "<p>a</p>\n<p>* * *</p>\n<p>b</p>\n");
    assert_eq!(html("    code\n    more\n"), "<p><code>code<br>\nmore</code></p>\n");
}

#[test]
fn the_plain_form_reads_well_alone() {
    assert_eq!(
        text(
            "# Hello\nDear *Ann*,\nplease read:\n\n- one\n- two\n  1. inner\n  2. more\n\nThen [ask us](https://example.org/x).\n\n> They said\n> so\n"
        ),
        "Hello\n\nDear Ann,\nplease read:\n\n- one\n- two\n  1. inner\n  2. more\n\nThen ask us (https://example.org/x).\n\n> They said\n> so\n"
    );
}

#[test]
fn a_link_shows_where_it_leads() {
    assert_eq!(
        html("[our site](https://example.org/a?b=1&c=2)"),
        "<p><a href=\"https://example.org/a?b=1&amp;c=2\" rel=\"noreferrer\">our site</a> (https://example.org/a?b=1&amp;c=2)</p>\n"
    );
    assert_eq!(html("<https://example.org/>"), "<p><a href=\"https://example.org/\" rel=\"noreferrer\">https://example.org/</a></p>\n");
    assert_eq!(html("<ann@example.org>"), "<p><a href=\"mailto:ann@example.org\" rel=\"noreferrer\">ann@example.org</a></p>\n");
    assert_eq!(
        html("[https://bank.example](https://thief.example/)"),
        "<p><a href=\"https://thief.example/\" rel=\"noreferrer\">https://bank.example</a> (https://thief.example/)</p>\n"
    );
}

#[test]
fn other_targets_are_only_words() {
    for target in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//example.org/x",
        "/local",
        "vbscript:x",
        "https://",
        "https:///x",
        "java&#x09;script:alert(1)",
        "mailto:a@example.org?bcc=b@example.org",
        "mailto:a@example.org,b@example.org",
    ] {
        let html = html(&format!("[words]({target})"));
        assert!(!html.contains("<a") && html.contains("words"), "{target}: {html}");
    }
}

#[test]
fn markup_of_the_writer_is_shown_as_text() {
    assert_eq!(html("<script>alert(1)</script>"), "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n");
    assert_eq!(html("a <b onclick='x'>c</b>"), "<p>a &lt;b onclick=&#39;x&#39;&gt;c&lt;/b&gt;</p>\n");
    assert_eq!(html("![picture](https://example.org/p.png)"), "<p>picture (https://example.org/p.png)</p>\n");
    assert_eq!(html("![](https://example.org/p.png)"), "<p>https://example.org/p.png</p>\n");
    assert!(html("| a | b |\n|---|---|\n| c | d |").starts_with("<p>| a | b |<br>"));
}

#[test]
fn a_message_too_long_is_cut_and_deep_nesting_is_flattened() {
    assert!(render(&"ä".repeat(MESSAGE_BYTES)).text.len() <= MESSAGE_BYTES + 1);
    let deep = render(&format!("{}deep", ">".repeat(5_000)));
    assert!(deep.html.matches("<blockquote>").count() <= MARKDOWN_DEPTH);
    assert!(deep.html.contains("deep") && deep.text.contains("deep"));
    assert!(well_formed(&deep.html).is_ok());
    assert!(well_formed(&html(&"*a **b ".repeat(900))).is_ok());
}

/// Accepts balanced HTML made of the allowed tags and attributes and of escaped text; names the first other thing.
fn well_formed(html: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut pieces = html.split('<');
    let first = pieces.next().unwrap_or_default();
    if first.contains(['>', '"', '\'']) {
        return Err(format!("text {first:?}"));
    }
    for piece in pieces {
        let (tag, text) = piece.split_once('>').ok_or_else(|| format!("no end in {piece:?}"))?;
        if text.contains(['>', '"', '\'']) {
            return Err(format!("text {text:?}"));
        }
        let entities = ["amp;", "lt;", "gt;", "quot;", "#39;"];
        let escaped = |s: &str| s.split('&').skip(1).all(|rest| entities.iter().any(|entity| rest.starts_with(entity)));
        if !escaped(text) || !escaped(tag) {
            return Err(format!("an entity in {piece:?}"));
        }
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("unexpected </{name}>"));
            }
            continue;
        }
        match tag {
            "br" => {}
            "p" | "em" | "strong" | "code" | "blockquote" | "ul" | "ol" | "li" => open.push(tag),
            _ if tag
                .strip_prefix("ol start=\"")
                .and_then(|t| t.strip_suffix('"'))
                .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit())) =>
            {
                open.push("ol");
            }
            _ => {
                let href = tag
                    .strip_prefix("a href=\"")
                    .and_then(|t| t.strip_suffix("\" rel=\"noreferrer\""))
                    .ok_or_else(|| format!("<{tag}>"))?;
                let lower = href.to_ascii_lowercase();
                let scheme = ["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme));
                if !scheme || href.contains(['"', '<', '>']) {
                    return Err(format!("a target {href:?}"));
                }
                open.push("a");
            }
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

fn messages() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("<script>"),
        Just("</p>"),
        Just("<img src=x onerror=alert(1)>"),
        Just("<!--"),
        Just("-->"),
        Just("<![CDATA["),
        Just("[x](javascript:alert(1))"),
        Just("[x](https://a.example/\"onclick=\"x)"),
        Just("[a]: https://e.example '\"><b>'\n"),
        Just("[a]"),
        Just("<https://a.example/?q='\">"),
        Just("<a@b.example>"),
        Just("![i](data:x)"),
        Just("&lt;"),
        Just("&#x3c;script&#x3e;"),
        Just("**"),
        Just("*"),
        Just("_"),
        Just("`"),
        Just("```\n"),
        Just("\n"),
        Just("\n\n"),
        Just("> "),
        Just("- "),
        Just("1. "),
        Just("99999999. "),
        Just("# "),
        Just("    "),
        Just("|a|b|\n|-|-|\n"),
        Just("---\n"),
        Just("words "),
        Just("\\"),
        Just("\u{202e}"),
        Just("\0"),
    ];
    let known = proptest::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat());
    prop_oneof![3 => known, 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn no_tag_or_attribute_outside_the_list_is_ever_written(source in messages()) {
        let rendered = render(&source);
        prop_assert_eq!(well_formed(&rendered.html), Ok(()), "{}", rendered.html);
        prop_assert!(!rendered.text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
    }
}

#[test]
fn what_is_written_as_an_entity_hides_and_controls_nothing_either() {
    for source in
        ["a&#x202e;b", "a&#27;[31m", "a&#8;b&#0;", "a&#x2066;b", "[a](https://example.org/&#x202e;b)", "![a](x&#x202d;y)", "`a`&#173;"]
    {
        let message = render(source);
        for form in [&message.html, &message.text] {
            let hidden =
                |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{ad}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            assert!(!form.contains(hidden), "{source}: {form:?}");
        }
    }
}
