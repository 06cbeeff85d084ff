//! A folder, or all documents of a share, as one ZIP: what would be in it, the ticket for it, and the archive that a ticket stands for.

pub(super) mod contents;
pub(super) mod plan;
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

    /// The archive of a ticket, which is what it was when the ticket was made, or none.
    pub async fn archive(
        &self,
        share: ShareId,
        proof: Option<Proof>,
        folder: Option<&DocumentPath>,
        ticket: &str,
    ) -> Result<Plan, Refusal> {
        let admitted = self.session(share, proof)?;
        let ticket = Ticket::read(&self.keys, &binding(&admitted, folder), ticket).ok_or(Refusal::NotInShare(share))?;
        let plan = self.plan(&admitted, folder, ticket.made).await?;
        if plan.digest() == ticket.digest { Ok(plan) } else { Err(Refusal::ArchiveChanged(share)) }
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
