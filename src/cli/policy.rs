//! Options of `doorward share` that say what recipients may do, and the words for it.

use crate::domain::policy::{Delivery, Strength};
use crate::gate::views::ShareView;
use clap::Args;

/// What recipients may do.
#[derive(Debug, Args)]
pub struct Policy {
    /// Let no byte of the documents leave: recipients look at pictures of the pages, marked with who looks and when
    #[arg(long, conflicts_with_all = ["watermarked", "download"])]
    preview_only: bool,
    /// The same, and let them take the marked pages away as a PDF
    #[arg(long, conflicts_with = "download")]
    watermarked: bool,
    /// Let recipients download the documents themselves [default when making a share: as configured]
    #[arg(long)]
    download: bool,
    /// How strongly pages are marked: light, medium or strong
    #[arg(long, value_name = "STRENGTH", value_parser = strength)]
    mark: Option<Strength>,
    /// Let recipients print the pages they look at, mark included
    #[arg(long, conflicts_with = "no_print")]
    print: bool,
    /// Do not let them print
    #[arg(long)]
    no_print: bool,
    /// Text for screen readers: put the text of each page beside its picture. Pictures cannot be read aloud, so blind recipients need
    /// this; the text can be copied, and bears no mark
    #[arg(long, conflicts_with = "no_text")]
    text: bool,
    /// Show pictures only
    #[arg(long)]
    no_text: bool,
    /// Let recipients send documents in; they are put into an inbox of the share, in a store that is writable
    #[arg(long, conflicts_with = "no_upload")]
    upload: bool,
    /// Do not let them send anything
    #[arg(long)]
    no_upload: bool,
}

impl Policy {
    /// In which form documents leave, if that is said.
    pub const fn delivery(&self) -> Option<Delivery> {
        match (self.preview_only, self.watermarked, self.download) {
            (true, ..) => Some(Delivery::Preview),
            (_, true, _) => Some(Delivery::Watermarked),
            (.., true) => Some(Delivery::Download),
            _ => None,
        }
    }

    /// How strongly pages are marked, if that is said.
    pub const fn mark(&self) -> Option<Strength> {
        self.mark
    }

    /// Whether pages may be printed, if that is said.
    pub const fn print(&self) -> Option<bool> {
        said(self.print, self.no_print)
    }

    /// Whether the text of pages stands beside them, if that is said.
    pub const fn text(&self) -> Option<bool> {
        said(self.text, self.no_text)
    }

    /// Whether recipients may send documents in, if that is said.
    pub const fn upload(&self) -> Option<bool> {
        said(self.upload, self.no_upload)
    }

    /// Whether anything is said.
    pub const fn says_nothing(&self) -> bool {
        self.delivery().is_none() && self.mark.is_none() && self.print().is_none() && self.text().is_none() && self.upload().is_none()
    }

    /// What somebody who shares pictures may not have thought of.
    pub const fn hint(&self) -> Option<&'static str> {
        match (self.delivery(), self.text()) {
            (Some(Delivery::Preview | Delivery::Watermarked), None) => Some(
                "hint: pictures cannot be read aloud; for recipients with a screen reader, --text adds the text of each page (it can be copied)",
            ),
            _ => None,
        }
    }
}

const fn said(yes: bool, no: bool) -> Option<bool> {
    match (yes, no) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

fn strength(text: &str) -> Result<Strength, String> {
    match text {
        "light" => Ok(Strength::Light),
        "medium" => Ok(Strength::Medium),
        "strong" => Ok(Strength::Strong),
        _ => Err("it is light, medium or strong".to_owned()),
    }
}

/// What recipients of a share may do, on one line.
pub fn told(share: &ShareView) -> String {
    let delivery = match (share.delivery, share.redactions) {
        (Delivery::Download, _) => "download",
        (Delivery::Preview, _) => "preview only",
        (Delivery::Watermarked, 0) => "watermarked download",
        (Delivery::Watermarked, _) => "watermarked download, because areas are covered",
    };
    let mark = match share.mark {
        Strength::Light => "light mark",
        Strength::Medium => "medium mark",
        Strength::Strong => "strong mark",
    };
    let print = if share.print { ", may be printed" } else { "" };
    let text = if share.text { ", with text for screen readers" } else { "" };
    let upload = if share.inbox.is_some() { "; may send documents in" } else { "" };
    format!("{delivery}; pages: {mark}{print}{text}{upload}")
}
