# The words of recipient pages.

## Every page

skip-to-content = Skip to the content
contact-label = Questions?
privacy-of = How { $organisation } handles personal data
delivered-by = Delivered by Doorward for { $organisation }
steps-label = Your way to the documents
language-label = Language
language-de = Deutsch
language-en = English
step-ask = Ask for a code
step-enter = Enter the code
step-open = Open the documents

## Figures

decimal-mark = .
size-bytes = { $bytes ->
    [one] { $bytes } byte
   *[other] { $bytes } bytes
}
size-kilobytes = { $number } kB
size-megabytes = { $number } MB
size-gigabytes = { $number } GB
size-terabytes = { $number } TB
day = { $day } { $month } { $year }
clock = { $hour }:{ $minute }
clock-zone = { $clock } { $zone }
on-day = { $clock } on { $day }
moment = { $day }, { $clock } { $zone }
minutes = { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}
hours = { $hours ->
    [one] one hour
   *[other] { $hours } hours
}
zone-cest = CEST
zone-cet = CET
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

## What is shared

what-documents = { $documents ->
    [one] one document
   *[other] { $documents } documents
}
what-folders = { $folders ->
    [one] one folder
   *[other] { $folders } folders
}
what-both = { $documents } and { $folders }
what-nothing = documents

kind-archive = Archive
kind-audio = Audio
kind-document = Text document
kind-folder = Folder
kind-image = Picture
kind-mail = Mail
kind-other = File
kind-pdf = PDF
kind-slides = Slides
kind-table = Table
kind-text = Plain text
kind-video = Video
kind-web = Web page

## The page behind a link

link-title = { $owner } shares { $what } with you
link-subject = Subject
link-from = From
link-from-value = { $owner }, { $organisation }
link-for = For
link-until = Open until
link-may = You may
link-may-view = View only, no download
link-may-marked = View, and download with a watermark
link-may-download = View and download
link-no-effect = Opening this page has changed nothing: no mail has been sent, and nothing counts as read.
terms-eyebrow = Please read this first
terms-version = About this text, version { $version }
terms-digest = Your agreement is recorded with this fingerprint of the text (SHA-256):
link-agree-note = When you agree, we send a code to { $address }. Entering it on the next page shows that the mailbox is yours; your agreement is then recorded with your address, the time and this text.
link-send-note = We send a code to { $address }. Entering it on the next page shows that the mailbox is yours.
link-agree = I agree, send my code
link-send = Send my code

## The page that asks for the code

code-title = Enter your code
code-title-none = You need a new code
code-title-unsent = No code was sent this time
code-title-problem = Problem: { $title }
code-lead = We have sent a code by mail to { $address }. It usually arrives within a minute, sometimes only after a few. It is valid for { $valid }.
code-lead-delayed = The mail with a code for { $address } could not be sent yet. We keep trying; it is valid for { $valid }, counted from when you asked for it. If it does not arrive, ask the person who shared with you.
code-lead-earlier = Enter the code from the latest mail to { $address }. A code is valid for { $valid }.
code-lead-new = We send it by mail to { $address }. It is valid for { $valid }.
code-lead-new-later = It can be sent to { $address } at a later time.
code-lead-unsent = Several codes were sent to { $address } in a short time, so this one has to wait.
code-lead-other-browsers = Codes sent to { $address } for other browsers are still waiting to be used.
# When staff have read a code out, for instance by telephone.
code-lead-told = A code for { $address } was read out. It is valid for { $valid }, counted from then.
code-label = Code
code-hint = { $digits } digits; blanks do not matter.
code-send = Open the documents
code-expired = This code has run out.
code-malformed = A code has { $digits } digits. Please look at the mail once more.
code-slow = Too many codes were wrong. For your safety the next try is possible at { $until }.
code-void = This code was wrong too often and no longer works.
code-wrong = { $left ->
    [one] This is not the code we sent. You have one more try.
   *[other] This is not the code we sent. You have { $left } more tries.
}

help-title = Nothing came?
help-spam = Look into the folder for spam or unwanted mail.
help-wait = Wait up to ten minutes: some mail systems hold back mail from senders they do not know yet.
help-mailbox = Make sure you are looking at the mailbox of { $address }.
help-ask = If nothing helps, ask { $owner }.
help-ask-contact = You can also reach { $organisation }: { $contact }.
resend-now = You can have it sent once more.
resend-after = You can have it sent once more at { $at }.
resend-after-new = This is possible at { $at }.
resend-left = Still to wait:
resend-ready = You can ask for it now.
resend-not-today = No more codes can be sent to this mailbox for now. You can ask again at { $at }. If you cannot wait, ask { $owner }.
resend-other-browsers = Use the code in the browser that asked for it, or ask again here at { $at }. If you cannot wait, ask { $owner }.
resend-again = Send the code again
resend-new = Send a new code

## Not meant for me, I do not agree, more time

not-meant-title = Not meant for you?
not-meant-note = If these documents are not for you, say so. { $owner } is told, and no more mail about them comes to this address. You can still change your mind here.
not-meant = This is not meant for me
not-meant-said = It was said here, { $at }, that this is not meant for this address. { $owner } is told of it, and no more mail about it comes here. If it is for you after all, just go on below.
give-up-note = If these documents are not for you, you can end your access. { $owner } is told, and your link opens nothing any more.
give-up = Not meant for me: end my access
decline = I do not agree
declined-note = It was said here, { $at }, that this text is not agreed to. { $owner } is told of it. You can still agree below, or ask { $owner } about it.
more-title = Do you need more time?
more-until = Have it open until the end of
more-note = We ask { $owner } by mail. If the answer is yes, you get a mail, and your link works until then.
more-send = Ask for more time
more-asked = We asked { $owner } to keep it open until { $until } ({ $at }). If the answer is yes, you get a mail.

## Before a session ends

stay-title = Are you still reading?
stay-title-last = This visit ends soon
stay-until = You will be signed out at { $at }, unless you stay.

## A text that changed while somebody was signed in

anew-title = The text has changed
anew-lead = While you were signed in, a newer version of the text that you agreed to was put in place.
anew-note = Your agreement is recorded with your address, the time and this text.
anew-agree = I agree, go on

## Privacy

privacy-link = What is recorded
privacy-title = What is recorded about you
privacy-recorded = What is recorded
privacy-address = Your mail address, because documents were shared with it.
privacy-agreed = What you said: that you agreed to a text, or not, with the version of the text and the time.
privacy-visit = When you came in, with the network address of your device and what your browser calls itself.
privacy-read = Which documents you looked at or downloaded, when, which pages or how much of them. Whoever shared them receives this as a receipt.
privacy-sent = What you sent in, where that is possible.
privacy-not = Opening your link without going on is only counted, together with all who open it, mail programs included. There is no tracking, no advertising, and nothing is loaded from elsewhere.
privacy-why = Why
privacy-purpose = { $organisation } hands over documents that are not for everybody. The record is the proof of who was given what, and cannot be changed afterwards.
privacy-how-long = How long
privacy-kept = It is kept { $kept }
privacy-kept-as-needed = It is kept as long as { $organisation } needs it as proof. Ask if you would like to know how long that is.
privacy-cookies = Cookies
privacy-cookies-text = Two cookies keep you signed in for this visit. A third one lets this browser be recognised for 90 days as one that once gave the right code, so that strangers who guess codes cannot slow you down. A fourth one remembers the language that you chose. They hold a random number or a language and nothing else.
privacy-copy = After a visit you get a mail with what was recorded.

## The page of a share

crumbs-label = Where you are
list-title = Documents from { $owner }
list-lead-until = Open until { $expires }.
list-lead = Shared by { $owner }. Open until { $expires }.
message-title = Message from { $owner }
view-only-title = For viewing only.
view-only-text = You can look at these documents here, page by page; each page carries your address and the time. They cannot be downloaded. If you need a copy, ask { $owner }.
view-marked-title = For viewing.
view-marked-text = You can look at these documents here, page by page, and download them as a PDF with a watermark; each page carries your address and the time. The original files are not handed out.
view-none-text = They cannot be downloaded, and this server cannot show documents in the browser. Ask { $owner }.
view-none-download = This server cannot show documents in the browser. You can download them.
column-name = Name
column-kind = Kind
column-size = Size
column-changed = Changed
changed-label = Changed
find-label = Find by name
find-go = Show
find-all = Show all
find-none = Nothing here has this in its name.
order-label = Order
order-name = Name, A to Z
order-name-down = Name, Z to A
order-changed = Oldest first
order-changed-down = Newest first
order-size = Smallest first
order-size-down = Largest first
pages-label = Pages of this list
pages-now = Page { $page } of { $pages }
pages-previous = Page before
pages-next = Next page
open-folder = Open
play = Play
view = View
download = Download
download-marked = Download with watermark
note-changed = Changed since it was shared, so it is not handed out.
note-missing = No longer in its place.
note-unavailable = Cannot be reached just now.
note-view-only = For viewing only
note-media-only = Sound and film can be played only where downloading is allowed
note-media-save = Browsers do not play this kind; download it to play it
note-no-view = There is no preview for this kind of file
list-empty-folder = This folder is empty.
list-empty-share = There is nothing here at the moment.
list-truncated = Only the first { $shown } entries are shown; this folder has more.
list-hidden = { $hidden ->
    [one] One more entry is of a kind that cannot be handed out.
   *[other] { $hidden } more entries are of a kind that cannot be handed out.
}
list-receipts = When you open a document, { $owner } receives a receipt with your address and the time.
leave-note = You stay signed in until { $at }, and longer while you use this page.
leave = I am finished
session-soon = You will soon be signed out unless you go on reading.
session-stay = Stay signed in
session-stayed = Done: you stay signed in.
session-last = You will be signed out at { $at }: then the longest time for one visit is over. To come back, open the link in your mail and ask for a new code.
session-over = You may have been signed out in the meantime. If a document does not open, open the link in your mail again.

## The page before an archive

archive-link = Download all as ZIP
archive-name = documents
archive-title = Download all documents as ZIP
archive-title-folder = Download “{ $name }” as ZIP
archive-holds = Holds
archive-holds-value = { $documents }, { $size }
archive-file = File
archive-file-value = one ZIP of { $size }, not compressed
archive-break = If it stops
archive-resumable = A download that stops on the way can go on where it stopped, while you are signed in.
archive-not-resumable = A download that stops on the way has to begin again, because these documents may still change.
archive-withheld = Not included
archive-withheld-more = { $more ->
    [one] One more is not included; the list in the ZIP names it.
   *[other] { $more } more are not included; the list in the ZIP names them.
}
archive-renamed = { $renamed ->
    [one] One document has another name in the ZIP, because some computers would not take its own. The list in the ZIP says which.
   *[other] { $renamed } documents have other names in the ZIP, because some computers would not take their own. The list in the ZIP says which.
}
archive-list = The ZIP begins with a list of what it holds, MANIFEST.jsonl, with the size of each document and, where it is known, its fingerprint (SHA-256).
archive-nothing = None of it can be downloaded at the moment. If you need it, ask { $owner }.
archive-get = Download the ZIP
archive-receipt = { $owner } receives one receipt for the ZIP, with all documents in it, your address and the time.
archive-back = Back to the documents

## The page that shows a document

viewer-back = Back to the documents
viewer-above = Back to “{ $name }”
viewer-part = Attachment { $number }
viewer-label = Pages of the document
viewer-pages = Pages
viewer-page = Page
viewer-of = of { $count }
viewer-page-of = Page { $page } of { $count }
viewer-first = First page
viewer-previous = Previous page
viewer-next = Next page
viewer-last = Last page
viewer-go = Go
viewer-zoom = Zoom
viewer-zoom-to = { $percent } %
viewer-zoom-in = Larger
viewer-zoom-out = Smaller
viewer-zoom-fit = Fit
viewer-thumbs = Overview
viewer-print = Print
viewer-text-show = Show the text of the pages
viewer-text-of = Text of page { $page }
viewer-no-text = There is no text on this page that could be read.
viewer-busy = The server has much to do just now. The next pages follow by themselves.
viewer-ended = You have been signed out, or the share has ended. To go on, open the link in your mail again.
viewer-offline = The server cannot be reached. The pages follow as soon as it answers again.
viewer-failed = This page cannot be shown.
viewer-no-print = These pages are for viewing on a screen and are not printed. If you need them on paper, ask { $owner }.
viewer-parts = { $count ->
    [one] One document is attached
   *[other] { $count } documents are attached
}
viewer-part-name = Attachment { $number }: { $name }
viewer-receipt = While you read, { $owner } receives a receipt with your address, the pages and the times.
viewer-mark = Each page carries your address and the time.
viewer-note-text-only = Shown is the text with its tables. The layout, pictures and charts of the original are left out.
viewer-note-form-may-look-empty = This document has a form. What was filled in may be missing here although it is in the original.
viewer-note-shortened = The document is very long; only its first part is shown.
viewer-note-first-frame = This is a moving picture; only its first image is shown.
viewer-note-nothing-fetched = Whatever the document would load from other places is left out.
viewer-note-hidden-left-out = What its author has hidden, such as sheets, rows or slides, or deleted, is left out.
viewer-note-unreadable-characters = Some characters could not be read and are shown as �.

## The page that plays sound or film

play-cannot = Your browser cannot play this kind.
play-receipt = Playing it counts as a download: { $owner } receives a receipt with your address and the time when you press play. Opening this page makes none.
play-own-device = If it does not play here, download it and play it on your own device.

## The page on which documents are sent in

upload-link = Send documents
upload-title = Send documents
upload-lead = What you send here is given to { $owner } and to nobody else who has a link.
upload-choose = Choose one or more documents
upload-limits = { $left ->
    [one] You can send one more document, up to { $each }.
   *[other] You can send { $left } more documents, up to { $each } each and { $all } in all.
}
upload-send = Send
upload-full = You have sent as much as this share takes. If there is more, ask { $owner }.
upload-stop = Stop
upload-waiting = everything is there; it is being checked
upload-stopped = You stopped it. Nothing of it was kept.
upload-done = Everything was sent. What came of it stands in the list.
upload-failed = It could not be sent. Please try again later.
upload-too-large = It is larger than what can be sent here.
upload-sent = What you have sent
upload-column-sent = Sent
upload-column-state = State
upload-unnamed = The document
upload-state-open = not finished; choose it again to go on
upload-state-checking = complete, and being checked
upload-state-waiting = complete, but its place takes nothing just now; it is tried again, and need not be sent again
upload-state-received = received
upload-state-infected = removed, because a virus was found in it
upload-state-kind = not taken: this kind of file is not accepted
upload-problem-cut = “{ $name }” did not arrive as a whole. Nothing of it was kept; please send it again.
upload-problem-infected = A virus was found in “{ $name }”. It was removed.
upload-problem-kind = “{ $name }” was not taken, because this kind of file is not accepted here.
upload-problem-link-full = “{ $name }” is more than you can still send here: { $limit } are left.
upload-problem-locked = “{ $name }” is being sent already, perhaps in another window.
upload-problem-missing = “{ $name }” cannot be continued. Please send it again from its beginning.
upload-problem-no-room = “{ $name }” could not be taken, because there is no room for it just now. Please send it again later.
upload-problem-none = No document was chosen. Please choose one and send it.
upload-problem-too-large = “{ $name }” is too large. A document may have up to { $limit } here.
upload-problem-too-many = “{ $name }” was not taken: up to { $limit } documents can be sent here.

## The page after "I am finished"

left-title = You are signed out
left-text = Nothing of the share stays open in this browser. Documents you downloaded remain where you saved them.
left-again = To come back, open the link in your mail and ask for a new code.
left-again-until = To come back, open the link in your mail and ask for a new code. The share is open until { $expires }.
left-receipts = The receipts of what you opened are kept.

## The bare address

home-title = Documents are handed over here
home-lead = { $organisation } uses this server to share documents with people outside.
home-how = To open what was shared with you, use the link in the mail you were sent.
home-nothing = There is nothing to look for or to sign in to on this page.

## Refusals: what happened, why, and what to do next. { $whom } is the owner of the share or the text below, { $when } one of the next two.

whom-sender = the person who sent you the link
when-at = at { $at }
when-soon = in a few minutes
refusal-back = Back to the documents
refusal-read-again = Read the new text
refusal-again = Try again now
refusal-reference = If you ask for help, mention “{ $name }, { $status }”.

refusal-bad-form-title = This form could not be used
refusal-bad-form-text = Something in it was missing, or the page had been open for too long. Nothing was changed.
refusal-bad-form-next = Please go back, load the page again, and send it once more.

refusal-busy-title = A moment, please
refusal-busy-text = This server has as much to do as it can carry, so it has not begun with your request.
refusal-busy-next = Please try again { $when }.

refusal-agree-anew-title = The text has changed
refusal-agree-anew-text = While you were signed in, a newer version of the text that you agreed to was put in place.
refusal-agree-anew-next = Please read and agree to the new version first. You stay signed in.

refusal-archive-changed-title = These documents are not the same any more
refusal-archive-changed-text = Something in the folder has changed since the ZIP was put together, so it cannot be downloaded, or go on, as it was.
refusal-archive-changed-next = Go back to the documents and download the ZIP anew.

refusal-archive-too-large-title = This is too much for one ZIP
refusal-archive-too-large-text = It holds more documents, or is larger, than this server puts into one ZIP.
refusal-archive-too-large-next = Open a folder in it and download that as a ZIP, or download the documents one by one.

refusal-changed-since-redacted-title = This document is being looked at again
refusal-changed-since-redacted-text = Parts of it are covered, and it has changed since they were marked. It is not shown until they have been marked anew.
refusal-changed-since-redacted-next = Ask { $whom } when it can be opened again.

refusal-cross-site-title = This was sent from another site
refusal-cross-site-text = A form reached this server that does not come from one of its own pages. It was not accepted, and nothing was changed.
refusal-cross-site-next = Open the link in your mail and go on from there.

refusal-document-changed-title = This document has changed since it was shared
refusal-document-changed-text = You were given the document as it was then. What lies in its place now is not the same, so it is not handed out.
refusal-document-changed-next = Ask { $whom } to share the new version with you.

refusal-document-missing-title = This document is no longer there
refusal-document-missing-text = It was moved, renamed or deleted after it was shared.
refusal-document-missing-next = Ask { $whom } where to find it.

refusal-expired-title = This share has ended
refusal-expired-text = The documents were shared up to a certain day, and that day has passed.
refusal-expired-next = If you still need them, ask { $whom } to extend the share. Your link will then work again.

refusal-form-too-large-title = That was too much at once
refusal-form-too-large-text = The form is larger than this page takes. Nothing was changed.
refusal-form-too-large-next = Please go back and fill in only what the page asks for.

refusal-internal-title = Something went wrong on our side
refusal-internal-text = It is a fault of this server, not of anything you did.
refusal-internal-next = Please try again { $when }. If it happens again, tell { $whom }.

refusal-marked-only-title = This document is downloaded with a watermark
refusal-marked-only-text = It was shared for viewing and for download as a PDF that carries your address in each page. The original does not leave this server.
refusal-marked-only-next = Go back to the documents and choose “Download with watermark”. If you need the original, ask { $whom }.

refusal-method-not-allowed-title = This does not work here
refusal-method-not-allowed-text = The address is right, but not for what your browser or program asked of it.
refusal-method-not-allowed-next = Open the link in your mail and go on from there.

refusal-misdirected-title = This address belongs to another name
refusal-misdirected-text = The name in the address line is not one under which this server hands over documents.
refusal-misdirected-next = Open the link in your mail exactly as it is written there.

refusal-no-session-title = Please open your link once more
refusal-no-session-text = This page opens after a code was entered in the same browser. In this one that has not happened yet, or you have left since.
refusal-no-session-next = Open the link in your mail and ask for a code. It takes a minute.

refusal-no-uploads-title = Nothing can be sent here
refusal-no-uploads-text = This share gives you documents, and takes none from you.
refusal-no-uploads-next = If you want to send something, ask { $whom } to allow it.

refusal-not-found-title = There is nothing at this address
refusal-not-found-text = It may have been typed wrongly, or it leads to a page that is no longer there.
refusal-not-found-next = To open what was shared with you, use the link in your mail.

refusal-not-in-share-title = This is not part of the share
refusal-not-in-share-text = The address leads to something that was not shared with you, or that is not there any more.
refusal-not-in-share-next = If you miss a document, ask { $whom }.

refusal-not-played-title = This cannot be played in the browser
refusal-not-played-text = It is sound or film in a form that browsers do not play, or it lies inside of another document.
refusal-not-played-next = Go back to the documents, download it and play it on your own device. If that does not work, ask { $whom } for another form of it.

refusal-precondition-failed-title = The document is not the one you began with
refusal-precondition-failed-text = It has changed since your download began, and the parts would not fit together.
refusal-precondition-failed-next = Please start the download again from the beginning.

refusal-preview-busy-title = Just a moment
refusal-preview-busy-text = Other documents are being drawn at the moment, and yours is waiting for its turn. This page tries again by itself.
refusal-preview-busy-next = You need not do anything. Nothing is lost.

refusal-preview-damaged-title = This document cannot be shown
refusal-preview-damaged-text = It seems to be damaged, or it is not what its name says.
refusal-preview-damaged-next = Ask { $whom } to share it again or in another form, such as a PDF.

refusal-preview-empty-title = This document is empty
refusal-preview-empty-text = There is nothing in it that could be shown.
refusal-preview-empty-next = If you miss something, ask { $whom }.

refusal-preview-media-title = Sound and film can be played only where downloading is allowed
refusal-preview-media-text = They are played from the file itself, so not in a share that does not hand out its files.
refusal-preview-media-next = Ask { $whom } how you can hear or see it, or to share it for downloading.

refusal-preview-page-title = There is no such page
refusal-preview-page-text = The address names a page or an attachment that this document does not have.
refusal-preview-page-next = Go back to the documents and open it again. If something is missing, ask { $whom }.

refusal-preview-protected-title = This document needs a password
refusal-preview-protected-text = It is protected by a password, so this server cannot draw its pages.
refusal-preview-protected-next = Ask { $whom } to share it without the password.

refusal-preview-too-hard-title = This document is too much to draw
refusal-preview-too-hard-text = Drawing it takes more time or memory than this server gives to one document.
refusal-preview-too-hard-next = Ask { $whom } for another form of it, such as a simpler PDF.

refusal-preview-too-large-title = This document is too large to show
refusal-preview-too-large-text = It is larger than what this server draws.
refusal-preview-too-large-next = Ask { $whom } to share it in parts or in another form, such as a smaller PDF.

refusal-preview-unavailable-title = Documents cannot be shown on this server
refusal-preview-unavailable-text = Showing documents in the browser is not set up here.
refusal-preview-unavailable-next = Ask { $whom } for another way to the document.

refusal-preview-unreadable-title = This document could not be read
refusal-preview-unreadable-text = It could not be read to its end, or it changed at that moment. Your access is not affected.
refusal-preview-unreadable-next = Please try again { $when }. If it happens again, tell { $whom }.

refusal-preview-unsupported-title = There is no preview for this kind of document
refusal-preview-unsupported-text = This server does not know how to draw its pages.
refusal-preview-unsupported-next = Ask { $whom } for another form of it, such as a PDF.

refusal-preview-only-title = This document cannot be downloaded
refusal-preview-only-text = It was shared for viewing only, so the document itself does not leave this server.
refusal-preview-only-next = If you need a copy, ask { $whom }.

refusal-range-not-satisfiable-title = That part does not exist
refusal-range-not-satisfiable-text = Your browser or program asked for a part that lies beyond the end of the document.
refusal-range-not-satisfiable-next = Please start the download again from the beginning.

refusal-recipient-stopped-title = Your access has been ended
refusal-recipient-stopped-text = Your personal link no longer opens this share.
refusal-recipient-stopped-next = If you think this is a mistake, ask { $whom }.

refusal-session-ended-title = You have been signed out
refusal-session-ended-text = This happens after a while without a click, or when the longest time for one visit is over. Nothing is lost.
refusal-session-ended-next = To come back, open the link in your mail and ask for a new code.

refusal-stopped-title = This share has been stopped
refusal-stopped-text = It was ended before its time, and its documents can no longer be opened.
refusal-stopped-next = If you think this is a mistake, ask { $whom }.

refusal-store-unavailable-title = The documents cannot be reached just now
refusal-store-unavailable-text = The place where they are kept does not answer. Your access is not affected.
refusal-store-unavailable-next = Please try again { $when }.

refusal-text-changed-title = The text has changed
refusal-text-changed-text = Meanwhile a newer version of the text you are asked to agree to was put in place. What was said about the older one does not count for it, and nothing was opened or sent.
refusal-text-changed-next = Please read the new version first. A code that you have not used yet stays right until its time is over.

refusal-too-many-requests-title = A little slower, please
refusal-too-many-requests-text = More requests came from your network than this server answers in that time. Others may be using the same connection.
refusal-too-many-requests-next = Please try again { $when }.

refusal-unknown-link-title = This link does not work
refusal-unknown-link-text = It is not known here. Perhaps a part of it was lost when it was copied, or it was broken over two lines.
refusal-unknown-link-next = Open the link in your mail once more, or copy the whole of it. If that does not help, ask { $whom }.

refusal-unsupported-media-title = This form could not be read
refusal-unsupported-media-text = It came in a shape that this page does not understand. Nothing was changed.
refusal-unsupported-media-next = Please go back, load the page again, and send it once more.
