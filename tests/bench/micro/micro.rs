//! The small parts of a request, each alone: a link, the rules, a commit, an event applied, a page.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use doorward::crypto::keys::KeyRing;
use doorward::crypto::link::Link;
use doorward::domain::ids::{RecipientId, ShareId};
use doorward::domain::time::{Clock, SystemClock};
use doorward::ledger::apply::apply;
use doorward::web::brand::Brand;
use doorward::web::pages::{DisclaimerView, Frame, Gives, LinkPage, RefusalKind, RefusalPage, WhatIsShared};
use doorward::words::Words;
use harness::people::{invite, open};
use std::hint::black_box;
use std::sync::Arc;

/// Shares of the ledger that the rules and commits are measured on.
const SHARES: usize = 1_000;

fn links(bench: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let ring = KeyRing::open(&folder.path().join("ring.json"), true, SystemClock::start().now()).expect("a key ring can be made");
    let link = Link { key: ring.active(), share: ShareId::from_bytes([7; 16]), recipient: RecipientId::from_bytes([8; 16]) };
    let text = link.sign(&ring).expect("the active key signs");
    let forged = format!("{}AAAA", &text[..text.len() - 4]);
    bench.bench_function("link: a true one verified", |b| b.iter(|| Link::verify(black_box(&text), &ring).is_ok()));
    bench.bench_function("link: a forged one refused", |b| b.iter(|| Link::verify(black_box(&forged), &ring).is_err()));
    bench.bench_function("link: signed", |b| b.iter(|| black_box(&link).sign(&ring)));
}

fn ledger(bench: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime can be made");
    let ledger = open(&folder.path().join("data")).expect("a ledger can be begun");
    let people = runtime.block_on(invite(&ledger, SHARES, 1)).expect("people can be invited");
    let who = &people[SHARES / 2];
    let now = SystemClock::start().now();
    let path = "documents/0000001.pdf".parse().expect("a path");
    bench.bench_function("admit: session, share, scope", |b| b.iter(|| who.admitted(&ledger.state(), black_box(&path), now)));
    let mut n = 0;
    bench.bench_function("ledger: a receipt committed, 1 caller", |b| {
        b.iter(|| {
            n += 1;
            runtime.block_on(who.receipt(&ledger, n))
        });
    });
    let (state, event) = ((*ledger.state()).clone(), who.started(n + 1, now));
    bench.bench_function("apply: a receipt on a shared state", |b| {
        b.iter_batched(|| state.clone(), |mut state| apply(&mut state, now, black_box(&event)), BatchSize::SmallInput);
    });
    ledger.stop();
}

fn pages(bench: &mut Criterion) {
    let (words, brand) = (Words::english().expect("the catalogue is whole"), Arc::new(Brand::default()));
    let frame = Frame { words: &words, organisation: "Example Organisation", contact: "help@example.org", query: "", brand: &brand };
    let text = "The documents behind this page are confidential and meant for you alone. Please do not pass them on.";
    let link = LinkPage {
        owner_name: "Anna Berg".to_owned(),
        subject: "Statements for your review".to_owned(),
        what: WhatIsShared { documents: 3, folders: 1 },
        gives: Gives::Documents,
        masked_address: "g…t@example.org".to_owned(),
        expires: "31 December 2026, 23:59 CET".to_owned(),
        unwanted: None,
        declined: None,
        disclaimer: Some(DisclaimerView {
            language: "en".to_owned(),
            title: "Before you read".to_owned(),
            paragraphs: vec![text.to_owned(); 6],
            version: "1".to_owned(),
            digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        }),
        form_token: "dG9rZW4".to_owned(),
        action: "/s/AQEabc".to_owned(),
    };
    let refusal =
        RefusalPage { kind: RefusalKind::UnknownLink, status: 404, owner_name: None, at: None, back: None, again: false, more_time: None };
    bench.bench_function("page: behind a link", |b| b.iter(|| black_box(&link).render(&frame)));
    bench.bench_function("page: a refusal", |b| b.iter(|| black_box(&refusal).render(&frame)));
}

criterion_group!(parts, links, ledger, pages);
criterion_main!(parts);
