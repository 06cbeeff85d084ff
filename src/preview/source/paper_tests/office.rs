//! DOCX, RTF, PPTX and XLSX.

use super::{archive, lines, relations};
use crate::preview::job::{Kind, Note, Trouble};
use crate::preview::source::{docx, figure, sheet, slides};
use calamine::{Data, ExcelDateTime, ExcelDateTimeType};

fn word(main: &str, body: &str, more: &[(&str, &str)]) -> Vec<u8> {
    let package = relations(&[("r1", "officeDocument", &format!("/word/{main}"))]);
    let document = format!("<?xml version=\"1.0\"?><w:document xmlns:w=\"w\" xmlns:r=\"r\"><w:body>{body}</w:body></w:document>");
    let name = format!("word/{main}");
    let mut entries = vec![("_rels/.rels", package.as_str()), (name.as_str(), document.as_str())];
    entries.extend(more);
    archive(&entries)
}

#[test]
fn a_word_document_gives_its_headings_lists_tables_looks_and_pages() {
    let styles = r#"<w:styles xmlns:w="w"><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>
        <w:style w:type="paragraph" w:styleId="LB"><w:name w:val="List Bullet"/></w:style></w:styles>"#;
    let body = r#"<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Report</w:t></w:r></w:p>
        <w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Bold</w:t></w:r><w:r><w:t xml:space="preserve"> and </w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t>slanted</w:t></w:r></w:p>
        <w:p><w:pPr><w:pStyle w:val="LB"/></w:pPr><w:r><w:t>entry</w:t></w:r></w:p>
        <w:p><w:r><w:t>before</w:t><w:br w:type="page"/><w:t>after</w:t></w:r></w:p>
        <w:tbl><w:tr><w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>b &amp; c</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"#;
    let related = relations(&[("r1", "styles", "styles.xml"), ("r2", "chart", "charts/none.xml")]);
    let bytes = word("document.xml", body, &[("word/styles.xml", styles), ("word/_rels/document.xml.rels", &related)]);
    let (blocks, notes) = docx::blocks(&bytes).unwrap();
    assert_eq!(lines(&blocks), ["h1 Report", "*Bold* and _slanted_", "• entry", "before", "page", "after", "table a|b & c"]);
    assert_eq!(notes, [Note::TextOnly]);
    let opened = docx::open("a.docx", bytes).unwrap();
    assert_eq!((opened.opened().kind, opened.opened().pages.len()), (Kind::Document, 2));
}

#[test]
fn the_main_part_may_have_any_name() {
    let bytes = word("document2.xml", "<w:p><w:r><w:t>Here it is</w:t></w:r></w:p>", &[]);
    assert_eq!(lines(&docx::blocks(&bytes).unwrap().0), ["Here it is"]);
}

#[test]
fn text_that_is_hidden_or_deleted_is_left_out_and_that_is_said() {
    let body = r#"<w:p><w:r><w:t>seen </w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>
        <w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>too</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>"#;
    let (blocks, notes) = docx::blocks(&word("document.xml", body, &[])).unwrap();
    let text = lines(&blocks).join(" ");
    assert!(text.contains("seen") && text.contains("too") && !text.contains("secret") && !text.contains("gone"), "{text}");
    assert_eq!(notes, [Note::TextOnly, Note::HiddenLeftOut]);
}

#[test]
fn a_document_of_pictures_says_that_it_has_no_text_and_an_empty_one_is_empty() {
    let (blocks, _) = docx::blocks(&word("document.xml", "<w:p><w:r><w:drawing></w:drawing></w:r></w:p>", &[])).unwrap();
    assert_eq!(lines(&blocks), ["_There is no text to show in this document._"]);
    assert_eq!(docx::blocks(&word("document.xml", "<w:p/>", &[])), Err(Trouble::Empty));
}

#[test]
fn entities_that_a_document_defines_are_never_expanded() {
    let bomb =
        r#"<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><office:text><text:p>x&c;y</text:p></office:text>"#;
    let (blocks, _) = crate::preview::source::odt::blocks(&archive(&[("content.xml", bomb)])).unwrap();
    assert_eq!(lines(&blocks), ["x&c;y"]);
}

#[test]
fn rtf_gives_its_text_in_every_way_of_writing_characters() {
    let rtf = br"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial;}}{\*\generator none}\f0 Gr\'f6\'dfe \b bold\b0\par
{\f1\'cf\'f0\'e8} \u8364?\u-10179?\u-8704?\line next{\v secret}{\pict 00ff}\par }";
    let (blocks, _) = docx::blocks(rtf).unwrap();
    assert_eq!(lines(&blocks), ["Größe *bold*", "При €😀\nnext"]);
    assert_eq!(docx::blocks(format!("{{\\rtf1{}", "{".repeat(100_000)).as_bytes()), Err(Trouble::TooLarge));
}

fn show(slides: &[(&str, &str)], more: &[(&str, &str)]) -> Vec<u8> {
    let package = relations(&[("r1", "officeDocument", "ppt/presentation.xml")]);
    let ids: Vec<String> = (0..slides.len()).map(|i| format!("rId{i}")).collect();
    let list: String = ids.iter().map(|id| format!("<p:sldId id=\"256\" r:id=\"{id}\"/>")).collect();
    let main = format!("<p:presentation xmlns:p=\"p\" xmlns:r=\"r\"><p:sldIdLst>{list}</p:sldIdLst></p:presentation>");
    let related: Vec<(&str, &str, &str)> = ids.iter().zip(slides).map(|(id, (name, _))| (id.as_str(), "slide", *name)).collect();
    let related = relations(&related);
    let names: Vec<String> = slides.iter().map(|(name, _)| format!("ppt/{name}")).collect();
    let mut entries =
        vec![("_rels/.rels", package.as_str()), ("ppt/presentation.xml", &main), ("ppt/_rels/presentation.xml.rels", &related)];
    entries.extend(names.iter().zip(slides).map(|(name, (_, text))| (name.as_str(), *text)));
    entries.extend(more);
    archive(&entries)
}

fn slide(attributes: &str, text: &str) -> String {
    format!(
        "<p:sld xmlns:p=\"p\" xmlns:a=\"a\" {attributes}><p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr><p:ph type=\"title\"/></p:nvPr></p:nvSpPr>\
         <p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
    )
}

#[test]
fn each_slide_begins_a_page_has_its_own_notes_and_hidden_ones_are_left_out() {
    let [first, hidden, last] = [slide("", "First"), slide("show=\"0\"", "Secret"), slide("", "Last")];
    let notes = "<p:notes xmlns:p=\"p\" xmlns:a=\"a\"><p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr><p:ph type=\"body\"/></p:nvPr></p:nvSpPr>\
                 <p:txBody><a:p><a:r><a:t>Speak slowly</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld></p:notes>";
    // The notes of the last slide are the first and only ones of the file.
    let related = relations(&[("r1", "notesSlide", "../notesSlides/notesSlide1.xml")]);
    let bytes = show(
        &[("slides/slide1.xml", &first), ("slides/slide2.xml", &hidden), ("slides/slide3.xml", &last)],
        &[("ppt/slides/_rels/slide3.xml.rels", &related), ("ppt/notesSlides/notesSlide1.xml", notes)],
    );
    let (blocks, told) = slides::blocks(&bytes).unwrap();
    assert_eq!(lines(&blocks), ["h1 First", "page", "h1 Last", "rule", "*Speaker notes*", "q1 Speak slowly"]);
    assert_eq!(told, [Note::TextOnly, Note::HiddenLeftOut]);
    assert_eq!(slides::open("a.pptx", bytes).unwrap().opened().kind, Kind::Presentation);
}

fn workbook(sheets: &[(&str, &str, &str)], styles: &str) -> Vec<u8> {
    let package = relations(&[("r1", "officeDocument", "xl/workbook.xml")]);
    let list: String = sheets
        .iter()
        .enumerate()
        .map(|(i, (name, state, _))| format!("<sheet name=\"{name}\" sheetId=\"{}\" {state} r:id=\"rId{i}\"/>", i + 1))
        .collect();
    let main = format!(
        "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{list}</sheets></workbook>"
    );
    let ids: Vec<(String, String)> = (0..sheets.len()).map(|i| (format!("rId{i}"), format!("worksheets/sheet{i}.xml"))).collect();
    let mut related: Vec<(&str, &str, &str)> = ids.iter().map(|(id, target)| (id.as_str(), "worksheet", target.as_str())).collect();
    related.push(("rS", "styles", "styles.xml"));
    let related = relations(&related);
    let parts: Vec<(String, String)> = sheets
        .iter()
        .enumerate()
        .map(|(i, (_, _, data))| {
            (
                format!("xl/worksheets/sheet{i}.xml"),
                format!("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{data}</worksheet>"),
            )
        })
        .collect();
    let styles = format!("<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{styles}</styleSheet>");
    let mut entries = vec![
        ("_rels/.rels", package.as_str()),
        ("xl/workbook.xml", &main),
        ("xl/_rels/workbook.xml.rels", &related),
        ("xl/styles.xml", &styles),
    ];
    entries.extend(parts.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    archive(&entries)
}

#[test]
fn a_workbook_shows_its_sheets_as_people_read_them_and_nothing_that_is_hidden() {
    let styles = "<numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\"/></numFmts><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders>\
                  <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/><xf numFmtId=\"10\"/></cellXfs>";
    let data = "<cols><col min=\"3\" max=\"3\" hidden=\"1\"/></cols><sheetData>\
        <row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>sum</t></is></c><c r=\"B1\"><f>0.1+0.2</f><v>0.30000000000000004</v></c><c r=\"C1\"><v>42</v></c></row>\
        <row r=\"2\" hidden=\"1\"><c r=\"A2\"><v>43</v></c></row>\
        <row r=\"3\"><c r=\"A3\" s=\"1\"><v>45943</v></c><c r=\"B3\" s=\"2\"><v>0.125</v></c></row></sheetData>";
    let secret = "<sheetData><row r=\"1\"><c r=\"A1\"><v>44</v></c></row></sheetData>";
    let bytes = workbook(&[("Open", "", data), ("Hidden", "state=\"hidden\"", secret), ("Deep", "state=\"veryHidden\"", secret)], styles);
    let (blocks, notes) = sheet::blocks(&bytes).unwrap();
    assert_eq!(lines(&blocks), ["h2 Open", "table sum|0.3 / | / 2025-10-13|12.50%"]);
    assert_eq!(notes, [Note::TextOnly, Note::HiddenLeftOut]);
    assert_eq!(sheet::open("a.xlsx", bytes).unwrap().opened().kind, Kind::Spreadsheet);
}

#[test]
fn a_sheet_that_claims_to_be_vast_takes_no_room() {
    let data =
        "<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row></sheetData>";
    let (blocks, notes) = sheet::blocks(&workbook(&[("Vast", "", data)], "")).unwrap();
    assert_eq!(lines(&blocks), ["h2 Vast", "table 1"]);
    assert!(notes.contains(&Note::Shortened));
}

#[test]
fn a_workbook_without_a_cell_is_empty() {
    assert_eq!(sheet::blocks(&workbook(&[("One", "", "<sheetData/>"), ("Two", "", "<sheetData/>")], "")), Err(Trouble::Empty));
}

#[test]
fn figures_are_written_as_their_formats_say() {
    for (value, format, text) in [
        (0.1 + 0.2, "", "0.3"),
        (1.0, "General", "1"),
        (-1234.5, "#,##0.00", "-1,234.50"),
        (1234567.0, "#,##0", "1,234,567"),
        (0.5, "0%", "50%"),
        (-3.0, "0.00;(0.00)", "(3.00)"),
        (12.5, "\"EUR \"0.00", "EUR 12.50"),
        (12.5, "[$€-407] #,##0.00", "€ 12.50"),
        (7.0, "00000", "00007"),
        (1500.0, "0.0,", "1.5"),
        (1e20, "", "1E20"),
        (1.5, "0.##", "1.5"),
        (2.0, "0.##", "2"),
        (5551234.0, "000-0000", "5551234"),
        (-0.0001, "0.00", "0.00"),
    ] {
        assert_eq!(figure::text(&Data::Float(value), format), text, "{value} as {format}");
    }
    let moment = |value, kind| Data::DateTime(ExcelDateTime::new(value, kind, false));
    assert_eq!(figure::text(&moment(45943.0, ExcelDateTimeType::DateTime), ""), "2025-10-13");
    assert_eq!(figure::text(&moment(45943.5, ExcelDateTimeType::DateTime), ""), "2025-10-13 12:00");
    assert_eq!(figure::text(&moment(0.75, ExcelDateTimeType::DateTime), "h:mm"), "18:00");
    assert_eq!(figure::text(&moment(1.5, ExcelDateTimeType::TimeDelta), ""), "36:00:00");
}
