//! What the gateway makes of workers: good ones are used again, bad ones cost themselves and nobody else.

use crate::helpers::{Fallible, Paper, previews, program, until, view};
use doorward::preview::job::{Done, Job, PageJob, Trouble};
use doorward::preview::limits::{DOCUMENT_BYTES, JOB_SLOW, JOB_WAIT, LIVE_PER_RUNNING, WORKER_IDLE};
use doorward::preview::spawner::Spawner;
use doorward::preview::wire::Answer;
use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

fn page(page: u32) -> Job {
    Job::Page(PageJob { page, dpi: 72, covered: Vec::new(), grid: false, mark: None })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_keeps_its_worker_until_it_was_idle_and_another_view_has_one_of_its_own() -> Fallible {
    let (preview, clock) = previews(2, 8)?;
    let paper = Paper::picture(100)?;
    for _ in 0..3 {
        let (opened, done) = preview.run(&view(1), &[], &paper, page(1)).await?;
        assert_eq!(opened.pages.len(), 1);
        assert!(matches!(done, Done::Page(picture) if picture.jpeg.starts_with(&[0xff, 0xd8])));
    }
    assert_eq!((paper.opened.load(Ordering::Relaxed), preview.workers()), (1, 1));
    preview.run(&view(2), &[], &paper, Job::Open).await?;
    assert_eq!((paper.opened.load(Ordering::Relaxed), preview.workers()), (2, 2));
    clock.advance(WORKER_IDLE + Duration::from_secs(1));
    until("both have ended", || preview.workers() == 0).await;
    preview.run(&view(1), &[], &paper, page(1)).await?;
    assert_eq!(paper.opened.load(Ordering::Relaxed), 3);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_not_there_costs_no_worker() -> Fallible {
    let (preview, _clock) = previews(1, 8)?;
    let paper = Paper::picture(10)?;
    for job in [page(0), page(2), Job::Text { page: 7, covered: Vec::new() }] {
        assert_eq!(preview.run(&view(1), &[], &paper, job).await.err(), Some(Trouble::NoSuchPage));
    }
    assert!(preview.run(&view(1), &[], &paper, page(1)).await.is_ok());
    assert_eq!(paper.opened.load(Ordering::Relaxed), 1);
    assert_eq!(preview.run(&view(1), &[0], &paper, page(1)).await.err(), Some(Trouble::NoSuchPage));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_document_does_to_its_worker_the_next_document_is_shown() -> Fallible {
    let (preview, _clock) = previews(1, 8)?;
    for (number, attempt) in ["open", "fork", "memory", "stack", "panic", "garbage", "flood", "short"].into_iter().enumerate() {
        let key = view(u8::try_from(number)?);
        let trouble = preview.run(&key, &[], &Paper::probe(attempt), page(1)).await.err();
        assert_eq!(trouble, Some(Trouble::TooHard), "{attempt}");
        let next = preview.run(&key, &[], &Paper::picture(10)?, page(1)).await;
        assert!(next.is_ok(), "{attempt}: {next:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_ended_two_workers_is_not_opened_a_third_time() -> Fallible {
    let (preview, _clock) = previews(1, 8)?;
    let bomb = Paper::probe("panic");
    for number in 0..2 {
        assert_eq!(preview.run(&view(number), &[], &bomb, Job::Open).await.err(), Some(Trouble::TooHard));
    }
    // A place to run is not even waited for: the queue could not be entered.
    assert_eq!(preview.run(&view(9), &[], &bomb, Job::Open).await.err(), Some(Trouble::TooHard));
    until("no worker is left", || preview.workers() == 0).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_are_empty_too_large_or_not_what_was_promised_are_not_read() -> Fallible {
    let (preview, _clock) = previews(1, 8)?;
    let sized = |size| -> Fallible<Paper> {
        let mut paper = Paper::picture(10)?;
        paper.size = size;
        Ok(paper)
    };
    let whole = Paper::picture(10)?.size;
    for (size, trouble) in
        [(0, Trouble::Empty), (DOCUMENT_BYTES + 1, Trouble::TooLarge), (whole + 1, Trouble::Unreadable), (whole - 1, Trouble::Unreadable)]
    {
        assert_eq!(preview.run(&view(1), &[], &sized(size)?, page(1)).await.err(), Some(trouble), "{size}");
    }
    assert!(preview.run(&view(1), &[], &sized(whole)?, page(1)).await.is_ok());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_without_end_steps_back_for_others_and_is_given_up() -> Fallible {
    let (preview, clock) = previews(1, 1)?;
    let ask = |number: u8, paper: Arc<Paper>| {
        let preview = Arc::clone(&preview);
        tokio::spawn(async move { preview.run(&view(number), &[], paper.as_ref(), page(1)).await.map(|_| ()) })
    };
    let picture = Arc::new(Paper::picture(10)?);
    let hung = ask(1, Arc::new(Paper::probe("hang")));
    until("it runs", || preview.running() == 1).await;
    let waiting = ask(2, Arc::clone(&picture));
    until("the next one waits", || preview.workers() == 2 && preview.waiting() == 1).await;
    assert_eq!(ask(3, Arc::clone(&picture)).await?, Err(Trouble::Busy), "the queue has one place");
    clock.advance(JOB_SLOW);
    assert_eq!(waiting.await?, Ok(()));
    clock.advance(JOB_WAIT);
    // It has hardly used the processor, so it is not the document's fault.
    assert_eq!(hung.await?, Err(Trouble::Busy));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_ends_ends_the_worker_in_the_middle_of_its_work() -> Fallible {
    let (preview, _clock) = previews(1, 8)?;
    let running = tokio::spawn({
        let preview = Arc::clone(&preview);
        async move { preview.run(&view(1), &[], &Paper::probe("hang"), page(1)).await.map(|_| ()) }
    });
    until("it has a worker", || preview.workers() == 1).await;
    preview.end(&view(1));
    assert_eq!(running.await?, Err(Trouble::Unavailable));
    until("it has none", || preview.workers() == 0).await;
    preview.run(&view(2), &[], &Paper::picture(10)?, page(1)).await?;
    preview.end(&view(2));
    until("an idle one ends as well", || preview.workers() == 0).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_given_up_neither_loses_a_place_nor_confuses_a_worker() -> Fallible {
    let (preview, _clock) = previews(1, 8)?;
    let paper = Arc::new(Paper::picture(600)?);
    for _ in 0..10 {
        let asked = tokio::spawn({
            let (preview, paper) = (Arc::clone(&preview), Arc::clone(&paper));
            async move { preview.run(&view(1), &[], paper.as_ref(), page(1)).await.map(|_| ()) }
        });
        tokio::task::yield_now().await;
        asked.abort();
        let (_, done) = preview.run(&view(1), &[], paper.as_ref(), Job::Open).await?;
        assert_eq!(done, Done::Opened);
    }
    assert!(matches!(preview.run(&view(1), &[], paper.as_ref(), page(1)).await?.1, Done::Page(_)));
    assert_eq!(preview.workers(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_bound_of_workers_the_one_idle_for_longest_makes_room() -> Fallible {
    let (preview, clock) = previews(1, 64)?;
    let paper = Paper::picture(10)?;
    for number in 0..=u8::try_from(LIVE_PER_RUNNING)? {
        preview.run(&view(number), &[], &paper, page(1)).await?;
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!((preview.workers(), paper.opened.load(Ordering::Relaxed)), (LIVE_PER_RUNNING, LIVE_PER_RUNNING + 1));
    preview.run(&view(1), &[], &paper, page(1)).await?;
    assert_eq!(paper.opened.load(Ordering::Relaxed), LIVE_PER_RUNNING + 1, "the second still has its worker");
    preview.run(&view(0), &[], &paper, page(1)).await?;
    assert_eq!(paper.opened.load(Ordering::Relaxed), LIVE_PER_RUNNING + 2, "the first had to go");
    Ok(())
}

#[test]
fn a_worker_offers_itself_first_when_memory_runs_out() -> Fallible {
    let spawner = Spawner::start(&program())?;
    let started = spawner.worker()?;
    // It says that it is confined when it is.
    let Answer::Ready(_) = Answer::read(&mut File::from(started.answers.try_clone()?))? else { return Err("not confined".into()) };
    let score = std::fs::read_to_string(format!("/proc/{}/oom_score_adj", started.pid.as_raw_nonzero()))?;
    assert_eq!(score.trim(), "1000");
    Ok(())
}
