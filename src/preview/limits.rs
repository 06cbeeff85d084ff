//! Every bound of a preview, by name and with its unit.

use crate::domain::{bounds, part};
use std::time::Duration;

/// Largest document, in bytes.
pub const DOCUMENT_BYTES: u64 = 100 * 1024 * 1024;
/// Most pages listed of one document.
pub const PAGES: usize = 500;
/// Most dots of one page.
pub const PAGE_DOTS: u64 = 16_000_000;
/// Longest side of a page, in dots.
pub const PAGE_SIDE: u32 = 16_000;
/// Smallest resolution asked for, in dots an inch: thumbnails.
pub const DPI_LEAST: u16 = 12;
/// Resolution of a page as it is first shown.
pub const DPI_NORMAL: u16 = 100;
/// Largest resolution asked for: zoom.
pub const DPI_MOST: u16 = 220;
/// Resolution of the pages of a watermarked PDF.
pub const DPI_PDF: u16 = 150;
/// JPEG quality.
pub const JPEG_QUALITY: u8 = 75;
/// Most pixels of an image document, in dots.
pub const IMAGE_DOTS: u64 = 60_000_000;
/// Longest side of an image document, in dots.
pub const IMAGE_SIDE: u32 = 20_000;
/// Most bytes an image decoder may ask for.
pub const IMAGE_ALLOC: u64 = 256 * 1024 * 1024;
/// Most bytes that a zip-based document may unpack to.
pub const UNPACKED_BYTES: u64 = 200 * 1024 * 1024;
/// Most entries of a zip-based document.
pub const UNPACKED_ENTRIES: usize = 10_000;
/// How many times its packed size one entry may unpack to.
pub const UNPACKED_RATIO: u64 = 200;
/// From how many unpacked bytes on that counts.
pub const UNPACKED_RATIO_FROM: u64 = 1024 * 1024;
/// How deep elements may lie in each other.
pub const XML_DEPTH: usize = 256;
/// How deep tables in cells of tables are shown.
pub const NESTED_TABLES: usize = 3;
/// Most slides shown of a presentation.
pub const SLIDES: usize = 500;
/// Most sheets shown of a workbook.
pub const SHEETS: usize = 100;
/// Longest HTML or RTF text of a mail that is read, in bytes.
pub const MARKUP_BYTES: usize = 4 * 1024 * 1024;
/// Most recipients of a mail that are shown.
pub const MAIL_PEOPLE: usize = 1_000;
/// Longest line of a mail's head that is shown, in bytes.
pub const HEAD_BYTES: usize = 16 * 1024;
/// How deep groups of RTF may lie in each other.
pub const RTF_GROUPS: usize = 1_000;
/// How deep HTML elements may lie in each other before only their bare text is read.
pub const HTML_DEPTH: usize = 500;
/// Most rows shown of a table.
pub const TABLE_ROWS: usize = 5_000;
/// Most columns shown of a table.
pub const TABLE_COLUMNS: usize = 200;
/// Most characters laid out of a text document.
pub const TEXT_CHARS: usize = 4_000_000;
/// Most areas covered on one page.
pub const AREAS_PER_PAGE: usize = bounds::AREAS_PER_PAGE;
/// Longest text written over a page, in bytes.
pub const MARK_BYTES: usize = 512;
/// Most documents listed inside another.
pub const PARTS: usize = 200;
/// How deep documents may lie in documents.
pub const PART_DEPTH: usize = part::PART_DEPTH;
/// Longest name of a document inside another, in bytes.
pub const PART_NAME_BYTES: usize = 255;
/// Unwatermarked pages that a worker keeps, in bytes of their pixels.
pub const KEPT_PAGE_BYTES: usize = 16 * 1024 * 1024;
/// Longest text of one page, in bytes.
pub const PAGE_TEXT_BYTES: usize = 256 * 1024;
/// Address space of a worker, in bytes.
pub const WORKER_MEMORY: u64 = 1024 * 1024 * 1024;
/// CPU time of a worker, whole life.
pub const WORKER_CPU: Duration = Duration::from_secs(10);
/// CPU time after which a worker is replaced before its next job.
pub const WORKER_CPU_WORN: Duration = Duration::from_secs(4);
/// Memory in use, in bytes, with which an idle worker is not kept.
pub const WORKER_MEMORY_WORN: u64 = 256 * 1024 * 1024;
/// Workers that may live for each that may run: views are read slowly, and an idle worker costs memory only.
pub const LIVE_PER_RUNNING: usize = 8;
/// Requests of one view that may wait for its worker.
pub const VIEW_QUEUE: usize = 16;
/// Views known at once, each until its worker has been idle for [`WORKER_IDLE`].
pub const VIEWS: usize = 4_096;
/// How long a request may wait for its turn.
pub const TURN_WAIT: Duration = Duration::from_secs(5);
/// How long a store may take to hand a document over.
pub const FEED_WAIT: Duration = Duration::from_secs(20);
/// After this a job lets others go first.
pub const JOB_SLOW: Duration = Duration::from_secs(1);
/// Processor time that a job which was given up must have used to count as an end of its worker; less shows a busy machine.
pub const STALL_CPU: Duration = Duration::from_secs(2);
/// Jobs after which a worker is replaced.
pub const WORKER_JOBS: u32 = 200;
/// How long one job may take.
pub const JOB_WAIT: Duration = Duration::from_secs(8);
/// How long a worker may be idle.
pub const WORKER_IDLE: Duration = Duration::from_secs(30);
/// Longest frame of control words between gateway and worker, in bytes.
pub const CONTROL_BYTES: usize = 1024 * 1024;
/// Longest picture a worker may hand over, in bytes.
pub const PICTURE_BYTES: usize = 16 * 1024 * 1024;
/// Pictures in the gateway's memory, in bytes, wherever they are and whoever reads them.
pub const PICTURES_BYTES: usize = 24 * 1024 * 1024;
/// Of those, the pictures of one reader, in bytes; one that is larger takes all of that.
pub const PICTURES_OF_ONE_BYTES: usize = 4 * 1024 * 1024;
/// How long a picture may wait for room in the gateway's memory; its worker waits with it, in its place to run.
pub const ROOM_WAIT: Duration = Duration::from_secs(2);
/// How often a document may end its worker before it counts as one that cannot be previewed.
pub const DEATHS: u8 = 2;

/// Largest PDF taken back from the converter of Office documents, in bytes.
pub const OFFICE_PDF_BYTES: u64 = 100 * 1024 * 1024;
/// How long one conversion may take before its whole sandbox is killed.
pub const OFFICE_WALL: Duration = Duration::from_secs(30);
/// CPU time of each process of a conversion.
pub const OFFICE_CPU: Duration = Duration::from_secs(60);
/// Address space of each process of a conversion, in bytes.
pub const OFFICE_MEMORY: u64 = 4 * 1024 * 1024 * 1024;
/// What a conversion may write for itself, in bytes of memory.
pub const OFFICE_TMPFS: u64 = 256 * 1024 * 1024;
/// Processes and threads of one conversion.
pub const OFFICE_TASKS: u32 = 64;
/// Open files of each process of a conversion.
pub const OFFICE_FILES: u32 = 512;
/// Documents that may wait for their conversion, beside those that are being converted.
pub const OFFICE_QUEUE: usize = 4;
/// How long a document may wait for its conversion.
pub const OFFICE_QUEUE_WAIT: Duration = Duration::from_secs(20);
/// How long a document may take on its way to the converter, and a PDF on its way back.
pub const OFFICE_TRANSFER: Duration = Duration::from_secs(60);
/// How long the converter may take to accept a connection, and its client to say what it wants.
pub const OFFICE_GREETING: Duration = Duration::from_secs(5);
/// Conversions running at the same time, whatever is asked for.
pub const OFFICE_JOBS: usize = 64;
