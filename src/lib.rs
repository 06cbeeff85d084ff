//! Doorward, a guarded door in front of a document store: how it is built, and where to start reading.
//!
//! # One idea
//!
//! **The ledger is the truth, and everything else is a view of it.** Whatever changes, and whatever a recipient was given, is an *event*. Events
//! are appended to one journal; nothing takes effect, and no byte of a document leaves, before its event is on the disk. What the rules look at
//! is computed from the events by one pure function and can be thrown away and computed again. So there is no database beside the audit log
//! that could say something else: the log is the database.
//!
//! # The layers
//!
//! Low to high. A module may import from rows above its own only, and modules of one row do not know each other; `tests/tidy.rs` holds this,
//! with the sizes of files and functions.
//!
//! | modules | what they know | what they do not know |
//! |---|---|---|
//! | [`domain`] | addresses, paths, ranges, scopes, time, every hard limit | that there is a disk or a network |
//! | [`config`] | one file of settings, checked whole | what they are for |
//! | [`words`] | every word recipients read | who says them when |
//! | [`crypto`] | keys, links, codes, sealed values | which share is open |
//! | [`ledger`] | events, the state, the journal, the history | whether an event ought to be |
//! | [`documents`], [`limit`], [`mail`], [`preview`] | files · rates and cuts · letters · pages as pictures | who may have them |
//! | [`gate`] | the rules, all of them | HTTP |
//! | [`server`], [`web`] | connections · requests, pages, the API | the ledger and the stores |
//! | [`cli`] | arguments, tables, and how all of it is joined | |
//!
//! Only [`gate`] writes an event, and within it only [`gate::deliver`] opens a document, with a [`gate::permit::Permit`] that only
//! [`gate::admit`] can make; only `gate/upload/settle.rs` puts one into a store.
//!
//! # The way of a request
//!
//! | file | what happens |
//! |---|---|
//! | `server/listener.rs` | a connection is accepted, if its network has not too many; TLS |
//! | `server/socket.rs`, `server/pulse.rs` | from now on the socket is watched: slow heads, stalled readers, silence |
//! | `server/connection.rs`, `server/gather.rs` | HTTP/1.1 or HTTP/2, whose small frames leave together |
//! | `server/rest.rs` | over HTTP/1.1 there are buffers only while something is asked |
//! | `server/wire.rs` | the head must be in order and name a host we are |
//! | `web/mod.rs`, `web/around.rs` | a route is found; the language before its handler, headers and the log line after it |
//! | `web/recipient/link.rs` | `/s/{link}`: the link's tag is checked before anything is looked up; `GET` shows, `POST` agrees |
//! | `gate/consent.rs` | the agreement and the code's mail become one transaction |
//! | `gate/outbox.rs`, `gate/letters.rs` | the mail is composed and handed over, as often as it takes |
//! | `mail/dkim.rs` | it is signed, where there is a key for it |
//! | `gate/bounces.rs`, `mail/bounce.rs` | what comes back is read, put down at its share and told to the owner |
//! | `web/recipient/said.rs`, `gate/said.rs` | what can be said instead: not meant for me, I do not agree, I need more time |
//! | `web/recipient/code.rs`, `gate/challenge.rs` | the code is compared and counted in one transaction; a right one opens a session |
//! | `gate/budget.rs`, `gate/device.rs`, `gate/crowd.rs` | how often codes may be tried and mailed: for strangers together, for each known browser apart, for everybody |
//! | `web/recipient/document.rs` | `/d/{share}/f/{path}`: conditions and ranges |
//! | `gate/admit.rs` | session, share, recipient, end, scope, delivery, in this order, on every request: a permit or a refusal |
//! | `documents/guard.rs` | the store is asked within its limits, or not at all while it is left alone |
//! | `documents/beneath.rs` | the file is opened beneath its store's handle; a pinned one must be what it was |
//! | `gate/deliver.rs` | the receipt is put down, decided anew in its own transaction; then the first byte may go |
//! | `gate/deliver/hash.rs`, `gate/deliver/beside.rs` | what is pinned is hashed while it goes out, over HTTP/1.1 on another core |
//! | `gate/stream.rs`, `gate/ending.rs`, `limit/cut.rs` | bytes go out and are counted; an end of access drops the connection |
//! | `gate/archive/`, `domain/archive/` | a folder as one ZIP: what goes into it, the ticket, and where each byte of it comes from |
//! | `gate/deliver/archive.rs` | the archive goes out: each document is opened when its turn comes, as the version that was announced |
//! | `gate/progress.rs`, `gate/sweeper.rs` | how far it got is put down every five seconds, and the receipt closed after 30 minutes |
//! | `gate/view.rs`, `gate/view/look.rs` | a page to be looked at: the same rules, what is covered, and the mark; then a worker draws it |
//! | `gate/view/picture_body.rs` | its picture goes out in pieces, and is cut as a download is |
//! | `gate/deliver/feed.rs` | the worker is fed the document, in the version that was asked for |
//! | `gate/deliver/recording.rs` | sound and film: played from the document's own address, where the share gives documents |
//! | `gate/upload/receive.rs`, `gate/upload/settle.rs` | bytes come in: spooled, told by their content, scanned, and put into the share's inbox |
//! | `gate/view/copy.rs`, `preview/album.rs` | a marked copy: all pages drawn one after the other into a PDF that goes out meanwhile |
//! | `web/refuse.rs` | a refusal, from wherever it came, becomes a page, in one place |
//!
//! Staff come another way: `cli/share.rs` speaks HTTP to `server/admin.rs` over a Unix socket, `web/api/` reads what is asked, and the same gate
//! decides.
//!
//! # The way of a page
//!
//! Documents are drawn by processes that can touch nothing, because what draws them reads what strangers wrote.
//!
//! | file | what happens |
//! |---|---|
//! | `preview/spawner.rs` | before the server has a thread, a port or a key, `main` makes a process that starts others; then it gives up `execve` |
//! | `preview/pool.rs` | a view's request waits for its worker and for a place to run, both within bounds |
//! | `preview/process.rs` | a worker is started and fed through a pipe, piece by piece; dropping it kills it |
//! | `preview/sandbox.rs` | before the first byte: limits of memory, time and files, Landlock, and a filter of system calls that kills |
//! | `preview/worker/` | it opens the document (`source/`), draws a page, covers, marks and encodes it (`paint/`) |
//! | `preview/wire.rs` | what it answers is taken for hostile; anything odd ends it, and the next request gets a new one |
//! | `preview/room.rs` | its picture stays in the pipe until there is room for it in the gateway's memory |
//! | `preview/deaths.rs` | a document that ended its workers twice is not tried a third time |
//!
//! # The way of a commit
//!
//! 1. A rule calls [`ledger::Ledger::tx`] with a closure. All it needs from outside, random ids above all, was drawn before.
//! 2. `ledger/queue.rs`: it waits in one of two bounded queues, revocations and administration in the first one. A full queue refuses at once.
//! 3. `ledger/writer/run.rs`: the one writer runs the closures that wait, one after the other, on the newest state. Each reads, decides, and emits
//!    events; `ledger/apply.rs` moves the state with each. A closure that refuses leaves nothing.
//! 4. `ledger/codec.rs` seals what is personal; `ledger/line.rs` makes one line of each transaction, chained to the one before by its hash.
//! 5. `ledger/journal.rs` writes all lines of the batch and calls `fdatasync` once.
//! 6. Only now is the new state published, are cuts and mails told (`Gate::new` has hung itself in), and the callers answered.
//!
//! A write that fails is undone and refused; an `fdatasync` that fails ends all writing, because nobody knows what the disk has.
//!
//! # What is written when
//!
//! | what happens | what is written |
//! |---|---|
//! | a link, a code page or a list is opened | nothing; counted in memory, with what speaks for a machine, and summed up once an hour |
//! | a share is made, changed, stopped | its events, and the mails they cause, in one line |
//! | somebody agrees | the agreement with the digest of its text, a challenge, the mail to send |
//! | somebody does not agree, needs more time, or says that it is not for them | that they said so, and the mail that tells the owner |
//! | a code is wrong | that it was; once a browser must wait, until when |
//! | very many codes are wrong | that the alarm was raised, once an hour |
//! | staff read a code out, or give back what was used up | that they did |
//! | a code is right | the session; of any number of right ones at once, exactly one opens it |
//! | a document is asked for | the receipt, unless one of the same session, document, version and action is open; a notice to the owner |
//! | it goes out | its progress, every five seconds for all of them together, and its end |
//! | a folder is taken as one ZIP | one receipt with all documents in it and where they stand; what it could not go on at; one notice |
//! | a page is drawn | its receipt before the picture leaves, unless one is open; every five seconds which pages were shown |
//! | an area is covered, or no longer | that it is |
//! | a share comes near its end | those who have read nothing of what is shared now are reminded, where the share says so |
//! | `HEAD`, `304`, a prefetch, a viewer without a picture | nothing |
//! | a document is sent in | that it began, with its size; that it is whole, with its hash; that it is in its store, or why not; a notice to the owner |
//! | a session is used | at most every five minutes, that it was; and at the stop |
//! | a mail is tried | that it was sent, delayed or has failed |
//! | a mail comes back | that it did, and why; a mail to the owner |
//! | the server starts, stops | that it did, and what changed in the configuration |
//!
//! # The data directory
//!
//! | path | is | when it is lost |
//! |---|---|---|
//! | `ledger/*.jsonl` | the journal | everything is |
//! | `ledger/state-*.jsonl` | the state behind one line, for a quick start | the journal is read instead |
//! | `keys/` | the key ring and the data keys of people and shares | links are void, personal values closed for ever |
//! | `ledger/aside/` | very large values of events, named by their digest | those values are |
//! | `history/` | which lines concern a share or a person, in sled | it is made again |
//! | `outbox/` | mails, where they are written as files | they have been sent, so to speak |
//! | `uploads/` | what recipients are sending in, until it is in its store | it has to be sent again |
//! | `tls/`, `documents/` | the quickstart's own certificate and samples | they are made again |
//! | `admin.sock`, `lock` | the way in for commands; one server at a time | |
//!
//! # Where to start reading
//!
//! [`gate::admit`] has the rules in 80 lines. [`ledger::event`] has everything that can ever happen. `cli/assemble.rs` joins the parts. From there,
//! follow a request down the table above.
#![deny(unsafe_code)]

pub mod cli;
pub mod config;
pub mod crypto;
pub mod documents;
pub mod domain;
pub mod gate;
pub mod ledger;
pub mod limit;
pub mod mail;
pub mod preview;
pub mod server;
pub mod web;
pub mod words;
