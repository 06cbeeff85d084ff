//! What the time and length of an answer tell: Welch's t over interleaved samples, below 4.5 where nothing may be told.

use super::{challenge_cookie, id, of};
use crate::figures::table;
use crate::rig::{Outcome, TestApp, documents};
use data_encoding::BASE64URL_NOPAD;
use doorward::domain::machine::Signs;
use doorward::gate::Origin;
use doorward::gate::challenge::CodeAnswer;
use doorward::web::api::wire::CreateShare;
use std::hint::black_box;
use std::time::Instant;

const GUEST: &str = "guest@example.org";
/// Above this two sets of samples are told apart (as in dudect).
pub(super) const TOLD_APART: f64 = 4.5;
/// Times above this per cent of all are the machine's, not the program's (dudect crops them as well).
const KEPT_PER_CENT: usize = 95;

fn nowhere() -> Origin {
    Origin { address: "192.0.2.1".to_owned(), agent: String::new(), signs: Signs::default() }
}

/// Welch's t of two sets of nanoseconds, without the slowest of both together.
pub(super) fn welch(one: &[u64], other: &[u64]) -> f64 {
    let mut all: Vec<u64> = one.iter().chain(other).copied().collect();
    all.sort_unstable();
    let most = all.get(all.len() * KEPT_PER_CENT / 100).copied().unwrap_or(u64::MAX);
    let moments = |set: &[u64]| {
        let kept: Vec<f64> = set
            .iter()
            .filter(|time| **time <= most)
            .map(|time| f64::from(u32::try_from(*time).unwrap_or(u32::MAX)))
            .collect();
        let count = f64::from(u32::try_from(kept.len()).unwrap_or(u32::MAX));
        let mean = kept.iter().sum::<f64>() / count;
        let variance = kept.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (count - 1.0);
        (mean, variance / count)
    };
    let ((mean, error), (other_mean, other_error)) = (moments(one), moments(other));
    (mean - other_mean) / (error + other_error).sqrt()
}

pub(super) fn mean(set: &[u64]) -> u64 {
    set.iter().sum::<u64>() / (set.len() as u64).max(1)
}

/// A number that chooses whose turn it is.
pub(super) fn next(dice: &mut u64) -> u64 {
    *dice ^= *dice << 13;
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    *dice >> 33
}

pub(super) fn nanos(from: Instant) -> u64 {
    u64::try_from(from.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// The same link with one bit of its tag changed.
fn with_wrong_tag(link: &str) -> Outcome<String> {
    let mut bytes = BASE64URL_NOPAD.decode(link.trim_start_matches("/s/").as_bytes())?;
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

#[test]
fn the_measure_tells_apart_what_differs_and_nothing_else() {
    let mut dice = 7;
    let mut set = |from: u64| (0..10_000).map(|_| from + next(&mut dice) % 100).collect::<Vec<u64>>();
    let (one, same, slower) = (set(1_000), set(1_000), set(1_010));
    assert!(welch(&one, &same).abs() < TOLD_APART);
    assert!(welch(&one, &slower).abs() > TOLD_APART);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn links_with_a_wrong_tag_are_not_told_apart_by_what_became_of_their_share() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = async |expires: &str| app.share(CreateShare { expires: Some(expires.to_owned()), ..documents(&["report.txt"]) }).await;
    let (open, stopped, expired) = (share("30d").await?, share("30d").await?, share("1m").await?);
    app.revoke(&stopped, None).await?;
    app.pass(std::time::Duration::from_secs(60));
    let mut unknown = BASE64URL_NOPAD.decode(with_wrong_tag(&open.link())?.as_bytes())?;
    unknown[2..34].iter_mut().for_each(|byte| *byte ^= 0x5A);
    let links = [
        with_wrong_tag(&open.link())?,
        with_wrong_tag(&stopped.link())?,
        with_wrong_tag(&expired.link())?,
        BASE64URL_NOPAD.encode(&unknown),
    ];
    let client = app.client();
    let mut pages = Vec::new();
    for link in &links {
        let answer = client.get(&format!("/s/{link}")).await?;
        pages.push((answer.code(), answer.body.clone(), answer.header("content-length").to_owned()));
    }
    assert!(pages.iter().all(|page| *page == pages[0] && page.0 == 404), "the same answer, byte for byte");
    let (samples, mut dice) = (of(100_000), 0x2545_F491);
    let mut times: [Vec<u64>; 4] = Default::default();
    while times.iter().any(|set| set.len() < samples) {
        let turn = usize::try_from(next(&mut dice) % 4)?;
        let from = Instant::now();
        let refused = black_box(app.gate.enter(black_box(&links[turn]))).is_err();
        let took = nanos(from);
        assert!(refused);
        if times[turn].len() < samples {
            times[turn].push(took);
        }
    }
    let mut rows = vec![
        ["link with a wrong tag, of a share that is", "samples", "mean ns", "t against an open one"]
            .map(str::to_owned)
            .to_vec(),
    ];
    let mut worst = 0.0_f64;
    for (name, set) in ["open", "stopped", "expired", "unknown"].into_iter().zip(&times) {
        let t = welch(&times[0], set);
        worst = worst.max(t.abs());
        rows.push(vec![name.to_owned(), set.len().to_string(), mean(set).to_string(), format!("{t:.2}")]);
    }
    table(&rows);
    assert!(worst < TOLD_APART, "|t| is {worst:.2}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_void_code_does_not_tell_whether_what_is_typed_would_have_been_right() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let client = app.client();
    let right = client.code_from_mail(&share.link(), GUEST).await?;
    app.all_mailed().await;
    let wrong = format!("{:06}", (right.parse::<u32>()? + 1) % 1_000_000);
    let (browser, share_id) = (challenge_cookie(&client, &share).ok_or("the browser has its challenge")?, id(&share)?);
    let form = client.get(&share.code_page()).await?.form(&share.code_page());
    for _ in 0..5 {
        client.post_form(&form.clone().with("code", &wrong)).await?;
    }
    let mut pages = Vec::new();
    for code in [&right, &wrong] {
        let answer = client.post_form(&form.clone().with("code", code)).await?;
        pages.push((answer.code(), answer.body.clone()));
    }
    assert_eq!(pages[0], pages[1], "the same answer, byte for byte");
    let (samples, mut dice) = (of(100_000), 0x9E37_79B9);
    let codes = [&right, &wrong];
    let mut times: [Vec<u64>; 2] = Default::default();
    while times.iter().any(|set| set.len() < samples) {
        let turn = usize::try_from(next(&mut dice) % 2)?;
        let from = Instant::now();
        let (answer, session) = app.gate.give_code(share_id, &browser, None, codes[turn], nowhere()).await?;
        let took = nanos(from);
        assert!(answer == CodeAnswer::Void && session.is_none());
        if times[turn].len() < samples {
            times[turn].push(took);
        }
    }
    let t = welch(&times[0], &times[1]);
    let mut rows = vec![["typed where the code is void", "samples", "mean ns", "t"].map(str::to_owned).to_vec()];
    for (name, set) in ["the digits that were right", "other digits"].into_iter().zip(&times) {
        rows.push(vec![name.to_owned(), set.len().to_string(), mean(set).to_string(), format!("{t:.2}")]);
    }
    table(&rows);
    assert!(t.abs() < TOLD_APART, "|t| is {t:.2}");
    Ok(())
}
