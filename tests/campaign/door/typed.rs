//! A code that opens nothing: neither time nor length of the answer tells whether it was compared, or came when all tries were used up.

use super::timing::{TOLD_APART, mean, nanos, next, welch};
use super::{challenge_cookie, id, meanwhile, of, own_code};
use crate::figures::table;
use crate::rig::{Answer, Client, Outcome, Shared, TestApp, documents, until};
use doorward::domain::bounds::{FAILURES_PER_CHALLENGE, WRONG_CODE_ANSWER};
use doorward::domain::machine::Signs;
use doorward::domain::time::ManualClock;
use doorward::gate::Origin;
use doorward::web::api::wire::CreateShare;
use futures_util::future::join_all;
use std::time::{Duration, Instant};

/// Recipients who type at the same time.
const AT_ONCE: usize = 160;
/// Tries of each in each of two browsers: together with those that used up the tries of one, fewer than make anybody wait.
const TRIES: usize = 4;
/// How often the program's time is set to the world's.
const TICK: Duration = Duration::from_millis(2);

/// What was measured of the answers to one kind of try.
#[derive(Default)]
struct Answers {
    nanos: Vec<u64>,
    /// Status and length.
    looks: Vec<(u16, usize)>,
}

/// A browser with a code, the page where it is typed, and digits that are not it.
struct Typist {
    client: Client,
    page: Answer,
    wrong: String,
}

impl Typist {
    async fn types(&self, share: &Shared) -> Outcome<Answer> {
        self.client.post_form(&self.page.form(&share.code_page()).with("code", &self.wrong)).await
    }
}

/// Lets the program's time go on as the world's does.
async fn goes_on(clock: ManualClock) {
    let (began, mut told) = (Instant::now(), Duration::ZERO);
    loop {
        meanwhile(TICK).await;
        let passed = Duration::from_millis(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        clock.advance(passed - told);
        told = passed;
    }
}

async fn typist(app: &TestApp, share: &Shared, email: &str) -> Outcome<Typist> {
    let client = app.client();
    assert_eq!(client.agree(&share.link_of(email)).await?.code(), 303);
    until("the code is mailed", || own_code(app, share, &client).is_some()).await;
    let right = own_code(app, share, &client).ok_or("it was just there")?;
    let wrong = format!("{:06}", (right.parse::<u32>()? + 1) % 1_000_000);
    let page = client.get(&share.code_page()).await?;
    Ok(Typist { client, page, wrong })
}

/// Two browsers of a recipient: in one all tries are used up, in the other each is compared; by turns as the dice fall.
async fn recipient(app: &TestApp, share: &Shared, email: &str, mut dice: u64) -> Outcome<[Answers; 2]> {
    let typists = [typist(app, share, email).await?, typist(app, share, email).await?];
    let void = challenge_cookie(&typists[0].client, share).ok_or("the browser has its challenge")?;
    for _ in 0..FAILURES_PER_CHALLENGE {
        let nowhere = Origin { address: "192.0.2.1".to_owned(), agent: String::new(), signs: Signs::default() };
        app.gate.give_code(id(share)?, &void, None, &typists[0].wrong, nowhere).await?;
    }
    let mut answers: [Answers; 2] = Default::default();
    while answers.iter().any(|set| set.nanos.len() < TRIES) {
        let turn = usize::try_from(next(&mut dice) % 2)?;
        if answers[turn].nanos.len() == TRIES {
            continue;
        }
        let from = Instant::now();
        let answer = typists[turn].types(share).await?;
        answers[turn].nanos.push(nanos(from));
        answers[turn].looks.push((answer.code(), answer.body.len()));
        assert_eq!(answer.says("wrong too often"), turn == 0, "{}", answer.text());
    }
    Ok(answers)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_code_is_not_told_from_one_that_came_when_all_tries_were_used_up() -> Outcome {
    let app = TestApp::with(|config| {
        config.otp.wrong_answer = WRONG_CODE_ANSWER;
        // Its own wait is not what is measured here.
        config.otp.alarm = 10_000;
    })
    .await?;
    app.put("report.txt", "the report")?;
    let mut all: [Answers; 2] = Default::default();
    let mut dice = 0x2545_F491_4F6C_DD1D;
    while all[0].nanos.len() < of(100_000) {
        let emails: Vec<String> = (0..AT_ONCE).map(|n| format!("guest{n}@example.org")).collect();
        let share = app.share(CreateShare { to: emails.clone(), ..documents(&["report.txt"]) }).await?;
        let going = tokio::spawn(goes_on(app.clock.clone()));
        let typing = emails.iter().map(|email| recipient(&app, &share, email, next(&mut dice) | 1));
        for answers in join_all(typing.collect::<Vec<_>>()).await {
            for (all, some) in all.iter_mut().zip(answers?) {
                all.nanos.extend(some.nanos);
                all.looks.extend(some.looks);
            }
        }
        going.abort();
        // What counts within an hour, for everybody together, is over.
        app.pass(Duration::from_secs(3_700));
    }
    let looks = all.each_ref().map(|set| set.looks.iter().min().copied());
    assert!(
        all.iter()
            .zip(looks)
            .all(|(set, look)| look == looks[0] && set.looks.iter().all(|one| Some(*one) == look)),
        "{looks:?}"
    );
    let t = welch(&all[0].nanos, &all[1].nanos);
    let mut rows = vec![
        ["a code that opens nothing", "samples", "status", "bytes", "mean ns", "t"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (name, set) in ["all tries were used up", "wrong, put down on the disk"].into_iter().zip(&all) {
        let (status, bytes) = looks[0].ok_or("there are answers")?;
        let figures = [set.nanos.len().to_string(), status.to_string(), bytes.to_string(), mean(&set.nanos).to_string(), format!("{t:.2}")];
        rows.push([vec![name.to_owned()], figures.to_vec()].concat());
    }
    table(&rows);
    assert!(t.abs() < TOLD_APART, "|t| is {t:.2}");
    Ok(())
}
