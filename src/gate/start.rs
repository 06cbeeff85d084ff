//! What happens once when the server begins and ends: staff and disclaimer of the configuration become events, what a crash left open is closed.

use crate::crypto::random;
use crate::crypto::sealed::{Private, Subject};
use crate::domain::disclaimer::Disclaimer;
use crate::domain::email::EmailAddress;
use crate::domain::ids::StaffId;
use crate::domain::receipt::Outcome;
use crate::gate::Gate;
use crate::gate::progress::portions;
use crate::gate::sweeper::receipt_ended;
use crate::ledger::event::Event;
use crate::ledger::state::State;
use crate::ledger::tx::{Class, Tx, Unavailable};
use std::sync::Arc;

/// Staff and texts as the configuration says them.
#[derive(Debug, Clone)]
pub struct Configured {
    /// Names and addresses, the default owner first.
    pub staff: Vec<(String, EmailAddress)>,
    /// The disclaimer.
    pub disclaimer: Option<Disclaimer>,
}

/// Why the gate cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum CannotBegin {
    /// A version of the disclaimer is another text than the one that was published under its name.
    #[error("disclaimer.version \"{0}\" was published with another text; a version stays as it is, so give the changed text a new one")]
    AnotherText(String),
    /// The ledger takes nothing now.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

impl Gate {
    /// Begins: everything that differs from the configuration becomes an event. `torn_bytes` is what a crash had left behind the last good line.
    pub async fn begin(&self, configured: Configured, torn_bytes: u64) -> Result<(), CannotBegin> {
        let ids: Vec<StaffId> = configured.staff.iter().map(|_| StaffId::from_bytes(random::bytes())).collect();
        let transaction = move |t: &mut Tx<'_>| {
            if let Some(text) = configured.disclaimer.as_ref().filter(|text| !keeps_its_text(t.state(), text)) {
                return Err(CannotBegin::AnotherText(text.version.clone()));
            }
            t.emit(Event::ServerStarted { version: env!("CARGO_PKG_VERSION").to_owned(), torn_bytes });
            set_staff(t, &configured.staff, &ids);
            if let Some(text) = configured.disclaimer.clone().filter(|text| t.state().disclaimer.as_deref() != Some(text)) {
                t.emit(Event::DisclaimerPublished { disclaimer: Arc::new(text) });
            }
            Ok(())
        };
        self.ledger.tx(Class::First, transaction).await?;
        Ok(self.close_interrupted().await?)
    }

    /// Closes what a crash left open; any number of it, a part at a time.
    async fn close_interrupted(&self) -> Result<(), Unavailable> {
        let state = self.ledger.state();
        let open: Vec<_> = state.receipts.values().filter(|receipt| receipt.outcome == Outcome::Open).cloned().collect();
        for some in portions(&open, |receipt| receipt.shown.len()) {
            let some = some.to_vec();
            self.ledger
                .tx(Class::First, move |t| {
                    some.iter().for_each(|receipt| t.emit(receipt_ended(receipt, Outcome::Interrupted)));
                    Ok::<_, Unavailable>(())
                })
                .await?;
        }
        Ok(())
    }

    /// Ends: progress, counts and uses of sessions are put down, then that the server stopped in good order.
    pub async fn end(&self) -> Result<(), Unavailable> {
        self.flush_progress().await?;
        self.put_uses_down().await?;
        self.put_counts_down().await?;
        self.ledger
            .tx(Class::First, |t| {
                t.emit(Event::ServerStopped {});
                Ok(())
            })
            .await
    }
}

/// Whether no other text was published under this name. Languages may be added to a version, and those that it has stay as they are.
fn keeps_its_text(state: &State, text: &Disclaimer) -> bool {
    let current = state.disclaimer.as_deref().filter(|current| current.version == text.version);
    let published = current.or_else(|| state.former.get(&text.version).map(AsRef::as_ref));
    published.is_none_or(|published| {
        // What was published before languages were said has none.
        let same = |a: &str, b: &str| a == b || a.is_empty();
        published
            .wordings()
            .all(|before| text.wordings().any(|now| same(before.language, now.language) && before.digest == now.digest))
    })
}

fn set_staff(t: &mut Tx<'_>, configured: &[(String, EmailAddress)], ids: &[StaffId]) {
    let mut kept = Vec::new();
    for (rank, ((name, address), fresh)) in (0..).zip(configured.iter().zip(ids)) {
        let known = t
            .state()
            .staff
            .iter()
            .find(|(_, s)| s.address.get() == Some(address))
            .map(|(id, s)| (*id, Arc::clone(s)));
        let id = known.as_ref().map_or(*fresh, |(id, _)| *id);
        kept.push(id);
        let same = known.is_some_and(|(_, s)| {
            s.name.get() == Some(name) && s.address.get().map(EmailAddress::expose) == Some(address.expose()) && s.rank == Some(rank)
        });
        if !same {
            let subject = Subject::Staff(id);
            t.emit(Event::StaffSet {
                staff: id,
                name: Private::new(subject, name.clone()),
                address: Private::new(subject, address.clone()),
                rank,
            });
        }
    }
    let gone: Vec<_> = t.state().current_staff().into_iter().map(|(id, _)| id).filter(|id| !kept.contains(id)).collect();
    gone.into_iter().for_each(|staff| t.emit(Event::StaffRemoved { staff }));
}
