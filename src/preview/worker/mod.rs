//! A worker: a process that holds one document, is confined before it sees a byte of it, and draws its pages one after the other.

mod pages;
#[cfg(debug_assertions)]
mod probe;
mod text;

use crate::preview::job::{Job, PageJob, Picture, Trouble};
use crate::preview::limits::{DOCUMENT_BYTES, DPI_LEAST, DPI_MOST};
use crate::preview::source::{self, Source, sniff};
use crate::preview::wire::{Answer, Open, Order};
use crate::preview::{paint, sandbox};
use pages::Pages;
use rustix::time::{ClockId, clock_gettime};
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::time::Duration;

/// The document of a worker, as far as it is there.
enum Document {
    None,
    Coming(Open, Vec<u8>),
    Opened(Box<dyn Source>),
}

/// The work of a worker process: orders from its standard input, answers to its standard output, until either ends.
pub fn run() -> ExitCode {
    // Other threads do not exist, and what a panic would say could be of the document.
    std::panic::set_hook(Box::new(|_| std::process::abort()));
    let pipes = (io::stdin().as_fd().try_clone_to_owned(), io::stdout().as_fd().try_clone_to_owned());
    let (Ok(orders), Ok(answers)) = pipes else { return ExitCode::FAILURE };
    let (mut orders, mut answers) = (File::from(orders), File::from(answers));
    // The first question for the time looks up where to ask, which is not allowed afterwards.
    let _ = cpu();
    let greeting = match sandbox::confine() {
        Ok(confined) => Answer::Ready(confined),
        Err(why) => Answer::Refused(why.to_string().chars().filter(|c| !c.is_control()).take(200).collect()),
    };
    let refused = matches!(greeting, Answer::Refused(_));
    if greeting.write(&mut answers).is_err() || refused {
        return ExitCode::FAILURE;
    }
    match serve(&mut orders, &mut answers) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(orders: &mut File, answers: &mut File) -> io::Result<()> {
    let (mut document, mut pages) = (Document::None, Pages::default());
    while let Some(order) = Order::read(orders)? {
        document = match (document, order) {
            (Document::None, Order::Open(open)) if open.size <= DOCUMENT_BYTES => {
                let bytes = Vec::with_capacity(usize::try_from(open.size).unwrap_or(0));
                Document::Coming(open, bytes)
            }
            (Document::Coming(open, mut bytes), Order::Chunk(chunk)) if (bytes.len() + chunk.len()) as u64 <= open.size => {
                bytes.extend_from_slice(&chunk);
                Document::Coming(open, bytes)
            }
            (Document::Coming(open, bytes), Order::End) if bytes.len() as u64 == open.size => match opened(&open, bytes) {
                Ok(source) => {
                    Answer::Opened(source.opened().clone(), cpu()).write(answers)?;
                    Document::Opened(source)
                }
                Err(trouble) => return Answer::Failed(trouble, cpu()).write(answers),
            },
            (Document::Opened(mut source), Order::Job(job)) => {
                let answer = done(source.as_mut(), &mut pages, &job).unwrap_or_else(|trouble| Answer::Failed(trouble, cpu()));
                answer.write(answers)?;
                Document::Opened(source)
            }
            // The gateway keeps to the order of things.
            _ => return Err(io::ErrorKind::InvalidData.into()),
        };
    }
    Ok(())
}

fn opened(open: &Open, bytes: Vec<u8>) -> Result<Box<dyn Source>, Trouble> {
    #[cfg(debug_assertions)]
    probe::attempt(&bytes)?;
    source::speak(open.language);
    sniff::open(&open.name, bytes, &open.part)
}

fn done(source: &mut dyn Source, pages: &mut Pages, job: &Job) -> Result<Answer, Trouble> {
    match job {
        // It is open, or there would be no job.
        Job::Open => Ok(Answer::Opened(source.opened().clone(), cpu())),
        Job::Page(job) => picture(source, pages, job),
        Job::Text { page, covered } => {
            let words = source.words(index(source, *page)?)?;
            Ok(Answer::Text(text::joined(&words, covered), cpu()))
        }
    }
}

fn picture(source: &mut dyn Source, pages: &mut Pages, job: &PageJob) -> Result<Answer, Trouble> {
    let page = index(source, job.page)?;
    let dpi = job.dpi.clamp(DPI_LEAST, DPI_MOST);
    let mut raster = pages.get_or_draw((page, dpi), || source.draw(page, dpi))?;
    paint::cover(&mut raster, &job.covered);
    if job.grid {
        paint::grid(&mut raster, dpi)?;
    }
    if let Some(mark) = &job.mark {
        paint::mark(&mut raster, mark, dpi)?;
    }
    let picture = Picture { width: raster.width, height: raster.height, jpeg: paint::jpeg(&raster)?.into() };
    Ok(Answer::Picture(picture, cpu()))
}

/// The place of a page by its number from 1.
fn index(source: &dyn Source, page: u32) -> Result<usize, Trouble> {
    let index = usize::try_from(page).ok().and_then(|page| page.checked_sub(1));
    index.filter(|index| *index < source.opened().pages.len()).ok_or(Trouble::NoSuchPage)
}

/// Processor time of this process so far.
fn cpu() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(used.tv_sec.unsigned_abs(), u32::try_from(used.tv_nsec).unwrap_or(0))
}
