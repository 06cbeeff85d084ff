//! Covers areas of a page in black.

use crate::domain::redaction::{Area, WHOLE};
use crate::preview::source::Raster;

/// Blackens the areas, each widened to whole dots, so that nothing of what it covers is left at its edges.
pub fn cover(page: &mut Raster, areas: &[Area]) {
    let row = page.width as usize * 3;
    if row == 0 {
        return;
    }
    for area in areas {
        let (left, right) = dots(area.left(), area.right(), page.width);
        let (top, bottom) = dots(area.top(), area.bottom(), page.height);
        for line in page.rgb.chunks_exact_mut(row).skip(top).take(bottom - top) {
            line[left * 3..right * 3].fill(0);
        }
    }
}

/// The dots of a side that lie within an area, be it in part.
fn dots(from: u16, to: u16, side: u32) -> (usize, usize) {
    let (side, whole) = (u64::from(side), u64::from(WHOLE));
    let first = u64::from(from) * side / whole;
    let end = (u64::from(to) * side).div_ceil(whole);
    (usize::try_from(first).unwrap_or(0), usize::try_from(end.min(side)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn white(width: u32, height: u32) -> Raster {
        Raster { width, height, rgb: vec![255; (width * height * 3) as usize] }
    }

    fn black(page: &Raster) -> Vec<(u32, u32)> {
        let dots = page.rgb.chunks_exact(3).enumerate().filter(|(_, dot)| *dot == [0, 0, 0]);
        dots.map(|(i, _)| (i as u32 % page.width, i as u32 / page.width)).collect()
    }

    #[test]
    fn an_area_covers_each_dot_that_it_touches_and_no_other() {
        let mut page = white(10, 10);
        cover(&mut page, &["25,31,20,1".parse().expect("an area")]);
        assert_eq!(black(&page), [(2, 3), (3, 3), (4, 3)]);
    }

    #[test]
    fn the_thinnest_area_covers_a_dot_even_of_the_smallest_page() {
        for (width, height) in [(1, 1), (3, 1), (1, 7), (849, 1100)] {
            let mut page = white(width, height);
            cover(&mut page, &["99.99,99.99,0.01,0.01".parse().expect("an area")]);
            assert_eq!(black(&page), [(width - 1, height - 1)]);
            cover(&mut page, &["0,0,100,100".parse().expect("an area")]);
            assert_eq!(black(&page).len(), (width * height) as usize);
        }
    }

    #[test]
    fn a_page_without_dots_stays_as_it_is() {
        let mut page = white(0, 0);
        cover(&mut page, &["0,0,100,100".parse().expect("an area")]);
        assert!(page.rgb.is_empty());
    }
}
