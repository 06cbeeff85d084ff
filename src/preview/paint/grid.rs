//! Draws a grid of per cents over a page, for staff who say where an area is to be covered.

use crate::preview::fonts;
use crate::preview::job::Trouble;
use crate::preview::source::Raster;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use std::fmt::Write as _;

/// Per cents between two lines; every second line bears its figure.
const STEP: u32 = 5;
/// Size of the figures at 100 dots an inch, in dots.
const FIGURE: f32 = 11.0;
/// Smallest size of the figures, in dots.
const FIGURE_LEAST: f32 = 7.0;

/// Draws the grid over a page that was drawn at so many dots an inch: each line dark with light edges, so that it is seen on any ground.
///
/// # Errors
/// The page has no dots.
pub fn grid(page: &mut Raster, dpi: u16) -> Result<(), Trouble> {
    let figure = (FIGURE * f32::from(dpi) / 100.0).max(FIGURE_LEAST);
    let options = Options { font_family: "DejaVu Sans".to_owned(), fontdb: fonts::database(), ..Options::default() };
    let tree = Tree::from_str(&drawing(page.width, page.height, figure), &options).map_err(|_| Trouble::TooHard)?;
    let mut lines = Pixmap::new(page.width, page.height).ok_or(Trouble::TooHard)?;
    resvg::render(&tree, Transform::identity(), &mut lines.as_mut());
    for (dot, ink) in page.rgb.as_chunks_mut::<3>().0.iter_mut().zip(lines.pixels()).filter(|(_, ink)| ink.alpha() > 0) {
        let stays = u16::from(255 - ink.alpha());
        for (part, added) in dot.iter_mut().zip([ink.red(), ink.green(), ink.blue()]) {
            *part = ((u16::from(*part) * stays / 255) as u8).saturating_add(added);
        }
    }
    Ok(())
}

/// The lines and their figures, along the upper and the left edge.
fn drawing(width: u32, height: u32, figure: f32) -> String {
    let (mut light, mut dark, mut figures) = (String::new(), String::new(), String::new());
    for step in (STEP..100).step_by(STEP as usize) {
        // Through the middle of dots, or a line would be two dots wide and half as dark.
        let [x, y] = [width, height].map(|side| (side * step / 100) as f32 + 0.5);
        let line = format!("M{x} 0V{height}M0 {y}H{width}");
        light.push_str(&line);
        if step % (2 * STEP) == 0 {
            dark.push_str(&line);
            // Writing to a string cannot fail.
            let _ = write!(figures, "<text x='{}' y='{figure}'>{step}</text><text x='2' y='{}'>{step}</text>", x + 2.0, y - 2.0);
        }
    }
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'><g fill='none'>\
         <path d='{light}' stroke='#fff' stroke-width='3' opacity='.35'/><path d='{light}' stroke='#048' opacity='.3'/>\
         <path d='{dark}' stroke='#048' opacity='.6'/></g><g font-family='DejaVu Sans' font-size='{figure}' font-weight='bold' fill='#048' \
         stroke='#fff' stroke-width='2' paint-order='stroke'>{figures}</g></svg>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(width: u32, height: u32, ground: u8) -> Raster {
        Raster { width, height, rgb: vec![ground; (width * height * 3) as usize] }
    }

    /// By how much a dot, named in per cent of the page, was changed.
    fn change(page: &Raster, across: f32, down: f32, ground: u8) -> u8 {
        let (x, y) = ((page.width as f32 * across / 100.0) as usize, (page.height as f32 * down / 100.0) as usize);
        let at = (y * page.width as usize + x) * 3;
        page.rgb[at..at + 3].iter().map(|part| part.abs_diff(ground)).max().unwrap_or(0)
    }

    #[test]
    fn lines_stand_at_their_per_cents_on_any_ground_and_nothing_between_them() {
        for ground in [255, 128, 0] {
            let mut drawn = page(800, 1000, ground);
            assert_eq!(grid(&mut drawn, 100), Ok(()));
            for step in (10..100).step_by(10).map(|step| step as f32) {
                assert!(change(&drawn, step, 57.5, ground) > 40, "{step} across on {ground}");
                assert!(change(&drawn, 57.5, step, ground) > 40, "{step} down on {ground}");
                assert!(change(&drawn, step + 5.0, 57.5, ground) > 10, "{step} and a half across on {ground}");
                assert_eq!(change(&drawn, step + 2.5, 57.5, ground), 0, "beside {step} on {ground}");
            }
        }
    }

    #[test]
    fn every_second_line_bears_its_figure_at_the_edges() {
        let mut drawn = page(800, 1000, 255);
        assert_eq!(grid(&mut drawn, 100), Ok(()));
        let ink = |left: f32, top: f32| {
            let around = (0..30).flat_map(|x| (0..12).map(move |y| (left + x as f32 / 12.0, top + y as f32 / 12.0)));
            around.filter(|(x, y)| change(&drawn, *x, *y, 255) > 100).count()
        };
        assert!(ink(20.3, 0.2) > 20 && ink(0.3, 19.0) > 20, "{} {}", ink(20.3, 0.2), ink(0.3, 19.0));
        assert_eq!(ink(25.5, 0.2), 0, "no figure at 25");
    }

    #[test]
    fn small_pages_have_one_as_well_and_a_page_without_dots_has_none() {
        for (width, height) in [(1, 1), (40, 3), (3, 40)] {
            assert_eq!(grid(&mut page(width, height, 255), 12), Ok(()), "{width}x{height}");
        }
        assert_eq!(grid(&mut page(0, 0, 255), 100), Err(Trouble::TooHard));
    }
}
