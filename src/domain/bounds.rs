//! Every hard upper limit of the program, by name and with its unit. A configuration may set lower values, never higher ones.

use std::time::Duration;

/// Longest document path, in bytes (Linux `PATH_MAX`).
pub const PATH_BYTES: usize = 4096;
/// Longest single name inside a path, in bytes (Linux `NAME_MAX`).
pub const NAME_BYTES: usize = 255;
/// Longest e-mail address, in bytes (RFC 5321 section 4.5.3.1.3, less the angle brackets).
pub const ADDRESS_BYTES: usize = 254;
/// Most recipients of one share.
pub const RECIPIENTS_PER_SHARE: usize = 200;
/// Most documents and folders named by one share.
pub const ITEMS_PER_SHARE: usize = 1_000;
/// Most documents that the pinned folders of one share may hold.
pub const PINNED_DOCUMENTS: usize = 10_000;
/// Most documents of one share that are remembered as changed since they were shared.
pub const CHANGED_DOCUMENTS: usize = 100;
/// Most documents, of all shares, noticed to have changed and not put down yet.
pub const NOTICED_DOCUMENTS: usize = 10_000;
/// How long kept copies outlast the end of the last share that holds on to them: it may be given a new end.
pub const KEPT_AFTER_END: Duration = Duration::from_secs(30 * 24 * 3600);
/// How often kept copies that nothing holds on to are removed.
pub const KEPT_CLEARED_EVERY: Duration = Duration::from_secs(24 * 3600);
/// Documents read at the same time to take their hashes.
pub const HASHED_AT_ONCE: usize = 4;
/// Deepest folder that a listing or a pin follows.
pub const FOLDER_DEPTH: usize = 64;
/// Most entries read from one folder for one page.
pub const LISTED_ENTRIES: usize = 10_000;
/// Most names looked at in one folder for one page, those left out included.
pub const SCANNED_ENTRIES: usize = 100_000;
/// Most bytes read of one listing of a remote store; what comes after them counts as not listed.
pub const LISTING_BYTES: usize = 64 * 1024 * 1024;
/// Longest entry, name or value in a listing of a remote store, in bytes.
pub const LISTING_PART_BYTES: usize = 64 * 1024;
/// Most documents and folders of one archive that may be set.
pub const ARCHIVE_ENTRIES: usize = 100_000;
/// Most gigabytes of one archive that may be set.
pub const ARCHIVE_GIGABYTES: usize = 100_000;
/// Most archives on their way at the same time that may be set.
pub const ARCHIVES_AT_ONCE: usize = 1_000;
/// Archives of one session on their way at the same time.
pub const ARCHIVES_PER_SESSION: usize = 1;
/// Bytes of memory for the plans of archives that may be gone on with.
pub const ARCHIVE_PLAN_BYTES: usize = 16 << 20;
/// How long such a plan is kept after its last use.
pub const ARCHIVE_PLAN_LIFE: Duration = Duration::from_secs(10 * 60);
/// How long an archive waits for one before it to end: whoever goes on after a broken connection is often faster than the news of it.
pub const ARCHIVE_WAIT: Duration = Duration::from_secs(10);
/// Lines of one page of a folder.
pub const LINES_PER_PAGE: usize = 200;
/// Pages of refusals kept so that they need not be made anew.
pub const REFUSALS_AT_HAND: usize = 512;
/// Calls to one store that may wait for its file system at the same time, reads included.
pub const STORE_CALLS: usize = 64;
/// Requests that may be let wait for their turn at one store, beside those that it is asked at the same time.
pub const STORE_WAITING: usize = 1_024;
/// A store that has not answered after this counts as unreachable for that call.
pub const STORE_WAIT: Duration = Duration::from_secs(20);
/// Shortest time that may be set for a store to answer.
pub const STORE_WAIT_LEAST: Duration = Duration::from_secs(1);
/// Most tries of one look at a remote store.
pub const STORE_TRIES: usize = 5;
/// A call waits for its turn at a busy store no longer than this.
pub const STORE_QUEUE: Duration = Duration::from_secs(5);
/// Pause before a remote store is tried again; each further one is twice as long.
pub const STORE_PAUSE: Duration = Duration::from_millis(100);
/// Failures in a row after which a store is left alone.
pub const STORE_FAILURES: u32 = 5;
/// Failures with more time than this between them are no row.
pub const STORE_FAILURE_GAP: Duration = Duration::from_secs(60);
/// How long a store is left alone at first; each trial that fails doubles it.
pub const STORE_REST: Duration = Duration::from_secs(2);
/// Longest time a store is left alone before it is tried again.
pub const STORE_REST_MOST: Duration = Duration::from_secs(30);
/// Tries to open a document while folders above it are being renamed.
pub const OPEN_TRIES: usize = 32;
/// First bytes of a document looked at to tell its type.
pub const PROBE_BYTES: usize = 8 * 1024;
/// Files whose type is remembered, in each local store.
pub const KNOWN_TYPES: usize = 4_096;
/// How long after a file was first seen as it is its bytes must have been looked at for its type to be remembered: longer than the ticks of file systems'
/// clocks.
pub const TYPE_PROOF: Duration = Duration::from_secs(3);
/// Document bytes on their way to clients, in all streams together.
pub const BUFFER_BYTES: usize = 64 * 1024 * 1024;
/// Free buffers kept for the next stream, in bytes.
pub const SPARE_BUFFER_BYTES: usize = 16 * 1024 * 1024;
/// One read when less than a quarter of [`BUFFER_BYTES`] is free, so that many slow readers do not stop all others.
pub const TIGHT_CHUNK_BYTES: usize = 8 * 1024;
/// Document bytes that were given out already and whose hash is still being taken, in all streams together.
pub const BESIDE_BYTES: usize = 16 * 1024 * 1024;
/// Bytes whose hash is taken in one step on another core: fewer cost more in waking it than they spare.
pub const BESIDE_STEP: usize = 256 * 1024;
/// Bytes of a new document gathered before they are written to a local store.
pub const PUT_STEP_BYTES: usize = 256 * 1024;
/// Largest document that a recipient may be let send in, in bytes.
pub const UPLOAD_BYTES: u64 = 64 * 1024 * 1024 * 1024;
/// Most documents that one recipient of a share may be let send in.
pub const UPLOADS_PER_LINK: usize = 1_000;
/// Refused uploads of one recipient that are remembered, so that the reason can be read.
pub const REFUSED_UPLOADS: usize = 20;
/// Longest time an unfinished upload may be kept.
pub const UPLOAD_KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// Shortest time that may be set for it.
pub const UPLOAD_KEPT_LEAST: Duration = Duration::from_secs(600);
/// Longest name given to a document that was sent in, in bytes: with a number behind it it still fits every store.
pub const UPLOAD_NAME_BYTES: usize = 200;
/// Numbers tried behind a name that is taken, before chance finds one.
pub const UPLOAD_NUMBERS: u32 = 200;
/// A scanner that has not answered after this is taken for one that is away.
pub const SCAN_WAIT: Duration = Duration::from_secs(120);
/// How long somebody who has sent a document in waits for what comes of it; after that it goes on without them.
pub const SETTLE_WAIT: Duration = Duration::from_secs(20);
/// How often it is tried again to have a document scanned, or put into its store.
pub const SETTLE_AGAIN: Duration = Duration::from_secs(60);
/// Documents that are scanned or put into their stores at the same time.
pub const SETTLED_AT_ONCE: usize = 4;
/// Longest `Upload-Metadata` that is read, in bytes.
pub const UPLOAD_METADATA_BYTES: usize = 4 * 1024;
/// Longest subject of a share, in bytes.
pub const SUBJECT_BYTES: usize = 200;
/// Longest message of a share, in bytes.
pub const MESSAGE_BYTES: usize = 16 * 1024;
/// Longest disclaimer text, in bytes.
pub const DISCLAIMER_BYTES: usize = 64 * 1024;
/// Shortest time a link share may be given by default.
pub const SHARE_LIFE_LEAST: Duration = Duration::from_secs(60);
/// Longest time a link share may run.
pub const SHARE_LIFE: Duration = Duration::from_secs(366 * 24 * 3600);

/// Wrong codes after which one challenge is void (ASVS 5.0 6.5.1).
pub const FAILURES_PER_CHALLENGE: u32 = 5;
/// How long the answer to a code that opens nothing takes, unless configured otherwise: longer than it takes to put a wrong one down, so that
/// time does not tell whether it was compared.
pub const WRONG_CODE_ANSWER: Duration = Duration::from_millis(250);
/// The page that asks for a code is a whole multiple of this long, in bytes, so that its length does not tell what it says.
pub const CODE_PAGE_STEP: usize = 8 * 1024;
/// Wrong codes per share and recipient in [`FAILURE_WINDOW`] before slow mode begins.
pub const FAILURES_PER_RECIPIENT: usize = 10;
/// How long a wrong code counts against its recipient.
pub const FAILURE_WINDOW: Duration = Duration::from_secs(24 * 3600);
/// Waits of slow mode, in order; the last one repeats. Never a lock.
pub const SLOW_MODE: [Duration; 4] =
    [Duration::from_secs(60), Duration::from_secs(300), Duration::from_secs(900), Duration::from_secs(3600)];
/// Browsers that may hold a live challenge of one recipient at the same time.
pub const LIVE_CHALLENGES: usize = 3;
/// Challenges of one recipient whose code was never mailed; one more takes the place of the oldest. Counted apart for each browser that is known, and
/// for those that waited when staff read a code: they keep their places while it can be given, so that its caller is among them then.
pub const WAITING_CHALLENGES: usize = 64;
/// Least time between two mails of one challenge.
pub const RESEND_GAP: Duration = Duration::from_secs(60);
/// Code mails to one recipient in an hour.
pub const CODE_MAILS_PER_HOUR: usize = 5;
/// Code mails to one recipient in a day.
pub const CODE_MAILS_PER_DAY: usize = 10;
/// Code mails in an hour for all recipients of one share, unless configured otherwise; browsers that once gave a right code are not in it.
pub const CODE_MAILS_PER_SHARE: usize = 400;
/// Code mails in an hour for the whole installation, unless configured otherwise; browsers that once gave a right code are not in it.
pub const CODE_MAILS_OF_ALL: usize = 5_000;
/// Digits of a code that staff read out: every browser may try it five times, so that it is to be harder to guess.
pub const READ_CODE_DIGITS: u8 = 8;
/// Codes that staff may read out for one recipient in an hour.
pub const CODES_READ_PER_HOUR: usize = 5;
/// Codes that staff may read out for one recipient in a day.
pub const CODES_READ_PER_DAY: usize = 10;
/// Wrong codes of everybody together in an hour before an alarm is raised, unless configured otherwise.
pub const FAILURES_OF_ALL: usize = 1_000;
/// How long each try waits for its answer while the alarm holds; browsers that once gave a right code are not held up.
pub const ALARM_DELAY: Duration = Duration::from_secs(2);
/// Shares that one transaction stops for an address.
pub const STOPPED_AT_ONCE: usize = 200;
/// How long a mailed code is valid when asked for (ASVS 5.0 6.5.5).
pub const CODE_LIFE: Duration = Duration::from_secs(600);
/// Least time a mailed code is valid: a mail that is looked into by others on its way may take that long.
pub const CODE_LIFE_LEAST: Duration = Duration::from_secs(300);
/// How long a code is valid that went out together with the invitation.
pub const INVITED_CODE_LIFE: Duration = Duration::from_secs(24 * 3600);
/// Browsers remembered per recipient after a right code.
pub const DEVICES_PER_RECIPIENT: usize = 8;
/// How long a browser is remembered after a right code.
pub const DEVICE_LIFE: Duration = Duration::from_secs(90 * 24 * 3600);

/// A session without a request ends after this.
pub const SESSION_IDLE: Duration = Duration::from_secs(30 * 60);
/// A session ends after this, whatever happens.
pub const SESSION_LIFE: Duration = Duration::from_secs(8 * 3600);
/// Least time that may be set for a session to end after.
pub const SESSION_LEAST: Duration = Duration::from_secs(60);
/// Sessions one recipient may have open at the same time; the oldest gives way.
pub const SESSIONS_PER_RECIPIENT: usize = 16;
/// Least time between two `session.used` events of one session.
pub const SESSION_USED_EVERY: Duration = Duration::from_secs(5 * 60);

/// Mails to the owner in a day about what the holders of one link have said; and as many about what its recipient has said after the code.
pub const TOLD_PER_RECIPIENT: usize = 4;
/// Mails to the owner in a day about what the holders of all links of a share have said.
pub const TOLD_PER_SHARE: usize = 20;
/// How long before the end of a share its pages offer to ask for more time.
pub const MORE_TIME_BEFORE: Duration = Duration::from_secs(14 * 24 * 3600);
/// Days that may be asked for.
pub const MORE_TIME_DAYS: [u16; 3] = [7, 14, 30];
/// Languages that a disclaimer may have.
pub const DISCLAIMER_LANGUAGES: usize = 20;
/// Longest text of an organisation's own on the page about privacy, in bytes.
pub const PRIVACY_BYTES: usize = 32 * 1024;

/// A wall clock this far from ours means that somebody set it (ledger.md "Start").
pub const CLOCK_DRIFT: Duration = Duration::from_secs(60);
/// One receipt covers one session, document, version and action for this long.
pub const RECEIPT_WINDOW: Duration = Duration::from_secs(30 * 60);
/// How often the progress of running downloads is put down.
pub const RECEIPT_FLUSH: Duration = Duration::from_secs(5);
/// Separate byte ranges remembered per receipt; further gaps are not joined but dropped, so "complete" is never claimed wrongly.
pub const RECEIPT_RANGES: usize = 64;
/// Most pages of one receipt whose times are kept.
pub const SHOWN_PAGES: usize = 500;
/// Most areas covered on the pages of one share's documents.
pub const REDACTIONS_PER_SHARE: usize = 10_000;
/// Most areas covered on one page.
pub const AREAS_PER_PAGE: usize = 200;

/// Tries to deliver one mail before it counts as failed.
pub const MAIL_TRIES: u32 = 12;
/// Longest part of a DKIM domain or selector, in bytes (RFC 1035 section 2.3.4).
pub const DKIM_LABEL_BYTES: usize = 63;
/// Longest name before the `+` of the address that mails come back to, in bytes: with a tag it still fits the 64 of RFC 5321.
pub const BOUNCE_NAME_BYTES: usize = 19;
/// Largest mail that is read to see whether it tells of another that could not be delivered, in bytes; of a larger one the beginning is read.
pub const BOUNCE_BYTES: usize = 256 * 1024;
/// Mails that came back, looked at in one go.
pub const BOUNCES_AT_ONCE: usize = 200;
/// How often it is looked whether mails came back.
pub const BOUNCES_EVERY: Duration = Duration::from_secs(30);
/// How long after it was handed over a mail may come back: servers try for five days and more (RFC 5321 section 4.5.4.1).
pub const BOUNCE_LIFE: Duration = Duration::from_secs(14 * 24 * 3600);
/// Largest file of a logo, in bytes; it goes into every mail.
pub const LOGO_BYTES: usize = 64 * 1024;
/// Widest logo, in pixels.
pub const LOGO_WIDTH: u32 = 1200;
/// Highest logo, in pixels.
pub const LOGO_HEIGHT: u32 = 600;
/// Conversations with the mail server at the same time.
pub const MAIL_CONNECTIONS: usize = 4;
/// Longest wait for each answer of the mail server, unless configured shorter.
pub const MAIL_ANSWER: Duration = Duration::from_secs(30);
/// Kept of what the mail server answered, in bytes.
pub const MAIL_REPLY_BYTES: usize = 300;
/// Longest subject line of a mail, in bytes: a share's own subject fits with room for the words around it.
pub const MAIL_SUBJECT_BYTES: usize = 400;
/// Longest name or other single line put into a mail, in bytes.
pub const MAIL_LINE_BYTES: usize = 1024;
/// Deepest nesting of lists, quotes and emphasis in a message; what is deeper is shown without it.
pub const MARKDOWN_DEPTH: usize = 16;
/// Read events of one share within this time after a notice become one mail.
pub const NOTICE_WINDOW: Duration = Duration::from_secs(15 * 60);
/// Longest time read events may be gathered for one notice.
pub const NOTICE_WINDOW_MOST: Duration = Duration::from_secs(24 * 3600);
/// Notices of one share from one digest to the next, when nothing else is set.
pub const NOTICES_PER_DAY: i64 = 20;
/// Most that may be set, and as many times of notices are remembered.
pub const NOTICES_PER_DAY_MOST: usize = 100;
/// How long the time of a notice is remembered: longer than the longest day between two digests.
pub const NOTICES_REMEMBERED: Duration = Duration::from_secs(26 * 3600);
/// Shortest time before a share's end at which those who have not read may be reminded.
pub const REMINDER_LEAST: Duration = Duration::from_secs(3600);
/// Longest such time.
pub const REMINDER_MOST: Duration = Duration::from_secs(60 * 24 * 3600);
/// Most changes of a share that its report lists.
pub const REPORTED_CHANGES: usize = 2_000;
/// Documents named in one read notice.
pub const NOTICE_LINES: usize = 50;

/// Most open connections that may be set.
pub const CONNECTIONS: usize = 50_000;
/// Most open connections of one client network that may be set.
pub const CONNECTIONS_PER_CLIENT: usize = 1_000;
/// Most unfinished TLS handshakes of one client network that may be set.
pub const HANDSHAKES_PER_CLIENT: usize = 500;
/// Longest time downloads in flight may be given once the server was told to stop.
pub const DRAIN: Duration = Duration::from_secs(600);

/// Longest line of the ledger, in bytes, its end of line not counted.
pub const LINE_BYTES: usize = 1024 * 1024;
/// Most lines' bytes that one write of the ledger holds; a torn tail is never longer.
pub const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// Most commands that one write of the ledger holds.
pub const BATCH_JOBS: usize = 256;
/// A segment of the journal is sealed once it has reached this many bytes.
pub const SEGMENT_BYTES: u64 = 64 * 1024 * 1024;
/// Commands of administration and revocations that may wait for the ledger.
pub const URGENT_QUEUE: usize = 1024;
/// Other commands that may wait for the ledger.
pub const ORDINARY_QUEUE: usize = 4096;
/// Bytes of opened lines that are handed over at once to be applied at the start.
pub const REPLAY_BYTES: usize = 256 * 1024;
/// How often as much may wait.
pub const REPLAY_STEPS: usize = 4;
/// Lines after which the state is written to a file again.
pub const STATE_EVERY_LINES: u64 = 100_000;
/// State files that are kept; older ones are removed.
pub const STATE_FILES: usize = 2;
/// Longest record of a state file, in bytes.
pub const RECORD_BYTES: usize = 64 * 1024 * 1024;
/// Postings that go into the history in one step (larger steps took gigabytes of memory).
pub const HISTORY_STEP: usize = 1_000;
/// Lines that wait in memory for the history; with more it is caught up from the journal.
pub const HISTORY_TAIL: usize = 65_536;
/// How long a posting may wait in memory before it goes into the history.
pub const HISTORY_LAG: Duration = Duration::from_millis(500);
/// Memory that the history's cache may take, in bytes.
pub const HISTORY_CACHE: u64 = 16 * 1024 * 1024;
/// Unfinished blocks of the history that its thread keeps in memory (2 KiB each).
pub const HISTORY_OPEN_BLOCKS: usize = 2_048;

/// Request head, in bytes.
pub const HEAD_BYTES: usize = 16 * 1024;
/// Header fields of one request.
pub const HEAD_FIELDS: usize = 64;
/// Request target, in bytes.
pub const URI_BYTES: usize = 4 * 1024;
/// Body of a form, in bytes.
pub const FORM_BYTES: usize = 16 * 1024;
/// Fields of a form.
pub const FORM_FIELDS: usize = 32;
/// Body of an API call, in bytes.
pub const JSON_BYTES: usize = 64 * 1024;
/// Documents streamed at the same time over one connection.
pub const STREAMS_PER_CONNECTION: usize = 8;
/// One read from a document, in bytes; also the step after which a revocation is looked at.
pub const CHUNK_BYTES: usize = 64 * 1024;
/// Bytes that TLS takes at once for one connection: one read, with the head of the answer before it.
pub const TLS_BYTES: usize = CHUNK_BYTES + HEAD_BYTES;
