//! A code that staff read out: for a caller whom they know, when mail does not come.
//!
//! It is bound to no browser, and has eight digits. Each browser may try it five times, and no wait holds that up, so that nobody who has the link
//! can use it up for the caller. Whoever is at the page for the code when it is read keeps that place, however many come after. What was mailed
//! stays right beside it.

use crate::crypto::code::CodeSecret;
use crate::domain::bounds::{CODES_READ_PER_DAY, CODES_READ_PER_HOUR, READ_CODE_DIGITS};
use crate::domain::email::EmailAddress;
use crate::domain::ids::ShareId;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::admit::open_to;
use crate::gate::consent::{Draws, NewCodes, new_challenge};
use crate::gate::issue::IssueError;
use crate::gate::manage::{chosen, share};
use crate::gate::refusal::Refusal;
use crate::ledger::event::{Actor, Event};
use crate::ledger::state::Recipient;
use crate::ledger::tx::{Class, Tx};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A code for staff to read out. It is told once and stands nowhere else in the open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CodeView {
    /// The share.
    pub share: String,
    /// Whose it is.
    pub email: String,
    /// The digits.
    pub code: String,
    /// Until when they are right, RFC 3339 in UTC.
    pub expires: String,
}

impl Gate {
    /// Makes a fresh code for a recipient, to be read out by staff. It goes to nobody else.
    ///
    /// # Errors
    /// There is no such share or recipient, it is not open to them, or too many were read lately.
    pub async fn read_code(&self, id: ShareId, address: EmailAddress, by: Actor) -> Result<CodeView, IssueError> {
        let (draws, made) = (Draws::draw(), NewCodes { digits: READ_CODE_DIGITS, ..self.new_codes() });
        let (secret, whose): (CodeSecret, EmailAddress) = (draws.secret.clone(), address.clone());
        let transaction = move |t: &mut Tx<'_>| {
            let share = share(t.state(), id)?;
            let only = chosen(t.state(), &share, Some(&whose))?;
            let (_, recipient) = only.first().and_then(|one| t.state().recipient(id, *one)).ok_or(IssueError::WasStopped)?;
            let recipient = Arc::clone(recipient);
            open_to(&share, &recipient, t.now()).map_err(|why| match why {
                Refusal::Expired(_) => IssueError::AlreadyOver(share.expires),
                _ => IssueError::WasStopped,
            })?;
            if let Some(again) = again(&recipient, t.now()) {
                return Err(IssueError::TooManyCodes(again));
            }
            let made = made.of(None, None, t.now());
            t.emit(new_challenge(&draws, &share, &recipient, made));
            t.emit(Event::CodeRead { challenge: draws.challenge, share: id, recipient: recipient.id, by });
            Ok(made)
        };
        let made = self.ledger.tx(Class::First, transaction).await?;
        Ok(CodeView {
            share: id.to_string(),
            email: address.expose().to_owned(),
            code: secret.digits(made.moment, made.digits),
            expires: made.expires.to_string(),
        })
    }
}

/// When staff may read the next code for a recipient, if not now.
fn again(recipient: &Recipient, now: Timestamp) -> Option<Timestamp> {
    let read = &recipient.codes_read;
    let end = |nth_last: usize, window| read.len().checked_sub(nth_last).map(|at| read[at].plus(window));
    end(CODES_READ_PER_DAY, DAY).max(end(CODES_READ_PER_HOUR, HOUR)).filter(|end| *end > now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{GuestId, RecipientId};

    #[test]
    fn five_codes_an_hour_and_ten_a_day_are_read() {
        let start = Timestamp::from_millis(1_800_000_000_000);
        let after = |minutes: u64| start.plus(Duration::from_secs(60 * minutes));
        let mut recipient = Recipient::new(RecipientId::from_bytes([1; 16]), GuestId::from_bytes([2; 16]), 0, 1);
        recipient.codes_read = (0..5).map(after).collect();
        assert_eq!((again(&recipient, after(4)), again(&recipient, after(60))), (Some(after(60)), None));
        recipient.codes_read.extend((100..105).map(after));
        assert_eq!((again(&recipient, after(1000)), again(&recipient, after(1440))), (Some(after(1440)), None));
    }
}
