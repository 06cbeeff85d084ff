//! Making shares: what is asked for is checked against the stores and the rules, then made in one transaction.

use crate::crypto::random;
use crate::crypto::sealed::{Private, Subject};
use crate::documents::kept::Keeping;
use crate::documents::{Kind, Place, StoreError};
use crate::domain::bounds::{FOLDER_DEPTH, ITEMS_PER_SHARE, MESSAGE_BYTES, PINNED_DOCUMENTS, RECIPIENTS_PER_SHARE, SUBJECT_BYTES};
use crate::domain::document::{DocumentName, DocumentPath};
use crate::domain::email::EmailAddress;
use crate::domain::ids::{GuestId, MailId, RecipientId, ShareId, StaffId};
use crate::domain::language::Language;
use crate::domain::notify::Notify;
use crate::domain::policy::{Delivery, Policy, Strength};
use crate::domain::scope::{Item, ItemKind, Pin, labels};
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::budget::Mailing;
use crate::gate::consent::{Draws, code_with_invitation};
use crate::gate::settings::CodeDelivery;
use crate::gate::upload::inbox::check_inbox;
use crate::ledger::event::{Actor, Event, MailKind};
use crate::ledger::state::State;
use crate::ledger::tx::{Class, Tx, Unavailable};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// A date a year from now ends with its day, which is a little more than a year.
const A_DAY: Duration = Duration::from_secs(24 * 3600);

/// A share as staff ask for it.
#[derive(Debug, Clone)]
pub struct NewShare {
    /// Documents and folders.
    pub names: Vec<DocumentName>,
    /// Recipients.
    pub to: Vec<EmailAddress>,
    /// When it ends; the configured default when nothing is said.
    pub expires: Option<Timestamp>,
    /// In which form documents leave; the configured default when nothing is said.
    pub delivery: Option<Delivery>,
    /// How strongly pages are marked; the configured default when nothing is said.
    pub mark: Option<Strength>,
    /// Whether viewed pages may be printed; the configured default when nothing is said.
    pub print: Option<bool>,
    /// Whether the text of viewed pages stands beside them; the configured default when nothing is said.
    pub text: Option<bool>,
    /// Whether recipients may send documents in.
    pub upload: bool,
    /// When the owner is told of reads; as configured when nothing is said.
    pub notify: Option<Notify>,
    /// How long before the end those who have not read are reminded, or that nobody is; as configured when nothing is said.
    pub remind: Option<Option<Duration>>,
    /// Pin everything, or nothing; when nothing is said documents are pinned and folders follow.
    pub pin: Option<bool>,
    /// Whether sealed copies of what is pinned are kept; the configured default when nothing is said.
    pub keep: Option<bool>,
    /// The owner; the first of staff when nothing is said.
    pub owner: Option<EmailAddress>,
    /// Subject.
    pub subject: Option<String>,
    /// Message.
    pub message: Option<String>,
    /// Name of a stored message.
    pub template: Option<String>,
    /// The language of its mails; the configured one when nothing is said.
    pub language: Option<Language>,
}

/// Why a share is not made or changed. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// Its end is not in the future.
    #[error("the share would end at {0}, which is not in the future")]
    AlreadyOver(Timestamp),
    /// What one recipient sends in could be read by the others.
    #[error("what recipients send in would lie in {0}, which the share shows to all of them; share its folders one by one")]
    InboxShared(DocumentName),
    /// Two ways of saying the message.
    #[error("give a message or a template, not both")]
    MessageAndTemplate,
    /// There is nowhere to put what recipients send in.
    #[error("no store takes documents: set writable = true for the store that is to have them")]
    NoInbox,
    /// A text that is too long.
    #[error("the {0} is too long: at most {1} bytes")]
    TextTooLong(&'static str, usize),
    /// Its end is too far away.
    #[error("the share would end at {0}; a share may run until {1} at most (shares.max_expiry)")]
    TooLate(Timestamp, Timestamp),
    /// A reminder whose moment is over before the share is made.
    #[error("a reminder would have been due at {0} already, for the share ends at {1}; give a shorter span, or off")]
    RemindsInThePast(Timestamp, Timestamp),
    /// A list that is too long or empty.
    #[error("a share has 1 to {1} {0}")]
    TooMany(&'static str, usize),
    /// So many codes were read for a recipient that mailing or a new share is the better way.
    #[error("too many codes were read for this recipient lately; the next one can be read after {0}")]
    TooManyCodes(Timestamp),
    /// A pinned folder that is too large.
    #[error(
        "{0} holds more than {PINNED_DOCUMENTS} documents or is deeper than {FOLDER_DEPTH} folders; share it with --follow, or pin a part of it"
    )]
    TooManyToPin(DocumentName),
    /// The ledger takes nothing now.
    #[error("{0}; try again")]
    Unavailable(#[from] Unavailable),
    /// A document that cannot be shared.
    #[error("{0}: {1}")]
    Unreadable(DocumentName, StoreError),
    /// A share without pinned documents.
    #[error("the share holds on to no versions: its documents are given as they are now anyway")]
    NothingPinned,
    /// No such share or recipient.
    #[error("there is no {0} {1}")]
    Unknown(&'static str, String),
    /// Whoever holds the link said so; staff may hand the link over another way.
    #[error(
        "{0} said that this share is not meant for them, so nothing is mailed there until somebody agrees with that link; ask them another way"
    )]
    Unwanted(String),
    /// Stopped shares stay stopped.
    #[error("the share was stopped and stays stopped; make a new one")]
    WasStopped,
}

/// Everything that a transaction needs and may not look up or draw itself.
#[derive(Clone)]
struct Prepared {
    share: ShareId,
    items: Arc<Vec<Item>>,
    recipients: Vec<(EmailAddress, RecipientId, GuestId, Invitation)>,
    owner: StaffId,
    subject: String,
    message: String,
    language: Language,
    policy: Policy,
    notify: Notify,
    remind: Option<Duration>,
    expires: Timestamp,
    key: u8,
    /// Digits of a code that goes out with the invitation, and what bounds its mail.
    code: Option<(u8, Mailing)>,
}

impl Gate {
    /// Makes a share and queues its invitations; when this returns it is on the disk.
    pub async fn issue(&self, new: NewShare, by: Actor) -> Result<ShareId, IssueError> {
        let keeping = match new.keep.unwrap_or(self.settings.default_keep) {
            true => Some(self.kept.begin().await),
            false => None,
        };
        let prepared = self.prepare(new, keeping.as_ref()).await?;
        let share = prepared.share;
        let transaction = move |t: &mut Tx<'_>| {
            emit_share(t, &prepared, by);
            Ok::<_, IssueError>(())
        };
        self.ledger.tx(Class::First, transaction).await?;
        drop(keeping);
        Ok(share)
    }

    async fn prepare(&self, new: NewShare, keep: Option<&Keeping>) -> Result<Prepared, IssueError> {
        let (state, now) = (self.ledger.state(), self.clock.now());
        let expires = self.checked_expiry(new.expires.unwrap_or_else(|| now.plus(self.settings.default_expiry)))?;
        check_reminder(new.remind, expires, now)?;
        let owner = owner(&state, new.owner.as_ref())?;
        let (subject, message) = self.texts(new.subject, new.message, new.template)?;
        let mut recipients: Vec<(EmailAddress, RecipientId, GuestId, Invitation)> = Vec::new();
        for address in new.to {
            if !recipients.iter().any(|(known, ..)| *known == address) {
                let (recipient, guest) = (RecipientId::from_bytes(random::bytes()), GuestId::from_bytes(random::bytes()));
                recipients.push((address, recipient, guest, Invitation::draw()));
            }
        }
        if recipients.is_empty() || recipients.len() > RECIPIENTS_PER_SHARE {
            return Err(IssueError::TooMany("recipients", RECIPIENTS_PER_SHARE));
        }
        let code =
            (self.settings.code_delivery == CodeDelivery::WithInvite).then(|| (self.settings.code_digits, self.mailing().by_staff()));
        let items = self.items(new.names, new.pin, keep).await?;
        if new.upload {
            check_inbox(self.documents.writable(), &self.settings.uploads.folder, &items)?;
        }
        Ok(Prepared {
            share: ShareId::from_bytes(random::bytes()),
            items: Arc::new(items),
            recipients,
            owner,
            subject,
            message,
            language: new.language.unwrap_or(self.settings.language),
            policy: Policy {
                delivery: new.delivery.unwrap_or(self.settings.default_delivery),
                disclaimer: self.settings.disclaimer_required,
                mark: new.mark.unwrap_or(self.settings.default_mark),
                print: new.print.unwrap_or(self.settings.default_print),
                text: new.text.unwrap_or(self.settings.default_text),
                upload: new.upload,
            },
            notify: new.notify.unwrap_or(self.settings.notices.mode),
            remind: new.remind.unwrap_or(self.settings.default_remind),
            expires,
            key: self.keys.active(),
            code,
        })
    }

    /// Checks when a share is to end.
    pub(super) fn checked_expiry(&self, expires: Timestamp) -> Result<Timestamp, IssueError> {
        let now = self.clock.now();
        let latest = now.plus(self.settings.max_expiry).plus(A_DAY);
        match expires {
            _ if expires <= now => Err(IssueError::AlreadyOver(expires)),
            _ if expires > latest => Err(IssueError::TooLate(expires, now.plus(self.settings.max_expiry))),
            _ => Ok(expires),
        }
    }

    fn texts(&self, subject: Option<String>, message: Option<String>, template: Option<String>) -> Result<(String, String), IssueError> {
        let stored = match &template {
            Some(_) if message.is_some() => return Err(IssueError::MessageAndTemplate),
            Some(name) => {
                let known = self.settings.templates.iter().find(|stored| stored.name == *name);
                Some(known.ok_or_else(|| IssueError::Unknown("template", name.clone()))?)
            }
            None => None,
        };
        let subject = subject
            .or_else(|| stored.map(|s| s.subject.clone()).filter(|s| !s.is_empty()))
            .unwrap_or_else(|| self.settings.default_subject.clone());
        let message = message.or_else(|| stored.map(|s| s.message.clone())).unwrap_or_default();
        for (what, text, most) in [("subject", &subject, SUBJECT_BYTES), ("message", &message, MESSAGE_BYTES)] {
            if text.len() > most {
                return Err(IssueError::TextTooLong(what, most));
            }
        }
        Ok((subject.replace(char::is_control, " ").trim().to_owned(), message))
    }

    async fn items(&self, mut names: Vec<DocumentName>, pin: Option<bool>, keep: Option<&Keeping>) -> Result<Vec<Item>, IssueError> {
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        if names.is_empty() || names.len() > ITEMS_PER_SHARE {
            return Err(IssueError::TooMany("documents", ITEMS_PER_SHARE));
        }
        let (mut items, mut pinned) = (Vec::with_capacity(names.len()), 0);
        for (label, name) in labels(&names).into_iter().zip(names) {
            let stat = self
                .documents
                .stat(&Place::named(&name), None)
                .await
                .map_err(|e| IssueError::Unreadable(name.clone(), e))?;
            let pin = match stat.kind {
                Kind::Document => pin.unwrap_or(self.settings.default_pin),
                Kind::Folder => pin.unwrap_or(false),
            };
            let kind = match (stat.kind, pin) {
                (Kind::Document, pin) => {
                    // Looked at as a recipient's request would, so that nobody is sent a link to what the server may not read.
                    if pin {
                        ItemKind::PinnedDocument(self.pin_document(&name, keep).await?)
                    } else {
                        self.readable(&name).await.map_err(|e| IssueError::Unreadable(name.clone(), e))?;
                        ItemKind::Document
                    }
                }
                (Kind::Folder, true) => ItemKind::PinnedFolder(Arc::new(self.pins(&name, keep).await?)),
                (Kind::Folder, false) => {
                    self.documents
                        .list(&Place::named(&name))
                        .await
                        .map_err(|e| IssueError::Unreadable(name.clone(), e))?;
                    ItemKind::Folder
                }
            };
            if let ItemKind::PinnedFolder(pins) = &kind {
                pinned += pins.len();
                if pinned > PINNED_DOCUMENTS {
                    return Err(IssueError::TooManyToPin(name));
                }
            }
            items.push(Item { label, name, kind });
        }
        Ok(items)
    }

    /// The versions and hashes of all documents beneath a folder, sorted by path.
    pub(super) async fn pins(&self, folder: &DocumentName, keep: Option<&Keeping>) -> Result<Vec<Pin>, IssueError> {
        let mut paths = Vec::new();
        let mut open = vec![(DocumentPath::root(), 0)];
        let too_many = || IssueError::TooManyToPin(folder.clone());
        while let Some((below, depth)) = open.pop() {
            let path = folder.path.append(&below).map_err(|_| too_many())?;
            let name = DocumentName { store: folder.store.clone(), path };
            let listing = self
                .documents
                .list(&Place::in_folder(folder, &below))
                .await
                .map_err(|e| IssueError::Unreadable(name.clone(), e))?;
            if listing.truncated || depth >= FOLDER_DEPTH {
                return Err(too_many());
            }
            for entry in listing.entries {
                let path = below.append(&entry.name).map_err(|_| too_many())?;
                match entry.stat.kind {
                    Kind::Folder => open.push((path, depth + 1)),
                    Kind::Document => paths.push(path),
                }
            }
            if paths.len() > PINNED_DOCUMENTS || open.len() > PINNED_DOCUMENTS {
                return Err(too_many());
            }
        }
        paths.sort();
        self.hashed(folder, paths, keep).await
    }
}

/// Checks that a reminder that was asked for will be sent.
pub(super) fn check_reminder(wanted: Option<Option<Duration>>, expires: Timestamp, now: Timestamp) -> Result<(), IssueError> {
    match wanted.flatten() {
        Some(before) if expires.minus(before) <= now => Err(IssueError::RemindsInThePast(expires.minus(before), expires)),
        _ => Ok(()),
    }
}

fn owner(state: &State, wanted: Option<&EmailAddress>) -> Result<StaffId, IssueError> {
    let staff = state.current_staff();
    let found = match wanted {
        Some(address) => staff.iter().find(|(_, s)| s.address.get() == Some(address)),
        None => staff.first(),
    };
    found
        .map(|(id, _)| *id)
        .ok_or_else(|| IssueError::Unknown("member of staff", wanted.map_or("at all", EmailAddress::expose).to_owned()))
}

fn emit_share(t: &mut Tx<'_>, new: &Prepared, by: Actor) {
    let subject = Subject::Share(new.share);
    t.emit(Event::ShareCreated {
        share: new.share,
        owner: new.owner,
        by,
        items: Private::new(subject, Arc::clone(&new.items)),
        subject: Private::new(subject, new.subject.clone()),
        message: Private::new(subject, new.message.clone()),
        language: new.language,
        policy: new.policy,
        expires: new.expires,
    });
    if !new.notify.is_usual() || new.remind.is_some() {
        let remind = new.remind.map(|before| before.as_secs());
        t.emit(Event::NoticesSet { share: new.share, by, notify: new.notify, remind });
    }
    for (address, recipient, guest, invitation) in &new.recipients {
        let guest = match t.state().guest_ids.get(address.key()) {
            Some(known) => *known,
            None => {
                t.emit(Event::GuestSeen { guest: *guest, address: Private::new(Subject::Guest(*guest), address.clone()) });
                *guest
            }
        };
        t.emit(Event::RecipientAdded { share: new.share, recipient: *recipient, guest, key: new.key });
        invite(t, new.share, *recipient, invitation, new.code);
    }
}

/// What is drawn at random for one invitation before its transaction begins.
#[derive(Debug, Clone)]
pub(super) struct Invitation {
    mail: MailId,
    code: Draws,
}

impl Invitation {
    pub(super) fn draw() -> Self {
        Self { mail: MailId::from_bytes(random::bytes()), code: Draws::draw() }
    }
}

/// Queues the invitation of a recipient, and the code beside it where that is how codes are mailed.
pub(super) fn invite(t: &mut Tx<'_>, share: ShareId, recipient: RecipientId, drawn: &Invitation, code: Option<(u8, Mailing)>) {
    let Some((share, recipient)) = t.state().recipient(share, recipient).map(|(s, r)| (Arc::clone(s), Arc::clone(r))) else { return };
    let (due, deliver_by) = (t.now(), share.expires);
    t.emit(Event::MailQueued { mail: drawn.mail, share: share.id, kind: MailKind::Invitation(recipient.id), due, deliver_by });
    if let Some((digits, mailing)) = code {
        code_with_invitation(t, &share, &recipient, &drawn.code, mailing, digits);
    }
}
