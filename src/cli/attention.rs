//! Options of `doorward share` about notices to the owner and reminders to recipients.

use crate::config::notices::reminder;
use crate::domain::notify::Notify;
use crate::gate::views::ShareView;
use clap::Args;

/// When the owner is told, and recipients are reminded.
#[derive(Debug, Args)]
pub struct Attention {
    /// When the owner is told of reads: now, daily or off [default when making a share: as configured]
    #[arg(long, value_name = "WHEN", value_parser = |text: &str| text.parse::<Notify>())]
    pub notify: Option<Notify>,
    /// How long before its end those who have read nothing, or nothing since there was a newer version, are reminded, once: a span like 2d, or off [default when making a share: as configured]
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub remind: Option<String>,
}

impl Attention {
    /// Whether nothing is said.
    pub const fn says_nothing(&self) -> bool {
        self.notify.is_none() && self.remind.is_none()
    }
}

fn span(text: &str) -> Result<String, String> {
    reminder(text)
        .map(|_| text.to_owned())
        .ok_or_else(|| "it is off, or a span like 2d, from 1h to 60d".to_owned())
}

/// When the owner of a share is told and recipients are reminded, on one line.
pub fn told(share: &ShareView) -> String {
    let notify = match share.notify {
        Notify::Daily => "once a day",
        Notify::Now => "at once",
        Notify::Off => "off",
    };
    match &share.reminds {
        Some(at) => format!("{notify}; those who have not read are reminded {}", super::output::moment(at)),
        None => notify.to_owned(),
    }
}
