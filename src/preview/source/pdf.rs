//! PDF, drawn by hayro.

use crate::preview::fonts;
use crate::preview::job::{Kind, Note, Opened, PageSize, Trouble};
use crate::preview::limits::{PAGE_DOTS, PAGE_SIDE, PAGES};
use crate::preview::source::glyphs::Gatherer;
use crate::preview::source::{Raster, Source, Word, forms};
use hayro::hayro_interpret::font::{FontData, FontQuery};
use hayro::hayro_interpret::hayro_cmap::CidFamily;
use hayro::hayro_interpret::{Context, InterpreterCache, InterpreterSettings, TransformExt, interpret_page};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use hayro::kurbo::{Affine, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};
use std::sync::Arc;

/// Dots an inch in which PDF counts.
const POINTS: f32 = 72.0;

/// An opened PDF.
struct Document {
    opened: Opened,
    pdf: Pdf,
    settings: InterpreterSettings,
}

/// Opens a PDF; a password that is empty does not protect.
///
/// # Errors
/// It is protected by a password, no PDF that can be read, or without pages.
pub(super) fn open(bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => Trouble::Protected,
        LoadPdfError::Decryption(DecryptionError::UnsupportedAlgorithm) => Trouble::Unsupported,
        LoadPdfError::Decryption(_) | LoadPdfError::Invalid => Trouble::Damaged,
    })?;
    let pages: Vec<PageSize> = pdf.pages().iter().take(PAGES).map(size).collect();
    if pages.is_empty() {
        return Err(Trouble::Empty);
    }
    let mut notes = Vec::new();
    if forms::may_look_empty(&pdf) {
        notes.push(Note::FormMayLookEmpty);
    }
    if pdf.pages().len() > PAGES {
        notes.push(Note::Shortened);
    }
    let opened = Opened { pages, kind: Kind::Pdf, layout: "pdf-1".to_owned(), notes, parts: Vec::new() };
    Ok(Box::new(Document { opened, pdf, settings: settings() }))
}

/// How pages are read: with the bundled font for what is Chinese, Japanese or Korean and brings no font along.
fn settings() -> InterpreterSettings {
    let usual = InterpreterSettings::default();
    let standard = usual.font_resolver.clone();
    let font_resolver = move |query: &FontQuery| match query {
        FontQuery::Fallback(wanted) if wanted.character_collection.as_ref().is_some_and(|letters| is_cjk(&letters.family)) => {
            let font: FontData = Arc::new(fonts::CJK);
            Some((font, 0))
        }
        query => standard(query),
    };
    InterpreterSettings { font_resolver: Arc::new(font_resolver), ..usual }
}

const fn is_cjk(letters: &CidFamily) -> bool {
    matches!(letters, CidFamily::AdobeJapan1 | CidFamily::AdobeGB1 | CidFamily::AdobeCNS1 | CidFamily::AdobeKorea1)
}

/// The size of a page, in points. A length that is no number counts as one point, as does the shortest.
fn lengths(page: &Page<'_>) -> (f32, f32) {
    let (width, height) = page.render_dimensions();
    let sane = |length: f32| length.max(1.0).min(f32::from(u16::MAX));
    (sane(width), sane(height))
}

fn size(page: &Page<'_>) -> PageSize {
    let (width, height) = lengths(page);
    PageSize { width: width.round() as u16, height: height.round() as u16 }
}

/// The size of a page in dots, within the bounds of a picture.
fn dots((width, height): (f32, f32), dpi: u16) -> (u16, u16) {
    let wanted = f32::from(dpi) / POINTS;
    let side = PAGE_SIDE as f32 / width.max(height);
    let area = (PAGE_DOTS as f32 / (width * height)).sqrt();
    let scale = wanted.min(side).min(area);
    let dots = |length: f32| (length * scale).floor().max(1.0) as u16;
    (dots(width), dots(height))
}

impl Document {
    fn page(&self, page: usize) -> Result<&Page<'_>, Trouble> {
        self.pdf.pages().get(page).filter(|_| page < self.opened.pages.len()).ok_or(Trouble::NoSuchPage)
    }
}

/// What brings a page to a picture of that size.
fn transform(page: &Page<'_>, width: f64, height: f64) -> Affine {
    let (points_wide, points_high) = page.render_dimensions();
    Affine::scale_non_uniform(width / f64::from(points_wide), height / f64::from(points_high)) * page.initial_transform(true).to_kurbo()
}

impl Source for Document {
    fn opened(&self) -> &Opened {
        &self.opened
    }

    fn draw(&mut self, page: usize, dpi: u16) -> Result<Raster, Trouble> {
        let page = self.page(page)?;
        let (width, height) = dots(lengths(page), dpi);
        let mut context = RenderContext::new(width, height);
        let transform = transform(page, f64::from(width), f64::from(height));
        render_into(page, &RenderCache::new(), &self.settings, &RenderSettings::default(), &mut context, transform);
        context.flush();
        let mut picture = Pixmap::new(width, height);
        let on_white = RasterizerSettings { target_init: TargetInit::Clear(WHITE), ..RasterizerSettings::default() };
        context.render_with(&mut picture, &mut Resources::default(), on_white);
        let dots = picture.data_as_u8_slice().as_chunks::<4>().0;
        let rgb = dots.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect();
        Ok(Raster { width: width.into(), height: height.into(), rgb })
    }

    fn words(&mut self, page: usize) -> Result<Vec<Word>, Trouble> {
        let page = self.page(page)?;
        let (width, height) = lengths(page);
        let whole = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let cache = InterpreterCache::new();
        let mut context = Context::new(transform(page, whole.width(), whole.height()), whole, &cache, page.xref(), self.settings.clone());
        let mut gatherer = Gatherer::new(whole);
        interpret_page(page, &mut context, &mut gatherer);
        Ok(gatherer.words())
    }

    fn part(&mut self, _: usize) -> Option<(String, Vec<u8>)> {
        None
    }
}

#[cfg(test)]
mod tests;
