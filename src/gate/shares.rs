//! What staff are shown of shares.

use crate::config::{Pattern, Placeholder};
use crate::domain::email::EmailAddress;
use crate::domain::ids::ShareId;
use crate::domain::policy::Delivery;
use crate::domain::scope::ItemKind;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::bounces::recipient_of;
use crate::gate::consent::Entry;
use crate::gate::listing::shown;
use crate::gate::permit::Admitted;
use crate::gate::views::{DelayedView, ItemView, LinkView, ShareStatus, ShareView, UndeliveredView};
use crate::ledger::event::MailKind;
use crate::ledger::state::{Mail, Recipient, Share, State, Undelivered};
use crate::mail::markdown;
use crate::words::{Words, figures};
use std::sync::Arc;

/// What the link's page tells of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTexts {
    /// Subject; may be empty.
    pub subject: String,
    /// Single documents.
    pub documents: usize,
    /// Folders.
    pub folders: usize,
    /// In which form the documents are given.
    pub delivery: Delivery,
}

/// What stands where a person was forgotten.
pub(super) const ERASED: &str = "erased";

impl Gate {
    /// All shares, newest first, without links.
    pub fn shares(&self) -> Vec<ShareView> {
        let state = self.ledger.state();
        let mut all: Vec<_> = state.shares.values().collect();
        all.sort_by_key(|share| (std::cmp::Reverse(share.created), share.id));
        all.into_iter().map(|share| self.share_view(&state, share, false)).collect()
    }

    /// One share with its links, and with what keeps its documents from being read now.
    pub async fn share(&self, id: ShareId) -> Option<ShareView> {
        let state = self.ledger.state();
        let share = state.shares.get(&id)?;
        let mut view = self.share_view(&state, share, true);
        if let Some(items) = share.items.get() {
            for (view, item) in view.documents.iter_mut().zip(items.iter()) {
                view.problem = self.item_problem(item).await;
            }
        }
        Some(view)
    }

    /// The share that an id or the unique beginning of one means.
    pub fn find_share(&self, text: &str) -> Option<ShareId> {
        let state = self.ledger.state();
        let mut found = state.shares.keys().filter(|id| text.len() >= 4 && id.to_string().starts_with(text));
        match (found.next(), found.next()) {
            (Some(only), None) => Some(*only),
            _ => None,
        }
    }

    /// Who shares, for pages; only for somebody who has shown to be a recipient.
    pub fn owner_name(&self, share: ShareId) -> Option<String> {
        let state = self.ledger.state();
        state.staff.get(&state.shares.get(&share)?.owner)?.name.get().cloned()
    }

    /// Subject, message as safe HTML and end of a share, for its own page.
    pub fn share_texts(&self, admitted: &Admitted) -> (String, String, Timestamp) {
        let share = admitted.share();
        let state = self.ledger.state();
        let recipient = state.address(admitted.recipient().guest).map_or(ERASED, EmailAddress::expose).to_owned();
        let fill = |text: Option<&String>| self.filled_for(share, text.map_or("", String::as_str), &recipient);
        (fill(share.subject.get()), markdown::render(&fill(share.message.get())).html, share.expires)
    }

    /// What the link's page tells of a share.
    pub fn link_texts(&self, entry: &Entry) -> LinkTexts {
        let share = &entry.share;
        let recipient = self.ledger.state().address(entry.recipient.guest).map_or(ERASED, EmailAddress::expose).to_owned();
        let items = share.items.get().map_or(&[][..], |items| items.as_slice());
        let folders = items.iter().filter(|item| item.is_folder()).count();
        LinkTexts {
            subject: self.filled_for(share, share.subject.get().map_or("", String::as_str), &recipient),
            documents: items.len() - folders,
            folders,
            delivery: share.delivery(),
        }
    }

    /// Fills the placeholders of a stored text; a text that only looks like one with placeholders stays as it is.
    pub(super) fn filled_for(&self, share: &Share, text: &str, recipient: &str) -> String {
        let Ok(pattern) = Pattern::parse(text) else { return text.to_owned() };
        let (owner, expires) = (self.owner_name(share.id).unwrap_or_default(), self.moment(self.words(share.language), share.expires));
        pattern.fill(|placeholder| match placeholder {
            Placeholder::Expires => &expires,
            Placeholder::Organisation => &self.settings.organisation,
            Placeholder::Owner => &owner,
            Placeholder::Recipient => recipient,
            Placeholder::Subject => share.subject.get().map_or("", String::as_str),
        })
    }

    /// A share's subject as staff read it: a recipient stands in it where there is only one.
    pub(super) fn subject_for_staff(&self, state: &State, share: &Share) -> String {
        self.filled_for(share, share.subject.get().map_or("", String::as_str), only_recipient(state, share))
    }

    /// What a share is called in a mail to staff.
    pub(super) fn title_for_staff(&self, state: &State, share: &Share) -> String {
        self.title(self.staff_words(), share, only_recipient(state, share))
    }

    /// What a share is called in a mail: its subject, or by its day where it has none.
    pub(super) fn title(&self, words: &Words, share: &Share, recipient: &str) -> String {
        let subject = self.filled_for(share, share.subject.get().map_or("", String::as_str), recipient);
        if !subject.trim().is_empty() {
            return subject;
        }
        let day = figures::day(words, &share.created.in_zone(&self.settings.zone));
        words.with("mail-untitled", &[("day", day.into())])
    }

    /// A recipient's address, masked.
    pub fn masked_address(&self, recipient: &Recipient) -> String {
        self.ledger.state().address(recipient.guest).map_or_else(|| ERASED.to_owned(), EmailAddress::masked)
    }

    pub(super) fn share_view(&self, state: &State, share: &Share, with_links: bool) -> ShareView {
        let now = self.clock.now();
        let status = match share.stopped {
            Some(_) => ShareStatus::Stopped,
            None if share.expires <= now => ShareStatus::Expired,
            None => ShareStatus::Open,
        };
        let owner = state.staff.get(&share.owner).and_then(|staff| staff.address.get());
        let items = share.items.get().map_or(&[][..], |items| items.as_slice());
        ShareView {
            id: share.id.to_string(),
            status,
            subject: self.subject_for_staff(state, share),
            owner: owner.map_or(ERASED, EmailAddress::expose).to_owned(),
            language: share.language,
            created: share.created.to_string(),
            expires: share.expires.to_string(),
            delivery: share.delivery(),
            mark: share.policy.mark,
            print: share.policy.print,
            text: share.policy.text,
            notify: share.notify,
            reminds: share.remind_at.map(|at| at.to_string()),
            inbox: self.inbox_shown(share),
            uploads: if with_links { self.upload_views(state, share) } else { Vec::new() },
            redactions: share.redacted,
            documents: items
                .iter()
                .map(|item| ItemView {
                    document: shown(&item.name),
                    folder: item.is_folder(),
                    pinned: matches!(item.kind, ItemKind::PinnedDocument(_) | ItemKind::PinnedFolder(_)),
                    problem: None,
                })
                .collect(),
            links: in_order(share)
                .into_iter()
                .map(|recipient| self.link_view(state, share, recipient, with_links))
                .collect(),
            reads: share.recipients.values().map(|recipient| recipient.reads).sum(),
            delayed: if with_links { delayed_views(state, share) } else { Vec::new() },
            undelivered: share.undelivered.iter().map(|failed| undelivered_view(state, share, failed)).collect(),
        }
    }

    fn link_view(&self, state: &State, share: &Share, recipient: &Recipient, with_link: bool) -> LinkView {
        let status = match () {
            () if recipient.stopped.is_some() => "stopped",
            () if recipient.reads > 0 => "read",
            () if !recipient.devices.is_empty() => "opened",
            () if recipient.invited.is_some() => "invited",
            () if share.undelivered.iter().any(|failed| recipient_of(failed.kind) == Some(recipient.id)) => "undelivered",
            () => "waiting",
        };
        LinkView {
            email: state.address(recipient.guest).map_or(ERASED, EmailAddress::expose).to_owned(),
            url: with_link.then(|| self.link_url(share, recipient)).flatten(),
            status: status.to_owned(),
            reads: recipient.reads,
            last_read: recipient.last_read.map(|at| at.to_string()),
            fetched: recipient.fetched,
            counted: recipient.counted.clone(),
            reminded: recipient.reminded.map(|at| at.to_string()),
            unwanted: recipient.said.unwanted.map(|at| at.to_string()),
            declined: recipient.said.declined.map(|at| at.to_string()),
            more_time: recipient.said.more_time.map(|asked| asked.until.to_string()),
        }
    }
}

/// The recipients in the order in which they were named.
pub(super) fn in_order(share: &Share) -> Vec<&Recipient> {
    let mut all: Vec<&Recipient> = share.recipients.values().map(AsRef::as_ref).collect();
    all.sort_by_key(|recipient| recipient.place);
    all
}

/// What a mail is, in one word for programs.
pub(super) const fn word_of(kind: MailKind) -> &'static str {
    match kind {
        MailKind::Agreed(_) => "agreed",
        MailKind::Changed => "changed",
        MailKind::Code(..) => "code",
        MailKind::Copy(_) => "copy",
        MailKind::Declined(_) => "declined",
        MailKind::Ended => "ended",
        MailKind::Extended(_) => "extended",
        MailKind::GivenUp(_) => "given_up",
        MailKind::Invitation(_) => "invitation",
        MailKind::MoreTime(_) => "more_time",
        MailKind::Notice => "notice",
        MailKind::Reminder(_) => "reminder",
        MailKind::Stopped(_) => "stopped",
        MailKind::Undelivered(_) => "undelivered",
        MailKind::Unwanted(_) => "unwanted",
    }
}

/// The only recipient's address, for the subject that may name it.
fn only_recipient<'a>(state: &'a State, share: &Share) -> &'a str {
    let only = share.recipients.values().next().filter(|_| share.recipients.len() == 1);
    only.and_then(|only| state.address(only.guest)).map_or("…", EmailAddress::expose)
}

/// Mails of a share that were tried in vain and are tried again, the longest waiting first.
fn delayed_views(state: &State, share: &Share) -> Vec<DelayedView> {
    let mut delayed: Vec<_> = state.mails.values().filter(|mail| mail.share == share.id && mail.tries > 0).collect();
    delayed.sort_by_key(|mail| mail.queued);
    let view = |mail: &&Arc<Mail>| DelayedView {
        email: whose(state, share, mail.kind).to_owned(),
        mail: word_of(mail.kind).to_owned(),
        tries: mail.tries,
        next: mail.due.to_string(),
        why: mail.why.clone().unwrap_or_default(),
    };
    delayed.iter().map(view).collect()
}

fn undelivered_view(state: &State, share: &Share, failed: &Undelivered) -> UndeliveredView {
    UndeliveredView {
        email: whose(state, share, failed.kind).to_owned(),
        mail: word_of(failed.kind).to_owned(),
        at: failed.at.to_string(),
        why: failed.why.clone(),
    }
}

/// To whom a mail goes.
fn whose<'a>(state: &'a State, share: &Share, kind: MailKind) -> &'a str {
    let recipient = recipient_of(kind);
    let guest = recipient
        .and_then(|id| share.recipients.get(&id))
        .and_then(|recipient| state.address(recipient.guest));
    let owner = state.staff.get(&share.owner).and_then(|staff| staff.address.get()).filter(|_| recipient.is_none());
    guest.or(owner).map_or(ERASED, EmailAddress::expose)
}
