//! Whether pages hold what they should, where the words say it stands.

use super::*;
use crate::preview::layout::block::Run;
use std::time::Instant;

fn write_png(name: &str, raster: &Raster) {
    let Some(folder) = std::env::var_os("DOORWARD_LOOK") else { return };
    let path = std::path::Path::new(&folder).join(name);
    image::save_buffer(path, &raster.rgb, raster.width, raster.height, image::ExtendedColorType::Rgb8).unwrap();
}

fn look(name: &str, blocks: Vec<Block>) {
    let at = Instant::now();
    let mut laid = lay_out(blocks, Kind::Text, "test/1", Vec::new()).unwrap();
    let laid_out = at.elapsed();
    for page in 0..laid.pages.len().min(3) {
        let at = Instant::now();
        let raster = laid.draw(page, 100).unwrap();
        eprintln!("{name} {page}: {} pages, laid out {laid_out:?}, drawn {:?}", laid.pages.len(), at.elapsed());
        write_png(&format!("{name}-{page}.png"), &raster);
    }
}

#[test]
fn a_look() {
    let prose = "The quick brown fox jumps over the lazy dog; AVATAR To Wave, efficient office. ".repeat(300);
    look("prose", vec![Block::Heading(1, vec![Run::plain("A title of some length")]), Block::Paragraph(vec![Run::plain(prose)])]);
    let langs = [
        "Straße, Übergröße, Ärger – „Fünf“",
        "Съешь же ещё этих мягких французских булок",
        "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία",
        "نص حكيم له سر قاطع وذو شأن عظيم مكتوب على ثوب أخضر (2024) ومغلف بجلد أزرق",
        "דג סקרן שט בים מאוכזב ולפתע מצא חברה 12.5 אחוז (abc)",
        "天地玄黃,宇宙洪荒。日月盈昃,辰宿列張。",
        "いろはにほへと ちりぬるを 我が世誰ぞ",
        "키스의 고유조건은 입술끼리 만나야 하고",
        "Emoji 😀 🧿 🇩🇪 ✓ ☃",
        "a\u{301}e\u{308} Zalgo: Z\u{310}\u{321}\u{310}\u{321}\u{310}a ẤẾ Å",
        "ctl \u{1b}[31m \u{0}\u{202e}evil\u{202c} <&>\"'",
        "हिन्दी ไทย",
    ];
    look(
        "langs",
        langs
            .iter()
            .map(|t| {
                Block::Paragraph(vec![
                    Run::plain((*t).repeat(2)),
                    Run { italic: true, ..Run::plain(" slanted ") },
                    Run::bold("bold"),
                    Run { struck: true, ..Run::plain(" struck") },
                ])
            })
            .collect(),
    );
}
