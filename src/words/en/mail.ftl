# The words of mails. Plain, warm, exact; no exclamation marks; whoever reads may be under stress and new to all of this.

## In several mails

mail-greeting = Good day,
mail-greeting-name = Good day { $name },
mail-automatic = This mail was sent automatically for { $organisation }.
mail-untitled = share of { $day }
mail-privacy = How { $organisation } handles personal data:
mail-share-number = Number of the share: { $id }
mail-help-owner = Do you have a question? Ask { $owner } ({ $address }).
mail-help = Do you have a question? Ask { $owner } ({ $address }) or { $contact }.
mail-what-documents =
    { $count ->
        [one] a document
       *[other] { $count } documents
    }
mail-what-folders =
    { $count ->
        [one] a folder of documents
       *[other] { $count } folders of documents
    }
mail-what-both = { $documents } and { $folders }

## The invitation to a share

mail-invitation-subject = { $owner } of { $organisation } shares documents with you
mail-invitation-intro = { $owner } of { $organisation } shares { $what } with you.
mail-invitation-message = { $owner } writes:
mail-invitation-link = This is your personal link:
mail-invitation-code-later = How to get in: open the link and ask for a code. We send it to this mailbox. Type the code on the page, and the documents are there. You need no account and no password.
mail-invitation-code-along = How to get in: you get a second mail with a code. Open the link, go on, and type the code on the page. You need no account and no password.
mail-invitation-preview-only = You can look at the documents on your screen. You cannot download them.
mail-invitation-watermarked = You can look at the documents on your screen, and download them as PDFs that carry your address on each page.
mail-invitation-expires = You can use the link until { $until }.
mail-invitation-mailbox = The link works only together with the mailbox { $address }. If you pass it on, it does not let other people in.
mail-invitation-unexpected = You did not expect this mail? Then you can ignore it. If you like, tell { $contact } about it.

## The code

mail-code-subject = Your code for { $organisation }
mail-code-intro = This is your code for the documents from { $organisation }:
mail-code-valid-minutes =
    { $minutes ->
        [one] It is valid for one minute, until { $until }.
       *[other] It is valid for { $minutes } minutes, until { $until }.
    }
mail-code-valid-until = It is valid until { $until }, and you can use it once.
mail-code-where = Type it on the page where you asked for it.
mail-code-where-along = Your personal link comes in another mail. Open it, go on, and type the code on the page.
mail-code-secret = Please tell the code to nobody, not by phone and not by mail. Nobody at { $organisation } will ask you for it.
mail-code-unexpected = You did not ask for a code? Then you need not do anything: without this code nobody gets in. If it happens again, please tell { $contact }.
mail-code-unexpected-along = You did not expect this mail? Then you need not do anything. If you like, tell { $contact } about it.

## The notice that something was read

mail-notice-subject =
    { $count ->
        [one] One new receipt: { $subject }
       *[other] { $count } new receipts: { $subject }
    }
mail-notice-intro =
    { $count ->
        [one] There is one new receipt for your share “{ $subject }”:
       *[other] There are { $count } new receipts for your share “{ $subject }”:
    }
mail-notice-line =
    { $time }: { $recipient } { $action ->
        [preview] looked at
        [archive] took everything as one ZIP of
        [watermarked] took a marked copy of
        [upload] sent in
       *[download] downloaded
    } “{ $document }” ({ $action ->
        [upload] { $outcome ->
            [complete] it lies in the share's inbox
           *[part] a virus was found in it; it was removed
        }
       *[download] { $outcome ->
            [complete] all of it was sent
            [part] a part of it was sent
            [broken] a part of it was sent; it ended early at “{ $broken }”, which could not be given
            [interrupted] our server stopped on the way
           *[open] still going on
        }
    })
mail-notice-more =
    { $count ->
        [one] One more receipt is not listed here.
       *[other] { $count } more receipts are not listed here.
    }
mail-notice-meaning = A receipt says what our server sent to whom, and when. It cannot say whether somebody read it with care.

## The end of access

mail-access-ended-subject = Access has ended: { $subject }
mail-access-ended-expired = The share “{ $subject }” from { $owner } of { $organisation } has come to its end, as planned.
mail-access-ended-stopped = { $owner } of { $organisation } has stopped sharing “{ $subject }” with you.
mail-access-ended-effect = Your link does not open the documents any more. You need not do anything.
mail-access-ended-help = Do you still need the documents? Ask { $owner } ({ $address }) or { $contact }.

mail-share-ended-subject = Your share has ended: { $subject }
mail-share-ended-expired = Your share “{ $subject }” has come to its end, as planned ({ $when }).
mail-share-ended-stopped = Your share “{ $subject }” was stopped ({ $when }).
mail-share-ended-recipients =
    { $count ->
        [one] One person had a link. It does not open the documents any more. The receipts stay.
       *[other] { $count } people had links. They do not open the documents any more. The receipts stay.
    }
mail-share-ended-again = Does somebody still need the documents? Give the share a new end date: the same links then work again.

## Documents that changed since they were shared

mail-changed-subject = Changed since you shared it: { $subject }
mail-changed-intro = Somebody opened your share “{ $subject }” and met documents that are not those that you shared:
mail-changed-effect = Nothing of them was handed out: the share holds on to the versions it was made with, and the pages say that the document changed.
mail-changed-advice = Should the recipients get what is there now? Look at the documents first, then run: doorward share pin { $id }

## A mail that could not be delivered

mail-failed-subject = Not delivered to { $recipient }: { $subject }
mail-failed-intro = We could not deliver a mail of your share “{ $subject }” to { $recipient }.
mail-failed-full = The mailbox is full.
mail-failed-gave-up = We tried many times over several hours, without success.
mail-failed-no-mailbox = There seems to be no mailbox with this address. Perhaps there is a typing mistake in it.
mail-failed-other = The mail server on the other side did not take it.
mail-failed-policy = The mail server on the other side has a rule against it.
mail-failed-answer = In detail: { $answer }
mail-failed-advice = Please check the address. If it is right, you can give this person the link another way: it is worth nothing without the mailbox, so a letter or a message will do. The code still has to reach the mailbox.

## The test mail

mail-trial-subject = Test mail for { $organisation }
mail-trial-body = If you can read this, mails from { $organisation } arrive in this mailbox. You need not do anything.

## The reminder before a share ends, to those who have read nothing of it, or nothing since there was a newer version

mail-reminder-subject = Until { $until }: { $subject }
mail-reminder-intro = { $owner } of { $organisation } shares “{ $subject }” with you until { $until }. You have not looked at it so far.
mail-reminder-newer = { $owner } of { $organisation } shares “{ $subject }” with you until { $until }. Since you last looked at it there is a newer version, which you have not seen.
mail-reminder-link = This is your personal link, the same as before:
mail-reminder-help = Do you need more time, or have a question? Ask { $owner } ({ $address }) or { $contact }.
mail-reminder-once = We remind you once. You need not do anything if you do not want to read the documents.

## What a recipient said, to the owner of the share

mail-said-anybody = This was said on the page behind the link, which anybody can open who has the link; programs that look into mail press buttons, too. If it matters, ask the person.
mail-said-proven = This was said after the code from their mailbox had been entered.

mail-declined-subject = Not agreed to by { $recipient }: { $subject }
mail-declined-intro = Somebody with the link of { $recipient } does not agree to the text that your share “{ $subject }” asks them to agree to.
mail-declined-effect = Nothing was shown to them, and nothing else has changed: whoever agrees later still gets in. Perhaps they have a question about the text.

mail-time-subject = More time asked for by { $recipient }: { $subject }
mail-time-intro = { $recipient } asks for more time to read your share “{ $subject }”.
mail-time-ended = It ended on { $expires }. They ask to have it until { $day }.
mail-time-ends = It ends on { $expires }. They ask to have it until { $day }.
mail-time-yes = If that is all right, run this. The links stay the same, and they get a mail:
mail-time-no = If it is not, you need not do anything.

mail-unwanted-subject = Not meant for { $recipient }: { $subject }
mail-unwanted-intro = Somebody with the link of { $recipient } says that your share “{ $subject }” is not meant for them.
mail-unwanted-effect = No more mail about this share goes to that address, until somebody agrees or asks for a code with that link. Access is as it was. Please check the address.
mail-unwanted-stop = If the address is wrong, end its access:
mail-unwanted-intro-ended = { $recipient } says that your share “{ $subject }” is not meant for them, and has ended their own access.
mail-unwanted-effect-ended = Their link opens nothing any more, and no more mail goes there. If that was a mistake, make them a new share.

## More time, to a recipient who asked for it

mail-extended-subject = You have more time: { $subject }
mail-extended-intro = { $owner } of { $organisation } gives you more time for “{ $subject }”: it is open until { $expires }.
mail-extended-link = Your link is the same as before:

## Copies for a recipient

mail-agreed-subject = What you agreed to: { $subject }
mail-agreed-intro = On { $when } you agreed to this text, to open “{ $subject }” from { $owner } of { $organisation }. This is your copy of it:
mail-agreed-digest = Version { $version }. Your agreement is recorded with this fingerprint of the text (SHA-256): { $digest }

mail-copy-subject = What you opened: { $subject }
mail-copy-intro = This is your own copy of what was recorded when you visited “{ $subject }” from { $owner } of { $organisation }:
mail-copy-line =
    { $time }: { $action ->
        [preview] looked at
        [archive] taken as one ZIP:
        [watermarked] downloaded with a watermark:
        [upload] sent in:
       *[download] downloaded:
    } “{ $document }”
mail-copy-unexpected = Was this not you? Then somebody else can read your mailbox. Please tell us at once.
