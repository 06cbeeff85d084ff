//! Office documents made at test time: OpenDocument by hand, all others from them by LibreOffice itself.

use super::Fallible;
use super::program::{Ran, run};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const SPACES: &str = "xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\" \
    xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:draw=\"urn:oasis:names:tc:opendocument:xmlns:drawing:1.0\" \
    xmlns:svg=\"urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
    xmlns:script=\"urn:oasis:names:tc:opendocument:xmlns:script:1.0\" office:version=\"1.2\"";

/// An OpenDocument file of a kind (`text`, `spreadsheet`, `presentation`): its body, scripts before it, and further parts.
pub struct Paper<'a> {
    /// What it is.
    pub kind: &'a str,
    /// What stands in the body.
    pub body: &'a str,
    /// What stands before the body.
    pub scripts: &'a str,
    /// Further parts: name and content.
    pub parts: &'a [(&'a str, &'a str)],
}

impl<'a> Paper<'a> {
    /// One with a body alone.
    pub const fn of(kind: &'a str, body: &'a str) -> Self {
        Self { kind, body, scripts: "", parts: &[] }
    }

    /// Writes it.
    pub fn write(&self, file: &Path) -> Fallible {
        let media = format!("application/vnd.oasis.opendocument.{}", self.kind);
        let entry =
            |name: &str, media: &str| format!("<manifest:file-entry manifest:full-path=\"{name}\" manifest:media-type=\"{media}\"/>");
        let listed: String = self.parts.iter().map(|(name, _)| entry(name, "text/xml")).collect();
        let manifest = format!(
            "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\">{}{}{listed}</manifest:manifest>",
            entry("/", &media),
            entry("content.xml", "text/xml")
        );
        let (kind, body, scripts) = (self.kind, self.body, self.scripts);
        let content = format!(
            "<office:document-content {SPACES}>{scripts}<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
        );
        let own = [("mimetype", media.as_str()), ("META-INF/manifest.xml", &manifest), ("content.xml", &content)];
        let mut archive = ZipWriter::new(File::create(file)?);
        for (name, part) in own.iter().chain(self.parts) {
            archive.start_file(*name, SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored))?;
            archive.write_all(part.as_bytes())?;
        }
        archive.finish()?;
        Ok(())
    }
}

/// Has LibreOffice write a document in another format, outside of any sandbox.
pub fn written_as(paper: &Path, end: &str) -> Fallible<PathBuf> {
    let folder = paper.parent().ok_or("a document lies in a folder")?;
    let mut soffice = Command::new("soffice");
    soffice.arg(format!("-env:UserInstallation=file://{}/profile-{end}", folder.display()));
    soffice.args(["--headless", "--norestore", "--convert-to", end, "--outdir"]).args([folder, paper]);
    let ran = run(soffice)?;
    let made = paper.with_extension(end);
    if made.is_file() { Ok(made) } else { Err(format!("LibreOffice wrote no {end}: {ran:?}").into()) }
}

/// The words of a PDF.
pub fn words_of(pdf: &[u8]) -> Fallible<String> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), pdf)?;
    let mut reader = Command::new("pdftotext");
    reader.arg(file.path()).arg("-");
    let Ran { code, out, err } = run(reader)?;
    if code == Some(0) { Ok(out) } else { Err(err.into()) }
}
