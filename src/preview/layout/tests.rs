//! Whether pages hold what they should, where the words say it stands.

use super::*;
use crate::domain::redaction::WHOLE;
use crate::preview::job::PageSize;
use crate::preview::layout::block::Run;
use crate::preview::limits::PAGES;
use proptest::prelude::*;

const UPRIGHT: PageSize = PageSize { width: 595, height: 842 };
const TURNED: PageSize = PageSize { width: 842, height: 595 };

fn laid(blocks: Vec<Block>) -> Laid {
    lay_out(blocks, Kind::Text, "test/1", Vec::new()).unwrap()
}

fn paragraph(text: &str) -> Block {
    Block::Paragraph(vec![Run::plain(text)])
}

fn table(rows: usize, columns: usize, cell: impl Fn(usize, usize) -> String) -> Block {
    let row = |r| (0..columns).map(|c| vec![Run::plain(cell(r, c))]).collect();
    Block::Table { head: true, rows: (0..rows).map(row).collect() }
}

/// All words of all pages, without what separates them.
fn letters(laid: &mut Laid) -> String {
    (0..laid.pages.len()).flat_map(|page| laid.words(page).unwrap()).map(|word| word.text).collect()
}

/// A page's text as its readers get it.
fn text(laid: &mut Laid, page: usize) -> String {
    let words = laid.words(page).unwrap();
    words.iter().map(|word| word.text.clone() + if word.ends_line { "\n" } else { " " }).collect()
}

fn without_blanks(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Dots of a page that are not white, outside of its words and above its foot.
fn ink_outside(laid: &mut Laid, page: usize) -> Vec<(u32, u32)> {
    let raster = laid.draw(page, 150).unwrap();
    let areas: Vec<_> = laid.words(page).unwrap().into_iter().filter_map(|word| word.area).collect();
    let whole = u32::from(WHOLE);
    let foot = raster.height * 93 / 100;
    let dots = raster.rgb.chunks_exact(3).enumerate().filter(|(_, dot)| dot[0] < 250);
    let places = dots.map(|(i, _)| (i as u32 % raster.width, i as u32 / raster.width)).filter(|(_, y)| *y < foot);
    let inside = |x: u32, y: u32| {
        // A dot counts as inside when any part of it is: that is how areas are covered.
        areas.iter().any(|area| {
            (x + 1) * whole > u32::from(area.left()) * raster.width
                && x * whole < u32::from(area.right()) * raster.width
                && (y + 1) * whole > u32::from(area.top()) * raster.height
                && y * whole < u32::from(area.bottom()) * raster.height
        })
    };
    places.filter(|(x, y)| !inside(*x, *y)).collect()
}

const SAMPLES: [&str; 12] = [
    "Straße, Übergrößenträger: „Fünf“ – ÄÖÜ ÅÇÑ fjord, efficient office AVATAR Wj",
    "Съешь же ещё этих мягких французских булок, ЙЁ",
    "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία ΐ Ά",
    "نص حكيم له سر قاطع وذو شأن عظيم (2024) مكتوب على ثوب أخضر abc",
    "דג סקרן שט בים מאוכזב 12.5 (abc) שָׁלוֹם",
    "天地玄黄,宇宙洪荒。日月盈昃,辰宿列张。",
    "いろはにほへと ちりぬるを パピプペポ か\u{3099} は\u{309a}",
    "키스의 고유조건은 입술끼리 만나야 하고",
    "Emoji 😀 🧿 🇩🇪 ✓ ☃ ∑ ∫ ⎝ │ █",
    "e\u{301}E\u{302}\u{301} Z\u{310}\u{321}\u{310}\u{321}\u{310}\u{310}a ẤẾ Ậ",
    "ctl \u{1b}[31m \u{0}\u{202e}evil\u{202c} <&>\"' ]]> &amp; \u{ffff}",
    "हिन्दी ไทย ᚠᛇᚻ Հայ ქართ",
];

#[test]
fn what_words_say_of_their_place_holds_all_ink_of_them() {
    for sample in SAMPLES {
        let looks = [
            Run::plain(sample),
            Run { italic: true, ..Run::plain(format!(" {sample}")) },
            Run::bold(format!(" {sample}")),
            Run { mono: true, ..Run::plain(format!(" {sample}")) },
        ];
        let mut laid = laid(vec![Block::Heading(1, looks[..1].to_vec()), Block::Paragraph(looks.to_vec())]);
        let outside = ink_outside(&mut laid, 0);
        if !outside.is_empty() { let r = laid.draw(0, 150).unwrap(); if let Some(f) = std::env::var_os("DOORWARD_LOOK") { image::save_buffer(std::path::Path::new(&f).join("bad.png"), &r.rgb, r.width, r.height, image::ExtendedColorType::Rgb8).unwrap(); } 
          for w in laid.words(0).unwrap() { eprintln!("W {} {:?}", w.text, w.area.map(|a| (u32::from(a.left()) * r.width / 10000, u32::from(a.top()) * r.height / 10000, u32::from(a.right()) * r.width / 10000, u32::from(a.bottom()) * r.height / 10000))); } }
        assert_eq!(outside, [], "{sample}");
        assert!(laid.words(0).unwrap().iter().all(|word| word.area.is_some()));
    }
}

#[test]
fn what_is_covered_in_a_line_leaves_its_other_words() {
    let mut laid = laid(vec![paragraph("one secret three\nfour five six")]);
    let words = laid.words(0).unwrap();
    let secret = words.iter().find(|word| word.text == "secret").and_then(|word| word.area).unwrap();
    let touched: Vec<&str> = words.iter().filter(|word| word.area.is_none_or(|area| area.touches(secret))).map(|word| word.text.as_str()).collect();
    assert_eq!(touched, ["secret"]);
}

#[test]
fn a_line_from_right_to_left_is_covered_as_a_whole() {
    let mut laid = laid(vec![paragraph("שלום עולם")]);
    let words = laid.words(0).unwrap();
    assert_eq!(words.len(), 2);
    assert_eq!(words[0].area, words[1].area);
}

#[test]
fn readers_get_lines_where_the_text_has_them_and_not_where_the_page_ends_them() {
    let long = "word ".repeat(60);
    let mut laid = laid(vec![
        Block::Heading(1, vec![Run::plain("Title")]),
        paragraph(&format!("{long}\nlast")),
        Block::Item { depth: 0, mark: "1.".into(), text: vec![Run::plain("first")] },
        Block::Item { depth: 0, mark: "2.".into(), text: Vec::new() },
        Block::Code { text: "a {\n  b\n}\n".into(), numbered: true },
        table(2, 2, |r, c| format!("r{r} c{c}")),
        Block::Rule,
    ]);
    assert_eq!(text(&mut laid, 0), format!("Title\n{}\nlast\n1. first\n2.\na {{\nb\n}}\nr0 c0 r0 c1\nr1 c0 r1 c1\n", long.trim()));
}

#[test]
fn tables_repeat_their_head_and_turn_the_page_when_they_are_wide() {
    let mut laid = laid(vec![paragraph("before"), table(100, 3, |r, c| format!("r{r}c{c}")), table(60, 7, |r, _| format!("{r} {}", "wide".repeat(5))), paragraph("after")]);
    let sizes: Vec<PageSize> = laid.opened.pages.clone();
    let turned = sizes.iter().position(|size| *size == TURNED).unwrap();
    assert!(sizes[..turned].iter().all(|size| *size == UPRIGHT) && turned > 1);
    assert_eq!(sizes.last(), Some(&UPRIGHT));
    for page in 0..turned {
        assert!(text(&mut laid, page).contains("r0c0 r0c1 r0c2\n"), "{page}");
    }
    assert!(text(&mut laid, 1).starts_with("r0c0"));
}

#[test]
fn tables_wider_than_a_turned_page_stand_on_several_runs_of_pages() {
    let mut laid = laid(vec![table(3, 40, |r, c| format!("cell{r}-{c}"))]);
    assert!(laid.pages.len() > 1 && laid.opened.pages.iter().all(|size| *size == TURNED));
    let mut found: Vec<String> = (0..laid.pages.len()).flat_map(|page| laid.words(page).unwrap()).map(|word| word.text).collect();
    let mut expected: Vec<String> = (0..3).flat_map(|r| (0..40).map(move |c| format!("cell{r}-{c}"))).collect();
    (found.sort(), expected.sort());
    assert_eq!(found, expected);
}

#[test]
fn a_cell_longer_than_a_page_goes_on_on_the_next() {
    let long: String = (0..3_000).map(|i| format!("w{i} ")).collect();
    let mut laid = laid(vec![table(2, 2, |r, c| if (r, c) == (1, 1) { long.clone() } else { format!("r{r}c{c}") })]);
    assert!(laid.pages.len() > 1);
    let all = letters(&mut laid).replace("r0c0r0c1", "").replace("r1c0", "");
    assert_eq!(all, without_blanks(&long));
}

#[test]
fn four_million_characters_in_one_line_end_at_the_last_page_that_may_be() {
    for blocks in [
        vec![paragraph(&"x".repeat(4_000_000))],
        vec![paragraph(&"words of a line ".repeat(250_000))],
        vec![Block::Code { text: "漢".repeat(4_000_000), numbered: true }],
        vec![paragraph(&"\n".repeat(4_000_000)), paragraph("x")],
        vec![table(1, 1, |_, _| "cell ".repeat(1_000_000))],
    ] {
        match lay_out(blocks, Kind::Text, "test/1", Vec::new()) {
            Ok(laid) => {
                assert_eq!(laid.pages.len(), PAGES);
                assert_eq!(laid.opened.notes, [Note::Shortened]);
            }
            Err(trouble) => assert_eq!(trouble, Trouble::Empty),
        }
    }
}

#[test]
fn characters_without_width_make_neither_endless_lines_nor_endless_pages() {
    let mut laid = laid(vec![paragraph(&"\u{301}".repeat(100_000)), paragraph(&"\u{200b}".repeat(100_000)), paragraph("x")]);
    assert!((0..laid.pages.len()).all(|page| text(&mut laid, page).len() <= crate::preview::limits::PAGE_TEXT_BYTES));
    laid.draw(0, 100).unwrap();
}

#[test]
fn what_holds_nothing_is_said_to_be_empty_and_no_page_follows_the_last() {
    let empty = |blocks| lay_out(blocks, Kind::Text, "test/1", Vec::new()).err();
    for blocks in [vec![], vec![paragraph(" \n")], vec![Block::Rule, Block::PageBreak], vec![Block::Table { head: true, rows: vec![vec![]] }]] {
        assert_eq!(empty(blocks.clone()), Some(Trouble::Empty), "{blocks:?}");
    }
    let mut laid = laid(vec![paragraph("a"), Block::PageBreak, Block::PageBreak, paragraph("b"), Block::PageBreak]);
    assert_eq!(laid.pages.len(), 2);
    assert_eq!(laid.draw(2, 100).err(), Some(Trouble::NoSuchPage));
    assert_eq!(laid.words(2).err(), Some(Trouble::NoSuchPage));
    assert_eq!(laid.opened().layout, "test/1 text/1");
}

#[test]
fn pages_are_drawn_in_the_size_that_is_asked_for() {
    let mut laid = laid(vec![paragraph("a")]);
    let size = |raster: Raster| (raster.width, raster.height, raster.rgb.len());
    assert_eq!(size(laid.draw(0, 72).unwrap()), (595, 842, 595 * 842 * 3));
    assert_eq!(size(laid.draw(0, 12).unwrap()), (99, 140, 99 * 140 * 3));
    let dots = laid.draw(0, u16::MAX).unwrap();
    assert!(u64::from(dots.width) * u64::from(dots.height) <= crate::preview::limits::PAGE_DOTS);
}

fn any_text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof!["[a-zA-Z0-9,.-]{1,12} ", "[ \n\t]{1,3}", "\\PC{1,6}", "[一-鿿]{1,30}", "[א-ת ]{1,20}", "[a-z]{100,300}"], 0..60)
        .prop_map(|parts| parts.concat())
}

fn any_block() -> impl Strategy<Value = Block> {
    let runs = || prop::collection::vec((any_text(), any::<[bool; 4]>()), 0..3).prop_map(|runs| {
        let run = |(text, [bold, italic, mono, struck]): (String, [bool; 4])| Run { text, bold, italic, mono, struck };
        runs.into_iter().map(run).collect::<Vec<Run>>()
    });
    prop_oneof![
        (0u8..8, runs()).prop_map(|(level, runs)| Block::Heading(level, runs)),
        runs().prop_map(Block::Paragraph),
        (any::<u8>(), runs()).prop_map(|(depth, text)| Block::Item { depth, mark: "•".into(), text }),
        (any::<u8>(), runs()).prop_map(|(depth, runs)| Block::Quote(depth, runs)),
        (any_text(), any::<bool>()).prop_map(|(text, numbered)| Block::Code { text, numbered }),
        prop::collection::vec(prop::collection::vec(runs(), 0..4), 0..6).prop_map(|rows| Block::Table { head: false, rows }),
        Just(Block::Rule),
        Just(Block::PageBreak),
    ]
}

/// Every character of a block in reading order.
fn own_letters(block: &Block) -> String {
    let of = |runs: &[Run]| runs.iter().map(|run| run.text.as_str()).collect::<String>();
    without_blanks(&match block {
        Block::Heading(_, runs) | Block::Paragraph(runs) | Block::Quote(_, runs) => of(runs),
        Block::Item { mark, text, .. } => mark.clone() + &of(text),
        Block::Code { text, .. } => text.clone(),
        Block::Table { rows, .. } => rows.iter().flatten().map(|cell| of(cell)).collect(),
        Block::Rule | Block::PageBreak => String::new(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_character_stands_on_one_page_in_its_order(blocks in prop::collection::vec(any_block(), 0..8)) {
        // Cells that go on on the next page are read page by page; small tables stay whole.
        let expected: String = blocks.iter().filter(|block| !matches!(block, Block::Table { .. })).map(own_letters).collect();
        let others: Vec<Block> = blocks.iter().filter(|block| !matches!(block, Block::Table { .. })).cloned().collect();
        if let Ok(mut laid) = lay_out(others, Kind::Text, "test/1", Vec::new()) {
            prop_assert_eq!(without_blanks(&letters(&mut laid)), expected);
        } else {
            prop_assert_eq!(expected, "");
        }
        if let Ok(mut laid) = lay_out(blocks.clone(), Kind::Text, "test/1", Vec::new()) {
            let again = lay_out(blocks.clone(), Kind::Text, "test/1", Vec::new()).unwrap();
            prop_assert_eq!(&laid.pages, &again.pages);
            let count = |text: &str| { let mut all: Vec<char> = text.chars().collect(); all.sort_unstable(); all };
            let all: String = blocks.iter().map(own_letters).collect();
            prop_assert_eq!(count(&without_blanks(&letters(&mut laid))), count(&all));
        }
    }
}

#[test]
fn a_look() {
    let Some(folder) = std::env::var_os("DOORWARD_LOOK") else { return };
    let folder = std::path::Path::new(&folder);
    for entry in std::fs::read_dir(folder.join("in")).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let bytes = std::fs::read(entry.path()).unwrap();
        let at = std::time::Instant::now();
        use crate::preview::source::{markdown, table, text};
        let mut laid = match name.rsplit('.').next() { Some("csv") => table::open(&name, bytes), Some("md") => markdown::open(&name, bytes), _ => text::open(&name, bytes) }.unwrap();
        let opened = at.elapsed();
        for page in 0..laid.opened().pages.len().min(3) {
            let at = std::time::Instant::now();
            let raster = laid.draw(page, 100).unwrap();
            eprintln!("LOOK {name} {page}: {} pages, {:?}, opened {opened:?}, drawn {:?}", laid.opened().pages.len(), laid.opened().notes, at.elapsed());
            image::save_buffer(folder.join(format!("{name}-{page}.png")), &raster.rgb, raster.width, raster.height, image::ExtendedColorType::Rgb8).unwrap();
        }
    }
}
