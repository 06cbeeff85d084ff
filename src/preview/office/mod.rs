//! Office documents made into PDF by LibreOffice, in a process and a unit of its own that holds each conversion in a sandbox.
//!
//! | file | is |
//! |---|---|
//! | `wire` | what passes over the socket: one document and its PDF for each connection |
//! | `client` | the gateway's side: a feed whose bytes are a PDF, or the document's own when there is none to be had |
//! | `server` | the converter: who is let in, how many wait, how long |
//! | `sandbox` | bubblewrap around LibreOffice, and what keeps macros and links still |
//! | `scratch` | the folder of each conversion, and its end |
//!
//! The PDF goes to a worker like any other, so that nothing LibreOffice wrote ever reaches a reader.

pub mod client;
pub mod sandbox;
pub mod scratch;
pub mod server;
#[cfg(test)]
mod tests;
pub mod wire;

use crate::preview::job::Kind;

/// The documents that are converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Word 97 to 2003.
    Doc,
    /// Word since 2007.
    Docx,
    /// OpenDocument presentation.
    Odp,
    /// OpenDocument spreadsheet.
    Ods,
    /// OpenDocument text.
    Odt,
    /// PowerPoint 97 to 2003.
    Ppt,
    /// PowerPoint since 2007.
    Pptx,
    /// Rich Text Format.
    Rtf,
    /// Excel 97 to 2003.
    Xls,
    /// Excel since 2007.
    Xlsx,
}

impl Format {
    /// All of them, in the order of their extensions.
    pub const ALL: [Self; 10] =
        [Self::Doc, Self::Docx, Self::Odp, Self::Ods, Self::Odt, Self::Ppt, Self::Pptx, Self::Rtf, Self::Xls, Self::Xlsx];

    /// The one a name ends like, in capitals or not.
    pub fn of_name(name: &str) -> Option<Self> {
        let (stem, end) = name.rsplit_once('.')?;
        Self::ALL
            .into_iter()
            .find(|format| !stem.is_empty() && end.eq_ignore_ascii_case(format.extension()))
    }

    /// What such a name ends in.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Doc => "doc",
            Self::Docx => "docx",
            Self::Odp => "odp",
            Self::Ods => "ods",
            Self::Odt => "odt",
            Self::Ppt => "ppt",
            Self::Pptx => "pptx",
            Self::Rtf => "rtf",
            Self::Xls => "xls",
            Self::Xlsx => "xlsx",
        }
    }

    /// What it is to a reader.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Doc | Self::Docx | Self::Odt | Self::Rtf => Kind::Document,
            Self::Ods | Self::Xls | Self::Xlsx => Kind::Spreadsheet,
            Self::Odp | Self::Ppt | Self::Pptx => Kind::Presentation,
        }
    }

    /// Whether a document may begin like this: as a ZIP archive, an OLE file or rich text, whatever its name. LibreOffice would open much
    /// else under these names, web pages above all, which are nothing that anybody calls an Office document.
    pub fn may_begin(bytes: &[u8]) -> bool {
        const BEGINNINGS: [&[u8]; 3] = [b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"{\\rtf"];
        BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning))
    }

    const fn export(self) -> &'static str {
        match self.kind() {
            Kind::Spreadsheet => "calc",
            Kind::Presentation => "impress",
            _ => "writer",
        }
    }
}
