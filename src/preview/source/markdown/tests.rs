//! What each form of Markdown becomes.

use super::*;

fn plain(text: &str) -> Vec<Run> {
    vec![Run::plain(text)]
}

fn item(depth: u8, mark: &str, text: &str) -> Block {
    Block::Item { depth, mark: mark.into(), text: plain(text) }
}

#[test]
fn headings_paragraphs_quotes_rules_and_code_are_blocks_of_their_own() {
    assert_eq!(
        blocks("# One\nTwo\nthree\n\n> said\n> > again\n\n---\n\n```rust\nfn a() {}\n```\n"),
        [
            Block::Heading(1, plain("One")),
            Block::Paragraph(plain("Two three")),
            Block::Quote(1, plain("said")),
            Block::Quote(2, plain("again")),
            Block::Rule,
            Block::Code { text: "fn a() {}\n".into(), numbered: false },
        ]
    );
}

#[test]
fn lists_lie_in_lists_and_count_from_their_first_number() {
    assert_eq!(
        blocks("3. a\n4. b\n   - c\n\n     more\n   - [x] d\n\nend"),
        [
            item(0, "3.", "a"),
            item(0, "4.", "b"),
            item(1, "◦", "c"),
            item(1, "", "more"),
            item(1, "◦", "☑ d"),
            Block::Paragraph(plain("end")),
        ]
    );
    assert_eq!(blocks("- \n- a"), [Block::Item { depth: 0, mark: "•".into(), text: Vec::new() }, item(0, "•", "a")]);
}

#[test]
fn characters_have_the_looks_that_lie_around_them() {
    let runs = |text: &str| match blocks(text).pop() {
        Some(Block::Paragraph(runs)) => runs,
        other => panic!("{other:?}"),
    };
    let bold = |text: &str, italic| Run { italic, ..Run::bold(text) };
    assert_eq!(runs("a **b *c***"), [Run::plain("a "), bold("b ", false), bold("c", true)]);
    assert_eq!(
        runs("`x` ~~y~~"),
        [Run { mono: true, ..Run::plain("x") }, Run::plain(" "), Run { struck: true, ..Run::plain("y") }]
    );
}

#[test]
fn links_say_where_they_lead_and_pictures_what_they_show() {
    let text = |text: &str| match blocks(text).pop() {
        Some(Block::Paragraph(runs)) => runs.into_iter().map(|run| run.text).collect::<String>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(text("[here](https://example.org/a)"), "here [https://example.org/a]");
    assert_eq!(text("<https://example.org/a>"), "https://example.org/a");
    assert_eq!(text("![a cat](https://example.org/cat.png) [![x](y)](z)"), "[image: a cat] [image: x] [z]");
    assert_eq!(text("a <b onclick=\"x\">c</b>"), "a <b onclick=\"x\">c</b>");
}

#[test]
fn tables_have_a_head_and_their_cells() {
    assert_eq!(
        blocks("| a | b |\n|---|---|\n| 1 | **2** |\n"),
        [Block::Table { head: true, rows: vec![vec![plain("a"), plain("b")], vec![plain("1"), vec![Run::bold("2")]]] }]
    );
}

#[test]
fn deep_nesting_is_followed_without_end_of_the_stack() {
    for form in ["> ", "- ", "*", "[", "![", "[a](b)", "**a"] {
        assert!(!blocks(&(form.repeat(20_000) + "x")).is_empty(), "{form}");
    }
}
