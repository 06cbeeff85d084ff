//! Settings of the configuration, shown to have their effect in the joined program.

use super::*;
use crate::config::Pattern;
use crate::crypto::random::CookieSecret;
use crate::domain::document::{DocumentName, DocumentPath};
use crate::domain::email::EmailAddress;
use crate::domain::ids::ShareId;
use crate::domain::time::{ManualClock, Timestamp};
use crate::gate::challenge::CodeAnswer;
use crate::gate::issue::NewShare;
use crate::gate::{Actor, Origin};
use crate::mail::{Letter, Memory};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// A program in scratch folders, with mail in memory and a clock that stands still.
struct House {
    gate: Arc<Gate>,
    mails: Memory,
    clock: ManualClock,
    _scratch: tempfile::TempDir,
}

impl House {
    async fn build(change: impl FnOnce(&mut Config)) -> Result<Self, Box<dyn std::error::Error>> {
        let scratch = tempfile::tempdir()?;
        let (data, documents) = (scratch.path().join("data"), scratch.path().join("documents"));
        std::fs::create_dir(&documents)?;
        std::fs::write(documents.join("note.txt"), "a note")?;
        let mut config = Config::quickstart(&data, &documents, ([127, 0, 0, 1], 8443).into(), None);
        change(&mut config);
        let (clock, mails) = (ManualClock::at(Timestamp::from_millis(1_800_000_000_000)), Memory::new());
        let mut outside = Outside::real(Arc::new(clock.clone()), None, false);
        outside.mailer = Some(Mailer::Memory(mails.clone()));
        let assembled = assemble(&config, outside)?;
        assembled.gate.begin(assembled.start_with, 0).await?;
        tokio::spawn(Arc::clone(&assembled.gate).work());
        Ok(Self { gate: assembled.gate, mails, clock, _scratch: scratch })
    }

    async fn share(&self) -> Result<ShareId, Box<dyn std::error::Error>> {
        let store = self.gate.documents().names().next().ok_or("no store")?.clone();
        let new = NewShare {
            notify: None,
            remind: None,
            names: vec![DocumentName { store, path: DocumentPath::root() }],
            to: vec![EmailAddress::parse("guest@example.org")?],
            expires: None,
            delivery: None,
            mark: None,
            print: None,
            text: None,
            upload: false,
            pin: None,
            keep: None,
            owner: None,
            subject: None,
            message: None,
            template: None,
            language: None,
        };
        Ok(self.gate.issue(new, Actor::Server).await?)
    }

    /// The browser of the recipient, who has agreed.
    async fn agree(&self, share: ShareId) -> Result<CookieSecret, Box<dyn std::error::Error>> {
        let view = self.gate.share(share).await.ok_or("no share")?;
        let url = view.links.first().and_then(|link| link.url.clone()).ok_or("no link")?;
        let entry = self.gate.enter(url.rsplit('/').next().unwrap_or_default())?;
        let digest = entry.disclaimer.as_ref().map(|text| text.digest.clone()).unwrap_or_default();
        Ok(self.gate.agree(&entry, &digest, None, None, None, nowhere()).await?)
    }
}

fn nowhere() -> Origin {
    Origin { address: "192.0.2.1".to_owned(), agent: String::new(), signs: Default::default() }
}

/// The codes of all letters that have one.
fn codes(letters: &[Letter]) -> Vec<String> {
    let digits = |line: &&str| line.len() == 6 && line.bytes().all(|b| b.is_ascii_digit());
    letters
        .iter()
        .filter_map(|letter| letter.content.text.lines().find(digits))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_limits_of_a_configuration_that_sets_none_are_the_limiters_own() {
    let config = Config::quickstart(Path::new("d"), Path::new("f"), ([127, 0, 0, 1], 8443).into(), None);
    assert_eq!(rate_limits(&config), RateLimits::default());
}

#[tokio::test]
async fn a_code_that_came_with_the_invitation_is_the_one_that_is_mailed_again_and_opens() -> Outcome {
    let house = House::build(|config| config.otp.delivery = Mailed::WithInvite).await?;
    let share = house.share().await?;
    let invited = codes(&house.mails.wait_for(2).await);
    let browser = house.agree(share).await?;
    house.clock.advance(Duration::from_secs(61));
    house.gate.send_again(share, &browser).await?;
    let mailed = codes(&house.mails.wait_for(3).await);
    assert_eq!(mailed, [&invited[..], &invited[..]].concat());
    let (answer, session) = house.gate.give_code(share, &browser, None, &mailed[0], nowhere()).await?;
    assert_eq!(answer, CodeAnswer::Right);
    assert!(session.is_some());
    Ok(())
}

#[tokio::test]
async fn a_configured_subject_is_filled_in_wherever_staff_and_recipients_read_it() -> Outcome {
    let house = House::build(|config| config.shares.subject = Pattern::parse("From {{organisation}} to {{recipient}}").ok()).await?;
    let share = house.share().await?;
    let filled = "From Example Organisation to guest@example.org";
    assert_eq!(house.gate.shares().first().map(|share| share.subject.as_str()), Some(filled));
    assert_eq!(house.gate.share(share).await.map(|share| share.subject), Some(filled.to_owned()));
    house.mails.wait_for(1).await;
    // Whoever was not invited yet is not told of the end either; that the mail is out is put down just after it is.
    let invited = async {
        while house.gate.shares().iter().any(|share| share.links.iter().any(|link| link.status == "waiting")) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), invited).await?;
    house.gate.revoke(share, None, Actor::Server).await?;
    let letters = house.mails.wait_for(2).await;
    for letter in letters {
        let whole = format!("{}\n{}", letter.content.subject, letter.content.text);
        assert!(whole.contains(filled) && !whole.contains("{{"), "{whole}");
    }
    Ok(())
}
