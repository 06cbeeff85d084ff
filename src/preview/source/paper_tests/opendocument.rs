//! ODT, ODS and ODP.

use super::{archive, lines};
use crate::preview::job::{Kind, Note, Trouble};
use crate::preview::source::{odt, sheet, slides};

fn content(styles: &str, body: &str) -> Vec<u8> {
    let text = format!(
        "<?xml version=\"1.0\"?><office:document-content><office:automatic-styles>{styles}</office:automatic-styles><office:body>{body}</office:body></office:document-content>"
    );
    archive(&[("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", &text)])
}

#[test]
fn a_text_gives_its_headings_looks_blanks_lists_notes_and_pages() {
    let styles = r#"<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
        <style:style style:name="N" style:family="paragraph"><style:paragraph-properties fo:break-before="page"/></style:style>
        <text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
        <text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/></text:list-style>"#;
    let body = r#"<office:text><text:h text:outline-level="2">Title</text:h>
        <text:p>a<text:s text:c="3"/>b<text:tab/>c <text:span text:style-name="B">bold</text:span><text:line-break/>next &amp; last &#8364;</text:p>
        <text:list text:style-name="L"><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>inner</text:p></text:list-item></text:list></text:list-item>
        <text:list-item><text:p>two</text:p></text:list-item></text:list>
        <text:p text:style-name="N">with a note<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>the note</text:p></text:note-body></text:note></text:p>
        </office:text>"#;
    let bytes = content(styles, body);
    let (blocks, notes) = odt::blocks(&bytes).unwrap();
    let expected =
        ["h2 Title", "a   b\tc *bold*\nnext & last €", "1. one", " a) inner", "2. two", "page", "with a note[1]", "[1] the note"];
    assert_eq!(lines(&blocks), expected);
    assert_eq!(notes, [Note::TextOnly]);
    assert_eq!(odt::open("a.odt", bytes).unwrap().opened().kind, Kind::Document);
}

#[test]
fn tables_keep_their_rows_and_those_in_cells_give_them_their_text() {
    let body = r#"<office:text><table:table><table:table-row><table:table-cell><text:p>a</text:p><text:p>b</text:p></table:table-cell>
        <table:table-cell table:number-columns-repeated="2"/><table:table-cell><table:table><table:table-row><table:table-cell><text:p>inner</text:p></table:table-cell></table:table-row></table:table></table:table-cell></table:table-row></table:table></office:text>"#;
    let (blocks, _) = odt::blocks(&content("", body)).unwrap();
    assert_eq!(lines(&blocks), ["table a\nb|||inner"]);
}

#[test]
fn what_is_hidden_or_deleted_is_left_out_and_that_is_said() {
    let styles = r#"<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style>"#;
    let body = r#"<office:text><text:tracked-changes><text:changed-region><text:deletion><text:p>deleted</text:p></text:deletion></text:changed-region></text:tracked-changes>
        <text:p>seen<text:span text:style-name="H">secret</text:span><office:annotation><text:p>remark</text:p></office:annotation></text:p></office:text>"#;
    let (blocks, notes) = odt::blocks(&content(styles, body)).unwrap();
    assert_eq!(lines(&blocks), ["seen"]);
    assert_eq!(notes, [Note::TextOnly, Note::HiddenLeftOut]);
}

#[test]
fn a_workbook_shows_what_its_cells_show() {
    let styles = r#"<style:style style:name="off" style:family="table"><style:table-properties table:display="false"/></style:style>"#;
    let body = r#"<office:spreadsheet><table:table table:name="Costs"><table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>
        <table:table-row><table:table-cell office:value="0.3"><text:p>30 %</text:p></table:table-cell><table:table-cell office:value="7"/><table:table-cell><text:p>hidden</text:p></table:table-cell></table:table-row>
        <table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>
        <table:table table:name="Secret" table:style-name="off"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>"#;
    let bytes = content(styles, body);
    let (blocks, notes) = sheet::blocks(&bytes).unwrap();
    assert_eq!(lines(&blocks), ["h2 Costs", "table 30 %|7"]);
    assert_eq!(notes, [Note::TextOnly, Note::HiddenLeftOut]);
    assert_eq!(sheet::open("a.ods", bytes).unwrap().opened().kind, Kind::Spreadsheet);
}

#[test]
fn a_long_text_in_a_million_cells_is_cut() {
    let text = "x".repeat(100_000);
    let body = format!(
        "<office:spreadsheet><table:table table:name=\"T\"><table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell \
         table:number-columns-repeated=\"16000\"><text:p>{text}</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>"
    );
    let (blocks, notes) = sheet::blocks(&content("", &body)).unwrap();
    assert!(notes.contains(&Note::Shortened));
    let bytes: usize = lines(&blocks).iter().map(String::len).sum();
    assert!(bytes < 2 * crate::preview::limits::TEXT_CHARS, "{bytes} bytes");
}

#[test]
fn a_presentation_has_a_page_for_each_slide() {
    let body = "<office:presentation><draw:page draw:name=\"One\"><text:p>first</text:p></draw:page><draw:page draw:name=\"Two\"><text:p>second</text:p></draw:page></office:presentation>";
    let bytes = content("", body);
    assert_eq!(lines(&slides::blocks(&bytes).unwrap().0), ["h2 One", "first", "page", "h2 Two", "second"]);
}

#[test]
fn an_encrypted_package_means_a_password() {
    let manifest = "<manifest:manifest><manifest:file-entry manifest:full-path=\"content.xml\"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>";
    let bytes = archive(&[("META-INF/manifest.xml", manifest), ("content.xml", "\u{1}\u{2}")]);
    assert_eq!(odt::blocks(&bytes), Err(Trouble::Protected));
    assert_eq!(sheet::blocks(&bytes), Err(Trouble::Protected));
}
