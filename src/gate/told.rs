//! The letters about what recipients say: to the owner that they said it, to them what came of it, and their copies of text and visit.

use crate::domain::ids::RecipientId;
use crate::gate::Gate;
use crate::gate::admit::open_to;
use crate::gate::letters::{About, Composed};
use crate::ledger::state::Said;
use crate::mail::templates::{AgreedText, MoreTimeGiven, RecipientSaid, Saying, VisitCopy, VisitLine};
use crate::words::figures;

/// What the owner is told that a recipient said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// They do not agree to the text.
    Declined,
    /// They need more time.
    MoreTime,
    /// It is not meant for them.
    Unwanted,
}

impl Gate {
    /// Tells the owner what a recipient, or whoever holds the link, said.
    pub(super) fn told(&self, about: &About<'_>, id: RecipientId, what: What) -> Composed {
        let (recipient, address) = about.recipient(id)?;
        let Said { unwanted, declined, more_time, .. } = &recipient.said;
        let words = self.staff_words();
        let expires = self.moment(words, about.share.expires);
        let saying = match what {
            What::Declined => {
                declined.ok_or("somebody agreed meanwhile")?;
                Saying::Declined
            }
            What::MoreTime => {
                let asked = more_time.ok_or("the share was given a later end meanwhile")?;
                let over = about.share.expires <= self.clock.now();
                let day = asked.until.in_zone(&self.settings.zone);
                Saying::MoreTime {
                    expires: &expires,
                    day: &day.date().to_string(),
                    until: &figures::day(words, &day),
                    over,
                    proven: asked.proven,
                }
            }
            What::Unwanted => {
                unwanted.ok_or("somebody went on with the link meanwhile")?;
                Saying::Unwanted { ended: recipient.stopped.is_some() }
            }
        };
        let content = RecipientSaid {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            recipient: address,
            subject: &self.subject_for_staff(about.state, about.share),
            share: about.share.id,
            saying,
        };
        Ok((about.owner_address()?.clone(), content.compose(words), 0))
    }

    /// Tells a recipient that the share is open for longer.
    pub(super) fn extended(&self, about: &About<'_>, id: RecipientId) -> Composed {
        let (recipient, address) = about.recipient(id)?;
        open_to(about.share, recipient, self.clock.now()).map_err(|_| "access ended before it went out")?;
        let words = self.words(about.language(recipient));
        let content = MoreTimeGiven {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            owner_address: about.owner_address()?,
            contact: &self.settings.contact,
            subject: &self.subject_for(about, address.expose()),
            expires: &self.moment(words, about.share.expires),
            link: &self.link_url(about.share, recipient).ok_or("the key of its link is retired")?,
        };
        Ok((address.clone(), content.compose(words), 0))
    }

    /// A recipient's copy of the text that they agreed to.
    pub(super) fn agreed(&self, about: &About<'_>, id: RecipientId) -> Composed {
        let (recipient, address) = about.recipient(id)?;
        let agreed = recipient.agreed.as_ref().ok_or("no agreement is known")?;
        let current = about.state.disclaimer.as_ref().filter(|text| text.version == agreed.version);
        let text = current.or_else(|| about.state.former.get(&agreed.version)).ok_or("the text is no longer known")?;
        let shown = text.shown_as(&agreed.digest).ok_or("the text is no longer known")?;
        let words = self.words(about.language(recipient));
        let content = AgreedText {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            owner_address: about.owner_address()?,
            contact: &self.settings.contact,
            subject: &self.subject_for(about, address.expose()),
            when: &self.moment(words, agreed.at),
            title: shown.title,
            paragraphs: &shown.paragraphs(),
            version: shown.version,
            digest: shown.digest,
        };
        Ok((address.clone(), content.compose(words), 0))
    }

    /// A recipient's copy of what a visit opened.
    pub(super) fn visit_copy(&self, about: &About<'_>, id: RecipientId) -> Composed {
        let (recipient, address) = about.recipient(id)?;
        let visit = recipient
            .said
            .visit
            .as_ref()
            .filter(|visit| !visit.reads.is_empty())
            .ok_or("there is nothing to tell")?;
        let words = self.words(about.language(recipient));
        let told: Vec<_> = visit
            .reads
            .iter()
            .map(|read| {
                (self.moment(words, read.at), read.document.get().map(|name| name.path.file_name()).unwrap_or_default(), read.action)
            })
            .collect();
        let lines: Vec<_> = told.iter().map(|(time, document, action)| VisitLine { time, document, action: *action }).collect();
        let content = VisitCopy {
            organisation: &self.settings.organisation,
            owner_name: about.owner_name(),
            owner_address: about.owner_address()?,
            contact: &self.settings.contact,
            subject: &self.subject_for(about, address.expose()),
            lines: &lines,
            more: usize::try_from(visit.more).unwrap_or(usize::MAX),
        };
        Ok((address.clone(), content.compose(words), visit.reads.len()))
    }

    /// A share's subject as one recipient reads it.
    fn subject_for(&self, about: &About<'_>, address: &str) -> String {
        self.filled_for(about.share, about.share.subject.get().map_or("", String::as_str), address)
    }
}
