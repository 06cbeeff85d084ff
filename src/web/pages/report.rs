//! The report of a share as one page that stands by itself: no script, nothing fetched, for the screen and for paper.

use super::{finish, within};
use crate::domain::machine::Sign;
use crate::domain::policy::Delivery;
use crate::domain::receipt::{Action, Outcome};
use crate::domain::time::Timestamp;
use crate::gate::readers::{ReadView, ReaderView, Reading};
use crate::gate::report::{ChangeView, ReportView};
use crate::gate::views::{Given, PartView, ReceiptView, ShareStatus};
use crate::words::{Words, figures};
use askama::Template;
use fluent_bundle::FluentValue;
use jiff::tz::TimeZone;

/// A report as HTML. Times stand in the zone and in UTC.
pub fn report(report: &ReportView, words: &Words, zone: &TimeZone) -> String {
    finish(&Html { report, words, zone })
}

#[derive(Template)]
#[template(path = "report.html", config = "src/web/askama.toml")]
struct Html<'a> {
    report: &'a ReportView,
    words: &'a Words,
    zone: &'a TimeZone,
}

/// One step of a recipient's way.
struct Line<'a> {
    text: String,
    at: Option<&'a String>,
    code: Option<&'a String>,
}

impl<'a> Line<'a> {
    const fn plain(text: String) -> Self {
        Self { text, at: None, code: None }
    }
}

impl<'a> Html<'a> {
    fn with(&self, id: &str, parameters: &[(&str, &str)]) -> String {
        let parameters: Vec<_> = parameters.iter().map(|(name, value)| (*name, FluentValue::from(within(value)))).collect();
        self.words.with(id, &parameters)
    }

    fn count(&self, id: &str, count: u64) -> String {
        self.words.with(id, &[("count", count.into())])
    }

    fn title(&self) -> String {
        let subject = self.report.share.subject.trim();
        let untitled = self.words.text("report-untitled");
        self.with("report-title", &[("subject", if subject.is_empty() { &untitled } else { subject })])
    }

    fn intro(&self) -> String {
        self.with("report-intro", &[("organisation", &self.report.organisation), ("zone", &self.report.zone)])
    }

    fn head(&self) -> String {
        self.with("report-head", &[("line", &self.report.ledger.line.to_string())])
    }

    fn status(&self) -> String {
        self.words.text(match self.report.share.status {
            ShareStatus::Expired => "report-status-expired",
            ShareStatus::Open => "report-status-open",
            ShareStatus::Stopped => "report-status-stopped",
        })
    }

    fn delivery(&self) -> String {
        self.words.text(match self.report.share.delivery {
            Delivery::Download => "report-delivery-download",
            Delivery::Preview => "report-delivery-preview",
            Delivery::Watermarked => "report-delivery-watermarked",
        })
    }

    /// A moment in the organisation's zone.
    fn here(&self, at: &str) -> String {
        let moment = at.parse::<Timestamp>().map(|at| figures::moment(self.words, &at.in_zone(self.zone)));
        moment.unwrap_or_else(|_| at.to_owned())
    }

    /// The same in UTC, to the second.
    fn utc(&self, at: &str) -> String {
        at.split_once('.')
            .map_or_else(|| at.to_owned(), |(seconds, _)| format!("{} UTC", seconds.replacen('T', " ", 1)))
    }

    fn both(&self, at: &str) -> String {
        format!("{} · {}", self.here(at), self.utc(at))
    }

    fn reading(&self, reader: &ReaderView) -> String {
        self.words.text(match reader.reading {
            Reading::All => "report-reading-all",
            Reading::Never => "report-reading-never",
            Reading::Some => "report-reading-some",
        })
    }

    fn given(&self, document: &ReadView) -> String {
        match (document.given, document.of) {
            (Given::Nothing, _) => self.words.text("report-given-nothing"),
            (Given::All, _) => self.words.text("report-given-all"),
            (Given::Part, Some(1)) => self.words.text("report-given-part"),
            (Given::Part, Some(of)) => self.with("report-given-of", &[("read", &document.read.to_string()), ("of", &of.to_string())]),
            (Given::Part, None) => self.words.with("report-given-some", &[("read", document.read.into())]),
        }
    }

    fn part(&self, part: &PartView) -> String {
        self.words.text(match part.given {
            Given::All => "report-given-all",
            Given::Nothing => "report-given-nothing",
            Given::Part => "report-given-part",
        })
    }

    /// What else is known of a recipient: mails, agreement, and what was counted at the link.
    fn way(&self, reader: &'a ReaderView) -> Vec<Line<'a>> {
        let dated = |id: &str, at: &'a Option<String>| at.as_ref().map(|at| Line { at: Some(at), ..Line::plain(self.words.text(id)) });
        let agreed = match &reader.agreed {
            Some(agreed) => {
                Line { text: self.with("report-agreed", &[("version", &agreed.version)]), at: Some(&agreed.at), code: Some(&agreed.digest) }
            }
            None if reader.entered => Line::plain(self.words.text("report-never-agreed")),
            None => Line::plain(self.words.text("report-never-entered")),
        };
        let sum = |wanted: &dyn Fn(&str) -> bool| reader.counted.iter().filter(|(word, _)| wanted(word)).map(|(_, count)| count).sum();
        let refused: u64 = sum(&|word| word != "listed" && !word.starts_with("sign-"));
        let counts = [("report-fetched", reader.fetched), ("report-listed", sum(&|word| word == "listed")), ("report-refused", refused)];
        let counted = counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(id, count)| Line::plain(self.count(id, count)));
        let signs = Sign::ALL
            .into_iter()
            .filter_map(|sign| Some((sign, *reader.counted.get(sign.counted())?)))
            .map(|(sign, count)| {
                let text = self.sign(&sign);
                Line::plain(self.words.with("report-counted-sign", &[("count", count.into()), ("sign", text.into())]))
            });
        dated("report-invited", &reader.invited)
            .into_iter()
            .chain(dated("report-reminded", &reader.reminded))
            .chain([agreed])
            .chain(counted)
            .chain(signs)
            .collect()
    }

    fn action(&self, receipt: &ReceiptView) -> String {
        self.words.text(match receipt.action {
            Action::Archive => "report-action-archive",
            Action::Download => "report-action-download",
            Action::Preview => "report-action-preview",
            Action::Upload => "report-action-upload",
            Action::Watermarked => "report-action-watermarked",
        })
    }

    fn outcome(&self, receipt: &ReceiptView) -> String {
        self.words.text(match receipt.outcome {
            Outcome::Complete => "report-outcome-complete",
            Outcome::Interrupted => "report-outcome-interrupted",
            Outcome::Open => "report-outcome-open",
            Outcome::Part => "report-outcome-part",
        })
    }

    fn how_far(&self, receipt: &ReceiptView) -> Vec<String> {
        let far = match (receipt.action, receipt.of_pages) {
            (Action::Archive, _) => {
                let (read, of) = (receipt.whole_parts().to_string(), receipt.parts.len().to_string());
                Some(self.with("report-parts", &[("read", &read), ("of", &of)]))
            }
            (Action::Download, _) => {
                Some(self.with("report-bytes", &[("bytes", &receipt.bytes.to_string()), ("size", &receipt.size.to_string())]))
            }
            (_, Some(of)) => Some(self.with("report-pages", &[("pages", &receipt.shown()), ("of", &of.to_string())])),
            (_, None) => None,
        };
        let broken = receipt.broken.as_ref();
        let broken = broken.map(|broken| self.with("report-broken", &[("document", &broken.document), ("why", &broken.why)]));
        let again = (receipt.opens > 1).then(|| self.count("report-opens", receipt.opens));
        far.into_iter().chain(broken).chain(again).collect()
    }

    fn number(&self, receipt: &ReceiptView) -> String {
        self.with("report-receipt-number", &[("id", &receipt.id)])
    }

    fn all_signs(&self) -> [Sign; 5] {
        Sign::ALL
    }

    #[allow(clippy::trivially_copy_pass_by_ref, reason = "templates give references")]
    fn sign(&self, sign: &Sign) -> String {
        self.words.text(&format!("report-sign-{}", sign.word()))
    }

    fn change(&self, change: &ChangeView) -> String {
        self.words.text(&format!("report-change-{}", change.what))
    }

    /// What a change set, and to what, where there are words for it; what has none is shown by the names that the API has.
    fn set(&self, name: &str, value: &str) -> (String, Option<String>) {
        let id = format!("report-set-{name}");
        let value = match name {
            "expires" => Some(self.both(value)),
            "remind" => {
                let seconds = value.strip_suffix('s').and_then(|seconds| seconds.parse::<u64>().ok());
                seconds.map(|seconds| figures::minutes(self.words, seconds / 60))
            }
            _ => Some(if name == "delivery" { format!("report-delivery-{value}") } else { format!("{id}-{value}") })
                .filter(|id| self.words.has(id))
                .map(|id| self.words.text(&id)),
        };
        (if self.words.has(&id) { self.words.text(&id) } else { name.to_owned() }, value)
    }

    /// Who did it: the server, a recipient, or somebody with an account on the machine, by its number.
    fn by(&self, by: &str) -> String {
        match by.split_once(' ') {
            Some(("operator", user)) => self.with("report-by-operator", &[("user", user)]),
            _ => self.words.text(if by == "server" { "report-by-server" } else { "report-by-recipient" }),
        }
    }
}
