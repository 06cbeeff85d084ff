//! The outbox: what the ledger says is to be mailed is composed, handed over, and put down as sent, delayed or failed. At least once, never lost.

use crate::crypto::random;
use crate::domain::bounds::MAIL_TRIES;
use crate::domain::ids::MailId;
use crate::domain::time::Timestamp;
use crate::gate::Gate;
use crate::gate::notices::{has_unreported, queue_notice};
use crate::ledger::event::{Event, MailKind};
use crate::ledger::state::{Mail, Timer};
use crate::ledger::tx::{Class, Unavailable};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// Mails handed over at the same time.
const AT_ONCE: usize = 4;
/// Waits between tries; with [`MAIL_TRIES`] tries they add up to about a day and a half, which outlasts greylisting and a weekend night's outage.
const WAITS_MINUTES: [u64; 11] = [1, 2, 5, 10, 20, 40, 60, 120, 240, 480, 720];
/// Waits of a code mail, which is no use after ten minutes.
const CODE_WAIT: Duration = Duration::from_secs(20);
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
        let mut under_way = BTreeSet::new();
        let mut tries: JoinSet<MailId> = JoinSet::new();
        loop {
            let (due, next) = self.due_mails(&under_way, AT_ONCE - tries.len());
            for mail in due {
                under_way.insert(mail.id);
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

    /// Mails that are due, and when the next one will be.
    fn due_mails(&self, under_way: &BTreeSet<MailId>, most: usize) -> (Vec<Arc<Mail>>, Option<Timestamp>) {
        let (state, now) = (self.ledger.state(), self.clock.now());
        let mails = state.timers.iter().filter_map(|(moment, timer)| match timer {
            Timer::Mail(mail) if !under_way.contains(mail) => Some((*moment, mail)),
            _ => None,
        });
        let mut due = Vec::new();
        for (moment, mail) in mails {
            if moment > now || due.len() >= most {
                return (due, Some(moment.max(now)));
            }
            due.extend(state.mails.get(mail).cloned());
        }
        (due, None)
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
        let now = self.clock.now();
        if mail.deliver_by <= now {
            return Tried::Failed(mail.why.clone().unwrap_or_else(|| "it was no use any more when its turn came".to_owned()));
        }
        let (letter, lines) = match self.letter(mail) {
            Ok(composed) => composed,
            Err(why) => return Tried::Useless(why),
        };
        match self.mailer.deliver(&letter).await {
            Ok(_) => Tried::Sent(lines),
            Err(refused) if refused.permanent => Tried::Failed(short(&refused.reason)),
            Err(refused) if mail.tries + 1 >= MAIL_TRIES => Tried::Failed(short(&refused.reason)),
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
            // Nobody waits for these, and that they are not sent is nobody's trouble.
            Tried::Useless(why) if matches!(kind, MailKind::Notice | MailKind::Reminder(_)) => {
                Event::MailDropped { mail: id, why: (*why).to_owned() }
            }
            Tried::Useless(why) => Event::MailFailed { mail: id, why: (*why).to_owned() },
            Tried::Sent(lines) => {
                let quiet_until =
                    if kind == MailKind::Notice { self.clock.now().plus(self.settings.notice_window) } else { Timestamp::default() };
                Event::MailSent { mail: id, lines: *lines, quiet_until }
            }
        };
        let failed = matches!(tried, Tried::Failed(_));
        self.ledger
            .tx(Class::Ordinary, move |t| {
                t.emit(event.clone());
                if let (true, MailKind::Invitation(recipient) | MailKind::Code(_, recipient) | MailKind::Reminder(recipient)) =
                    (failed, kind)
                {
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

fn wait_after(mail: &Mail) -> Duration {
    match mail.kind {
        MailKind::Code(..) => CODE_WAIT,
        _ => Duration::from_secs(60 * WAITS_MINUTES[(mail.tries as usize).min(WAITS_MINUTES.len() - 1)]),
    }
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
