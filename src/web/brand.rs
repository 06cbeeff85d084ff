//! What the organisation puts on pages beside its name: a logo and a colour, served like the program's own assets, and a link.

use crate::crypto::primitives::{sha256, to_hex};
use crate::domain::branding::Branding;
use bytes::Bytes;

/// Highest and widest logo on a page, in pixels of the page.
const LOGO_SIZE: (u32, u32) = (200, 40);

/// The branding as pages need it.
#[derive(Debug, Clone, Default)]
pub struct Brand {
    logo: Option<(Picture, u32, u32)>,
    stylesheet: Option<Picture>,
    privacy: Option<String>,
}

/// One file of the branding, under a name that changes with its content.
#[derive(Debug, Clone)]
pub struct Picture {
    /// Where it is served.
    pub path: String,
    /// Its `Content-Type`.
    pub media_type: &'static str,
    /// Its content.
    pub body: Bytes,
}

impl Brand {
    /// What the configuration says.
    pub fn new(branding: &Branding) -> Self {
        let logo = branding.logo.as_ref().map(|logo| {
            let (width, height) = logo.within(LOGO_SIZE.0, LOGO_SIZE.1);
            (file("logo", "png", "image/png", Bytes::copy_from_slice(&logo.png)), width, height)
        });
        let sheet =
            |palette: &crate::domain::branding::Palette| file("brand", "css", "text/css; charset=utf-8", palette.stylesheet().into());
        Self { logo, stylesheet: branding.palette.as_ref().map(sheet), privacy: branding.privacy.clone() }
    }

    /// The file served at this path.
    pub fn find(&self, path: &str) -> Option<&Picture> {
        let logo = self.logo.as_ref().map(|(file, ..)| file);
        logo.into_iter().chain(&self.stylesheet).find(|file| file.path == path)
    }

    /// Where the logo is served, with its width and height on the page.
    pub fn logo(&self) -> Option<(&str, u32, u32)> {
        self.logo.as_ref().map(|(file, width, height)| (file.path.as_str(), *width, *height))
    }

    /// Where the stylesheet with the colours is served.
    pub fn stylesheet(&self) -> Option<&str> {
        self.stylesheet.as_ref().map(|file| file.path.as_str())
    }

    /// The organisation's privacy notice.
    pub fn privacy(&self) -> Option<&str> {
        self.privacy.as_deref()
    }
}

fn file(stem: &str, extension: &str, media_type: &'static str, body: Bytes) -> Picture {
    let name = to_hex(&sha256(&[&body]));
    let name = String::from_utf8_lossy(&name[..16]).into_owned();
    Picture { path: format!("/static/{stem}-{name}.{extension}"), media_type, body }
}
