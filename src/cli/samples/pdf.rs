//! A small writer of PDF 1.4: text in the standard fonts, lines and areas.

use std::fmt::Write;

/// A4, in points.
pub(super) const PAGE: (f32, f32) = (595.0, 842.0);

/// One of the fonts every reader of PDF has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Font {
    /// Helvetica.
    Plain,
    /// Helvetica-Bold.
    Bold,
}

/// Red, green and blue from 0 to 1.
pub(super) type Color = (f32, f32, f32);

/// What is drawn on one page. The origin is its lower left corner.
#[derive(Debug, Default)]
pub(super) struct Page(String);

impl Page {
    /// One line of text, its baseline starting at (x, y).
    pub(super) fn text(&mut self, font: Font, size: f32, color: Color, (x, y): (f32, f32), text: &str) {
        let font = if font == Font::Bold { "B" } else { "P" };
        self.push(&format!("BT {} rg /{font} {size} Tf {x:.2} {y:.2} Td ({}) Tj ET", numbers(color), escape(text)));
    }

    /// A filled area with straight edges.
    pub(super) fn area(&mut self, color: Color, corners: &[(f32, f32)]) {
        let way = way(corners);
        self.push(&format!("{} rg {way}h f", numbers(color)));
    }

    /// A line through the points.
    pub(super) fn line(&mut self, color: Color, width: f32, points: &[(f32, f32)]) {
        let way = way(points);
        self.push(&format!("{} RG {width} w {way}S", numbers(color)));
    }

    /// A wave along the baseline (x, y), `length` long.
    pub(super) fn wave(&mut self, color: Color, (x, y): (f32, f32), length: f32) {
        let mut way = format!("{x:.2} {y:.2} m ");
        let mut at = x;
        while at + 24.0 <= x + length {
            let _ = write!(way, "{:.2} {:.2} {:.2} {:.2} {:.2} {y:.2} c ", at + 8.0, y + 6.0, at + 16.0, y - 6.0, at + 24.0);
            at += 24.0;
        }
        self.push(&format!("{} RG 1 w {way}S", numbers(color)));
    }

    fn push(&mut self, operation: &str) {
        self.0.push_str(operation);
        self.0.push('\n');
    }
}

/// The width of a line in points. Bold type is up to a tenth wider.
pub(super) fn width(font: Font, size: f32, text: &str) -> f32 {
    let units: u32 = text.chars().map(|c| WIDTHS.get((c as usize).wrapping_sub(32)).map_or(556, |&w| u32::from(w))).sum();
    let scale = if font == Font::Bold { 1.1 } else { 1.0 };
    units as f32 * size * scale / 1000.0
}

/// The file.
pub(super) fn document(title: &str, subject: &str, pages: &[Page]) -> Vec<u8> {
    let first = 6;
    let kids: Vec<String> = (0..pages.len()).map(|page| format!("{} 0 R", first + 2 * page)).collect();
    let font = |name| format!("<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>");
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
        font("Helvetica"),
        font("Helvetica-Bold"),
        format!("<< /Title ({}) /Subject ({}) /Producer (Doorward) /CreationDate (D:20260303090000Z) >>", escape(title), escape(subject)),
    ];
    for (at, page) in pages.iter().enumerate() {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {} {}] /Resources << /Font << /P 3 0 R /B 4 0 R >> >> /Contents {} 0 R >>",
            PAGE.0,
            PAGE.1,
            first + 2 * at + 1
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{}endstream", page.0.len(), page.0));
    }
    write_file(&objects)
}

/// Header, objects, the table of where each of them starts (20 bytes a row, as the format demands), trailer.
fn write_file(objects: &[String]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (at, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        file.extend_from_slice(format!("{} 0 obj\n{object}\nendobj\n", at + 1).as_bytes());
    }
    let start = file.len();
    let trailer = format!("trailer\n<< /Size {} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    file.extend_from_slice(table.as_bytes());
    file.extend_from_slice(trailer.as_bytes());
    file
}

fn numbers((red, green, blue): Color) -> String {
    format!("{red} {green} {blue}")
}

fn way(points: &[(f32, f32)]) -> String {
    let step = |(at, (x, y)): (usize, &(f32, f32))| format!("{x:.2} {y:.2} {} ", if at == 0 { 'm' } else { 'l' });
    points.iter().enumerate().map(step).collect()
}

/// Text in WinAnsiEncoding, as a literal string of ASCII.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        let code = match c {
            '…' => 0x85,
            '’' => 0x92,
            '“' => 0x93,
            '”' => 0x94,
            '–' => 0x96,
            c => u8::try_from(u32::from(c)).unwrap_or(b'?'),
        };
        match code {
            b'(' | b')' | b'\\' => escaped.extend(['\\', char::from(code)]),
            b' '..=b'~' => escaped.push(char::from(code)),
            _ => escaped.push_str(&format!("\\{code:03o}")),
        }
    }
    escaped
}

/// Widths of Helvetica from the space to the tilde, in thousandths of the size (Adobe Font Metrics).
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278,
    278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722,
    667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556,
    556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_where_each_object_starts() {
        let file = document("A (title)", "", &[Page::default(), Page::default()]);
        let text: String = file.iter().map(|&b| if b.is_ascii() { char::from(b) } else { '?' }).collect();
        let start: usize = text
            .rsplit("startxref\n")
            .next()
            .and_then(|end| end.lines().next())
            .and_then(|n| n.parse().ok())
            .unwrap_or(0);
        let rows: Vec<&str> = text[start..].lines().skip(2).take_while(|row| row.len() == 19).collect();
        assert_eq!(rows.len(), 10);
        for (number, row) in rows.iter().enumerate().skip(1) {
            let at: usize = row[..10].parse().unwrap_or(0);
            assert!(text[at..].starts_with(&format!("{number} 0 obj\n")), "{row}");
        }
        assert!(text.contains("/Title (A \\(title\\))"));
    }
}
