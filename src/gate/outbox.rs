//! The outbox: what the ledger says is to be mailed is composed, handed over, and put down as sent, delayed or failed. At least once, never lost;
//! what nobody misses any more is taken out without a word.

use crate::crypto::random;
use crate::domain::bounds::{MAIL_CONNECTIONS, MAIL_TRIES};
use crate::domain::ids::MailId;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::bounces::recipient_of;
use crate::gate::letters::NoLetter;
use crate::gate::notices::{has_unreported, queue_notice};
use crate::ledger::event::{Event, MailKind};
use crate::ledger::state::{Mail, Timer};
use crate::ledger::tx::{Class, Unavailable};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Mails handed over at the same time; the last place is kept for codes, for which somebody waits before a page.
const AT_ONCE: usize = MAIL_CONNECTIONS;
/// Due mails that are looked at in search of codes among them.
const LOOKED_AT: usize = 20_000;
/// Waits between tries; with [`MAIL_TRIES`] tries they add up to about a day and a half, which outlasts greylisting and a weekend night's outage.
/// Greylisting lets a mail in after one to five minutes: the third try or the fourth.
const WAITS_MINUTES: [u64; 11] = [1, 2, 5, 10, 20, 40, 60, 120, 240, 480, 720];
/// Waits of a code mail, in seconds; the last one repeats until the code is no use any more. Of the ten minutes of a code that was asked for
/// greylisting takes up to five; one that came with the invitation is tried for a day.
const CODE_WAITS: [u64; 13] = [20, 40, 60, 60, 60, 60, 60, 60, 60, 60, 60, 120, 300];
/// The longest reason kept, in bytes.
const REASON_BYTES: usize = 300;

/// What became of one try.
enum Tried {
    Delayed(String),
    Failed(String),
    /// With how many lines of the notice's list.
    Sent(usize),
    /// What it is about is over, such as an invitation to a share that was stopped.
    Useless(&'static str),
}

impl Gate {
    /// Mails what is due, as it becomes due; never returns.
    pub async fn mail(self: Arc<Self>) {
        let mut under_way = BTreeMap::new();
        let mut tries: JoinSet<MailId> = JoinSet::new();
        loop {
            let (due, next) = self.due_mails(&under_way);
            for mail in due {
                under_way.insert(mail.id, is_code(&mail));
                let gate = Arc::clone(&self);
                tries.spawn(async move {
                    let id = mail.id;
                    gate.try_mail(&mail).await;
                    id
                });
            }
            tokio::select! {
                Some(done) = tries.join_next() => {
                    // A try that panicked leaves its mail marked as under way until the next start, rather than mailing it for ever.
                    if let Ok(id) = done {
                        under_way.remove(&id);
                    }
                }
                () = self.mail_queued.notified() => {}
                () = self.clock.wait_until(next.unwrap_or(Timestamp::MAX)), if tries.len() < AT_ONCE => {}
            }
        }
    }

    /// Mails that are due and have a place now, codes first; and when the next one will be due. `under_way` are those being tried, and which
    /// of them are codes.
    fn due_mails(&self, under_way: &BTreeMap<MailId, bool>) -> (Vec<Arc<Mail>>, Option<Timestamp>) {
        let (state, now) = (self.ledger.state(), self.clock.now());
        let free = AT_ONCE.saturating_sub(under_way.len());
        let free_for_others = (AT_ONCE - 1).saturating_sub(under_way.values().filter(|is_code| !**is_code).count());
        let (mut codes, mut others, mut next) = (Vec::new(), Vec::new(), None);
        let timers = state.timers.iter().filter_map(|(moment, timer)| match timer {
            Timer::Mail(mail) if !under_way.contains_key(mail) => Some((*moment, mail)),
            _ => None,
        });
        for (moment, mail) in timers.take(LOOKED_AT) {
            if moment > now {
                next = Some(moment);
                break;
            }
            match state.mails.get(mail) {
                Some(mail) if is_code(mail) => codes.push(Arc::clone(mail)),
                Some(mail) if others.len() < free_for_others => others.push(Arc::clone(mail)),
                _ => {}
            }
            if codes.len() >= free {
                break;
            }
        }
        codes.extend(others);
        codes.truncate(free);
        (codes, next)
    }

    async fn try_mail(&self, mail: &Mail) {
        let tried = self.attempt(mail).await;
        let id = mail.id;
        match &tried {
            Tried::Sent(_) => tracing::debug!(mail = %id, "mail handed over"),
            Tried::Delayed(why) => tracing::warn!(mail = %id, share = %mail.share, tries = mail.tries + 1, why, "mail not delivered yet"),
            Tried::Failed(why) => tracing::error!(mail = %id, share = %mail.share, why, "mail failed for good"),
            Tried::Useless(why) => tracing::info!(mail = %id, share = %mail.share, why, "mail is no use any more"),
        }
        while let Err(error) = self.put_try_down(mail, &tried).await {
            tracing::warn!(mail = %id, %error, "what became of a mail could not be put down; it is tried again");
            self.clock.wait_until(self.clock.now().plus(Duration::from_secs(5))).await;
        }
    }

    async fn attempt(&self, mail: &Mail) -> Tried {
        let composed = self.letter(mail);
        if let Err(NoLetter::Useless(why)) = composed {
            return Tried::Useless(why);
        }
        if mail.deliver_by <= self.clock.now() {
            return Tried::Failed(mail.why.clone().unwrap_or_else(|| "it was no use any more when its turn came".to_owned()));
        }
        let (letter, lines) = match composed {
            Ok(composed) => composed,
            Err(NoLetter::Impossible(why) | NoLetter::Useless(why)) => return Tried::Failed(why.to_owned()),
        };
        match self.mailer.deliver(&letter).await {
            Ok(_) => Tried::Sent(lines),
            Err(refused) if refused.permanent => Tried::Failed(short(&refused.reason)),
            Err(refused) if mail.tries + 1 >= MAIL_TRIES && !is_code(mail) => Tried::Failed(short(&refused.reason)),
            Err(refused) => Tried::Delayed(short(&refused.reason)),
        }
    }

    async fn put_try_down(&self, mail: &Mail, tried: &Tried) -> Result<(), Unavailable> {
        let (id, share, kind) = (mail.id, mail.share, mail.kind);
        let due = self.clock.now().plus(wait_after(mail));
        let (told, times) = (MailId::from_bytes(random::bytes()), self.notice_times());
        let event = match tried {
            Tried::Delayed(why) => Event::MailDelayed { mail: id, due, why: why.clone() },
            Tried::Failed(why) => Event::MailFailed { mail: id, why: why.clone() },
            // That it is not sent is nobody's trouble: it does not count as failed.
            Tried::Useless(why) => Event::MailDropped { mail: id, why: (*why).to_owned() },
            Tried::Sent(lines) => {
                let quiet_until =
                    if kind == MailKind::Notice { self.clock.now().plus(self.settings.notice_window) } else { Timestamp::default() };
                Event::MailSent { mail: id, lines: *lines, quiet_until, bounces_until: self.bounces_until(kind) }
            }
        };
        let failed = matches!(tried, Tried::Failed(_));
        self.ledger
            .tx(Class::Ordinary, move |t| {
                t.emit(event.clone());
                // Of each mail to a recipient, as it is of those that come back.
                if let Some(recipient) = recipient_of(kind).filter(|_| failed) {
                    let kind = MailKind::Undelivered(recipient);
                    t.emit(Event::MailQueued { mail: told, share, kind, due: t.now(), deliver_by: Timestamp::MAX });
                }
                if kind == MailKind::Notice && matches!(event, Event::MailSent { .. }) {
                    t.emit(Event::NoticeTold { share });
                }
                // Reads that came while the notice was under way are not in it, and nobody else may ever ask for the next one.
                if kind == MailKind::Notice && matches!(event, Event::MailSent { .. }) && has_unreported(t.state(), share) {
                    queue_notice(t, share, told, times);
                }
                Ok(())
            })
            .await
    }
}

const fn is_code(mail: &Mail) -> bool {
    matches!(mail.kind, MailKind::Code(..))
}

fn wait_after(mail: &Mail) -> Duration {
    let nth = |waits: &[u64]| waits[(mail.tries as usize).min(waits.len() - 1)];
    Duration::from_secs(if is_code(mail) { nth(&CODE_WAITS) } else { 60 * nth(&WAITS_MINUTES) })
}

fn short(reason: &str) -> String {
    reason
        .chars()
        .scan(0, |bytes, c| {
            Some((*bytes, c)).filter(|_| {
                *bytes += c.len_utf8();
                *bytes <= REASON_BYTES
            })
        })
        .map(|(_, c)| c)
        .collect()
}
