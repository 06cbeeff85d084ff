//! Pages as they were drawn, before anything is covered or marked, kept within a bound: the same page is soon asked for again.

use crate::preview::job::Trouble;
use crate::preview::limits::KEPT_PAGE_BYTES;
use crate::preview::source::Raster;

/// A page and its dots an inch.
type Key = (usize, u16);

/// The pages last asked for, newest at the end.
#[derive(Debug, Default)]
pub(super) struct Pages(Vec<(Key, Raster)>);

impl Pages {
    /// A copy of the page, drawn if it is not kept.
    pub(super) fn get_or_draw(&mut self, key: Key, draw: impl FnOnce() -> Result<Raster, Trouble>) -> Result<Raster, Trouble> {
        let kept = self.0.iter().position(|(other, _)| *other == key).map(|at| self.0.remove(at).1);
        let raster = match kept {
            Some(raster) => raster,
            None => draw()?,
        };
        if raster.rgb.len() > KEPT_PAGE_BYTES {
            return Ok(raster);
        }
        let copy = raster.clone();
        self.0.push((key, raster));
        while self.0.iter().map(|(_, raster)| raster.rgb.len()).sum::<usize>() > KEPT_PAGE_BYTES {
            self.0.remove(0);
        }
        Ok(copy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(bytes: usize) -> Raster {
        Raster { width: 1, height: 1, rgb: vec![7; bytes] }
    }

    #[test]
    fn a_page_is_drawn_once_while_it_is_kept_and_the_oldest_goes_first() {
        let (mut pages, mut drawn) = (Pages::default(), Vec::new());
        let third = KEPT_PAGE_BYTES / 3;
        for key in [(0, 100), (0, 100), (1, 100), (0, 50), (0, 100), (2, 100), (1, 100), (0, 100)] {
            let got = pages.get_or_draw(key, || {
                drawn.push(key);
                Ok(page(third))
            });
            assert_eq!(got.map(|raster| raster.rgb.len()), Ok(third));
        }
        assert_eq!(drawn, [(0, 100), (1, 100), (0, 50), (2, 100), (1, 100)]);
    }

    #[test]
    fn a_page_above_the_bound_is_given_and_not_kept() {
        let mut pages = Pages::default();
        let large = pages.get_or_draw((0, 220), || Ok(page(KEPT_PAGE_BYTES + 1)));
        assert!(large.is_ok() && pages.0.is_empty());
        assert_eq!(pages.get_or_draw((0, 220), || Err(Trouble::Damaged)), Err(Trouble::Damaged));
    }
}
