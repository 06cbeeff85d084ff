//! A folder, or all documents of a share, as one ZIP: what would be in it, the ticket for it, and the archive that a ticket stands for.

pub(super) mod contents;
pub(super) mod plan;
mod plans;
pub(super) mod running;

use crate::crypto::ticket::Ticket;
use crate::domain::document::DocumentPath;
use crate::domain::ids::ShareId;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::admit_archive;
use crate::gate::permit::Admitted;
use crate::gate::refusal::Refusal;
use crate::gate::session::Proof;
pub use contents::Withheld;
pub use plan::Plan;
use plans::Key;
use std::sync::Arc;

/// Bytes of a gigabyte, as storage vendors and our pages count.
const GIGABYTE: u64 = 1_000_000_000;

impl Gate {
    /// Whether the share of a session may be taken as an archive at all.
    pub fn gives_archives(&self, admitted: &Admitted) -> bool {
        self.settings.archives.enabled && admit_archive(admitted.clone()).is_ok()
    }

    /// What an archive of a folder, or of all that a share names, would hold now. Nothing is opened and nothing is written.
    pub async fn archive_offer(&self, admitted: &Admitted, folder: Option<&DocumentPath>) -> Result<Plan, Refusal> {
        self.plan(admitted, folder, self.clock.now()).await
    }

    /// The ticket under which this session, and no other, may fetch what was offered.
    pub fn archive_ticket(&self, admitted: &Admitted, folder: Option<&DocumentPath>, offer: &Plan) -> String {
        let ticket = Ticket { made: offer.made(), digest: offer.digest() };
        ticket.write(&self.keys, &binding(admitted, folder))
    }

    /// The archive of a ticket, which is what it was when the ticket was made, or none. One that is pinned and goes on after a break is not made up
    /// anew: what of it may leave is decided as each of its documents is opened.
    pub async fn archive(
        &self,
        share: ShareId,
        proof: Option<Proof>,
        folder: Option<&DocumentPath>,
        ticket: &str,
        goes_on: bool,
    ) -> Result<Arc<Plan>, Refusal> {
        let admitted = self.session(share, proof)?;
        let ticket = Ticket::read(&self.keys, &binding(&admitted, folder), ticket).ok_or(Refusal::NotInShare(share))?;
        let items = admitted.share().items.get().cloned().ok_or(Refusal::NotInShare(share))?;
        let key = Key { share, folder: folder.cloned(), digest: ticket.digest, items };
        let plans = &self.archives.plans;
        if goes_on && let Some(plan) = plans.find(&key, self.clock.now()) {
            return admit_archive(admitted).map(|_| plan);
        }
        let plan = Arc::new(self.plan(&admitted, folder, ticket.made).await?);
        if plan.digest() != ticket.digest {
            return Err(Refusal::ArchiveChanged(share));
        }
        if plan.is_fixed() {
            plans.keep(key, &plan, self.clock.now());
        }
        Ok(plan)
    }

    async fn plan(&self, admitted: &Admitted, folder: Option<&DocumentPath>, made: Timestamp) -> Result<Plan, Refusal> {
        let (share, limits) = (admitted.share().id, self.settings.archives);
        if !limits.enabled {
            return Err(Refusal::NotInShare(share));
        }
        let admitted = admit_archive(admitted.clone())?;
        let contents = self.contents(&admitted, folder).await?;
        let plan = Plan::new(&self.keys, share, contents, made);
        let most = limits.max_gigabytes.saturating_mul(GIGABYTE);
        if plan.entries() > limits.max_entries || plan.bytes() > most {
            return Err(Refusal::ArchiveTooLarge(share));
        }
        Ok(plan)
    }
}

/// What a ticket belongs to. The root of a share is told apart from its folders, none of which has an empty path.
fn binding<'a>(admitted: &'a Admitted, folder: Option<&'a DocumentPath>) -> [&'a [u8]; 3] {
    [admitted.share().id.as_bytes(), admitted.session().token.as_bytes(), folder.map_or(&[], DocumentPath::as_bytes)]
}
