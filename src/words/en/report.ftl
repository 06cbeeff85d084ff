# The words of the report of a share, which staff print or hand on. Exact, without judgement.

report-title = Report of a share: { $subject }
report-untitled = no subject
report-intro = What the ledger of { $organisation } tells of this share. Times are given in the zone { $zone } and in UTC.
report-shortened = There is more than this report tells. All of it is in the ledger.
report-owner = Owner
report-number = Number of the share
report-status = State
report-status-open = open
report-status-expired = ended
report-status-stopped = stopped
report-created = Made
report-expires = Ends
report-delivery = Documents are given as
report-delivery-download = downloads
report-delivery-preview = pictures of their pages only
report-delivery-watermarked = pictures of their pages, and marked copies
report-made = This report was made
report-head = Ledger up to line { $line }
report-head-meaning = All that is told here stands in the ledger at or before this line. Its hash, above, holds every line before it: “doorward audit verify” follows the whole chain, and “doorward audit export” prints it.
report-ledger-name = Name of the ledger

report-readers = Who has read what
report-readers-table = Recipients, and what each was given
report-recipient = Recipient
report-reading = Read
report-reading-all = all of it
report-reading-never = nothing
report-reading-some = not all
report-reading-stopped = access stopped
report-documents-given = Documents
report-given-all = all
report-given-nothing = nothing
report-given-part = a part
report-given-of = { $read } of { $of } documents
report-given-some =
    { $read ->
        [0] a part of its documents
        [one] one document
       *[other] { $read } documents
    }
report-way = Mail, agreement, link
report-invited = Invitation handed over
report-reminded = Reminded
report-agreed = Agreed to version { $version } of the text
report-never-agreed = Agreed to no text
report-never-entered = No right code was given so far
report-fetched =
    { $count ->
        [one] Link opened once, by whomever
       *[other] Link opened { $count } times, by whomever
    }
report-listed =
    { $count ->
        [one] List looked at once
       *[other] List looked at { $count } times
    }
report-refused =
    { $count ->
        [one] Refused once
       *[other] Refused { $count } times
    }
report-counted-sign =
    { $count ->
        [one] Sign of a machine, once: { $sign }
       *[other] Sign of a machine, { $count } times: { $sign }
    }
report-hourly = Openings are put down once an hour. They are never receipts: mail scanners open links as well.

report-documents = What is shared
report-documents-table = Documents and folders of the share, with the versions it holds on to
report-document = Document
report-version = Version
report-hash = SHA-256
report-follows = as it changes
report-no-hash = not taken
report-changed = changed since it was shared

report-receipts = Receipts
report-receipts-table = Receipts, oldest first
report-no-receipts = There are none: nothing of this share was given to anybody.
report-when = When
report-until = until
report-how = What, and how far
report-action-archive = taken as one ZIP
report-action-download = downloaded
report-action-preview = looked at
report-action-upload = sent in
report-action-watermarked = taken as a marked copy
report-outcome-complete = all of it
report-outcome-interrupted = the server stopped on the way
report-outcome-open = still going on
report-outcome-part = a part of it
report-bytes = { $bytes } of { $size } bytes
report-pages = pages { $pages } of { $of }
report-parts = { $read } of { $of } documents in full
report-broken = ended at { $document }: { $why }
report-opens = asked for { $count } times within half an hour
report-receipt-number = Receipt { $id }

report-signs = Signs of machines
report-no-sign = none
report-signs-meaning = These are signs, no proof. Nothing is left out for them, and a receipt without any may be a machine's all the same. What they mean:
report-sign-delivery = the link was opened within 5 seconds of its mail being handed over
report-sign-gateway = the program named itself as one that looks into mails or at links
report-sign-prefetch = a browser said that it loaded ahead what nobody had asked for
report-sign-quick = less than half a second lay between a page and what was done on it
report-sign-sweep = links of several people were opened from one address within 5 seconds

report-changes = What was done, and what happened
report-changes-table = Changes of the share, agreements and entries, oldest first
report-what = What
report-about = About
report-by = By
report-change-made = share made
report-change-added = recipient added
report-change-changed = share changed
report-change-notices = notices and reminders set
report-change-pinned = held to the versions of that moment
report-change-covered = area of a page covered
report-change-uncovered = area no longer covered
report-change-document = document met that is another than the one shared
report-change-agreed = agreed, by whoever held the link
report-change-entered = right code given
report-change-reminded = those reminded who had read nothing
report-change-stopped-one = access stopped for one recipient
report-change-stopped = share stopped
report-change-ended = share ended

# What a change set, by the names and values that the ledger has for it.
report-set-delivery = Documents are given as
report-set-expires = Ends
report-set-mark = Watermark
report-set-mark-light = light
report-set-mark-medium = medium
report-set-mark-strong = strong
report-set-notify = Notices
report-set-notify-daily = once a day
report-set-notify-now = at once
report-set-notify-off = none
report-set-page = Page
report-set-print = May be printed
report-set-print-false = no
report-set-print-true = yes
report-set-remind = Reminder, before the end
report-set-sha256 = SHA-256
report-set-text = With the text of the pages
report-set-text-false = no
report-set-text-true = yes
report-set-upload = Takes documents from recipients
report-set-upload-false = no
report-set-upload-true = yes
report-set-version = Version
report-by-operator = account { $user } on the server
report-by-recipient = recipient
report-by-server = the server itself

report-meaning = What this report says, and what it does not
report-meaning-mailbox = It proves a mailbox, not a person: whoever reads the mailbox can type the code.
report-meaning-handed = “All of it” means that every byte, or every page, was handed to the network. It cannot say whether somebody read it with care, or kept it.
report-meaning-paper = This page can be changed by whoever has it. What stands in the ledger cannot be, unnoticed.
