//! A share as people read it on a terminal: what it gives, what arrived, what failed, and each recipient with what was counted and said.

use crate::cli::failure::Failure;
use crate::cli::{attention, output, policy, report};
use crate::domain::machine::Sign;
use crate::gate::views::{LinkView, ShareStatus, ShareView};

/// Prints a share, or its JSON.
pub(super) fn shown(share: &ShareView, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(share);
    }
    let mut text = format!(
        "{}  {}\nstatus      {}\nexpires     {}\nowner       {}\ndelivery    {}\nnotices     {}\n",
        output::bold(&share.id),
        if share.subject.is_empty() { "(no subject)".to_owned() } else { output::clean(&share.subject) },
        status(share.status),
        output::moment(&share.expires),
        share.owner,
        policy::told(share),
        attention::told(share)
    );
    if share.redactions > 0 {
        text.push_str(&format!("covered     {} (doorward redaction list {})\n", count(share.redactions, "area"), share.id));
    }
    for item in &share.documents {
        let kind = match (item.folder, item.pinned) {
            (false, true) => "this version",
            (false, false) => "as it changes",
            (true, true) => "folder, these versions",
            (true, false) => "folder, as it changes",
        };
        let problem = item.problem.as_ref().map(|problem| format!(" - {problem}")).unwrap_or_default();
        text.push_str(&format!("document    {} ({kind}){problem}\n", output::clean(&item.document)));
    }
    if let Some(inbox) = &share.inbox {
        text.push_str(&format!("inbox       {}\n", output::clean(inbox)));
    }
    for sent in &share.uploads {
        let what = format!("{} from {}, {} bytes", output::clean(&sent.document), output::clean(&sent.email), sent.size);
        let problem = sent.problem.as_ref().map(|problem| format!(" - {problem}")).unwrap_or_default();
        text.push_str(&format!("sent in     {what}: {} {}{problem}\n", sent.status, output::moment(&sent.at)));
    }
    for delayed in &share.delayed {
        let tries = if delayed.tries == 1 { "1 try".to_owned() } else { format!("{} tries", delayed.tries) };
        text.push_str(&format!(
            "mail waits  {} to {}, after {tries}, next at {}: {}\n",
            delayed.mail,
            delayed.email,
            output::moment(&delayed.next),
            output::clean(&delayed.why)
        ));
    }
    for failed in &share.undelivered {
        text.push_str(&format!(
            "mail failed {} to {} at {}: {}\n",
            failed.mail,
            failed.email,
            output::moment(&failed.at),
            output::clean(&failed.why)
        ));
    }
    for link in &share.links {
        let read = link.last_read.as_ref().map(|at| format!(", last {}", output::moment(at))).unwrap_or_default();
        let reads = count(usize::try_from(link.reads).unwrap_or(usize::MAX), "read");
        text.push_str(&match link.reads {
            0 => format!("\n{}  {}\n", output::bold(&link.email), link.status),
            _ if link.status == "read" => format!("\n{}  {reads}{read}\n", output::bold(&link.email)),
            _ => format!("\n{}  {}, {reads}{read}\n", output::bold(&link.email), link.status),
        });
        text.push_str(&link_history(link));
        text.push_str(&words(share, link));
        text.push_str(&format!("  {}\n", link.url.as_deref().unwrap_or("its link is void: the key that signed it is retired")));
    }
    output::print(&text)
}

/// What was counted at a link, in words; openings alone are told with `--json`.
fn link_history(link: &LinkView) -> String {
    let times = |count: u64| if count == 1 { "once".to_owned() } else { format!("{count} times") };
    let signs = Sign::ALL.into_iter().filter_map(|sign| Some((sign, *link.counted.get(sign.counted())?)));
    let signs: String = signs.map(|(sign, count)| format!("  {}: {}\n", times(count), report::meaning(sign))).collect();
    let reminded = link.reminded.as_ref().map(|at| format!("  reminded {}\n", output::moment(at))).unwrap_or_default();
    let opened = if link.fetched > 0 { format!("  link opened {}, by whomever\n", times(link.fetched)) } else { String::new() };
    format!("{opened}{reminded}{signs}")
}

/// What a recipient, or whoever holds the link, has said.
fn words(share: &ShareView, link: &LinkView) -> String {
    let unwanted = link
        .unwanted
        .as_ref()
        .map(|at| format!("  says that it is not meant for them ({}); no mail goes there\n", output::moment(at)));
    let declined = link.declined.as_ref().map(|at| format!("  does not agree to the text ({})\n", output::moment(at)));
    let more = link
        .more_time
        .as_ref()
        .map(|until| format!("  asks for more time; to say yes: doorward share update {} --expires {}\n", share.id, until));
    [unwanted, declined, more].into_iter().flatten().collect()
}

pub(in crate::cli) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

pub(super) const fn status(status: ShareStatus) -> &'static str {
    match status {
        ShareStatus::Expired => "expired",
        ShareStatus::Open => "open",
        ShareStatus::Stopped => "stopped",
    }
}
