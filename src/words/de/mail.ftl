# Die Wörter der E-Mails. Schlicht, freundlich, genau; keine Ausrufezeichen: Wer sie liest, steht vielleicht unter Druck und macht das zum ersten Mal.

## In mehreren E-Mails

mail-greeting = Guten Tag,
mail-greeting-name = Guten Tag { $name },
mail-automatic = Diese E-Mail wurde automatisch im Auftrag von { $organisation } verschickt.
mail-untitled = ohne Betreff
mail-privacy = Wie { $organisation } mit personenbezogenen Daten umgeht:
mail-share-number = Nummer der Freigabe: { $id }
mail-help-owner = Haben Sie eine Frage? Fragen Sie { $owner } ({ $address }).
mail-help = Haben Sie eine Frage? Fragen Sie { $owner } ({ $address }) oder { $contact }.
mail-what-documents =
    { $count ->
        [one] ein Dokument
       *[other] { $count } Dokumente
    }
mail-what-folders = einen Ordner mit Dokumenten

## Die Einladung zu einer Freigabe

mail-invitation-subject = { $owner } ({ $organisation }) stellt Ihnen Dokumente bereit
mail-invitation-intro = { $owner } ({ $organisation }) stellt Ihnen { $what } bereit.
mail-invitation-message = { $owner } schreibt:
mail-invitation-link = Das ist Ihr persönlicher Link:
mail-invitation-code-later = So kommen Sie hinein: Öffnen Sie den Link und fordern Sie einen Einmalcode an. Wir senden ihn an dieses Postfach. Geben Sie ihn auf der Seite ein, und Sie sehen die Dokumente. Sie brauchen weder ein Konto noch ein Passwort.
mail-invitation-code-along = So kommen Sie hinein: Sie erhalten eine zweite E-Mail mit einem Einmalcode. Öffnen Sie den Link, gehen Sie weiter und geben Sie den Code auf der Seite ein. Sie brauchen weder ein Konto noch ein Passwort.
mail-invitation-preview-only = Sie können die Dokumente am Bildschirm ansehen. Herunterladen können Sie sie nicht.
mail-invitation-watermarked = Sie können die Dokumente am Bildschirm ansehen und als PDF herunterladen, das auf jeder Seite Ihre Adresse trägt.
mail-invitation-expires = Sie können den Link bis zum { $until } benutzen.
mail-invitation-mailbox = Der Link öffnet die Dokumente nur zusammen mit dem Postfach { $address }. Wenn Sie ihn weitergeben, kommt damit niemand anderes hinein.
mail-invitation-unexpected = Haben Sie diese E-Mail nicht erwartet? Dann brauchen Sie sie nicht zu beachten. Wenn Sie möchten, sagen Sie { $contact } Bescheid.

## Der Code

mail-code-subject = Ihr Einmalcode für { $organisation }
mail-code-intro = Das ist Ihr Einmalcode für die Dokumente von { $organisation }:
mail-code-valid-minutes =
    { $minutes ->
        [one] Er ist eine Minute lang gültig, bis zum { $until }.
       *[other] Er ist { $minutes } Minuten lang gültig, bis zum { $until }.
    }
mail-code-valid-until = Er ist bis zum { $until } gültig, und Sie können ihn einmal benutzen.
mail-code-where = Geben Sie ihn auf der Seite ein, auf der Sie ihn angefordert haben.
mail-code-where-along = Ihr persönlicher Link kommt in einer anderen E-Mail. Öffnen Sie ihn, gehen Sie weiter und geben Sie den Code auf der Seite ein.
mail-code-secret = Bitte sagen Sie den Code niemandem, weder am Telefon noch in einer E-Mail. Niemand von { $organisation } wird Sie danach fragen.
mail-code-unexpected = Haben Sie keinen Code angefordert? Dann brauchen Sie nichts zu tun: Ohne diesen Code kommt niemand hinein. Wenn es wieder geschieht, sagen Sie bitte { $contact } Bescheid.
mail-code-unexpected-along = Haben Sie diese E-Mail nicht erwartet? Dann brauchen Sie nichts zu tun. Wenn Sie möchten, sagen Sie { $contact } Bescheid.

## Die Mitteilung, dass etwas gelesen wurde

mail-notice-subject =
    { $count ->
        [one] Eine neue Empfangsbestätigung: { $subject }
       *[other] { $count } neue Empfangsbestätigungen: { $subject }
    }
mail-notice-intro =
    { $count ->
        [one] zu Ihrer Freigabe „{ $subject }“ gibt es eine neue Empfangsbestätigung:
       *[other] zu Ihrer Freigabe „{ $subject }“ gibt es { $count } neue Empfangsbestätigungen:
    }
mail-notice-line =
    { $time }: { $recipient } hat { $action ->
        [preview] „{ $document }“ angesehen
        [archive] alles aus „{ $document }“ als eine ZIP-Datei heruntergeladen
        [watermarked] „{ $document }“ mit Wasserzeichen heruntergeladen
        [upload] „{ $document }“ eingesandt
       *[download] „{ $document }“ heruntergeladen
    } ({ $action ->
        [upload] { $outcome ->
            [complete] es liegt im Eingangsordner der Freigabe
           *[part] darin wurde ein Virus gefunden; es wurde entfernt
        }
       *[download] { $outcome ->
            [complete] vollständig gesendet
            [part] zum Teil gesendet
            [broken] zum Teil gesendet; es endete vorzeitig bei „{ $broken }“, das nicht gegeben werden konnte
            [interrupted] unser Server wurde währenddessen angehalten
           *[open] dauert noch an
        }
    })
mail-notice-more =
    { $count ->
        [one] Eine weitere Empfangsbestätigung ist hier nicht aufgeführt.
       *[other] { $count } weitere Empfangsbestätigungen sind hier nicht aufgeführt.
    }
mail-notice-meaning = Eine Empfangsbestätigung sagt, was unser Server wem gesendet hat und wann. Ob jemand es aufmerksam gelesen hat, kann sie nicht sagen.

## Das Ende des Zugangs

mail-access-ended-subject = Der Zugang ist beendet: { $subject }
mail-access-ended-expired = die Freigabe „{ $subject }“ von { $owner } ({ $organisation }) ist wie vorgesehen abgelaufen.
mail-access-ended-stopped = { $owner } ({ $organisation }) hat die Freigabe „{ $subject }“ für Sie beendet.
mail-access-ended-effect = Ihr Link öffnet die Dokumente nicht mehr. Sie brauchen nichts zu tun.
mail-access-ended-help = Brauchen Sie die Dokumente noch? Fragen Sie { $owner } ({ $address }) oder { $contact }.

mail-share-ended-subject = Ihre Freigabe ist beendet: { $subject }
mail-share-ended-expired = Ihre Freigabe „{ $subject }“ ist wie vorgesehen abgelaufen ({ $when }).
mail-share-ended-stopped = Ihre Freigabe „{ $subject }“ wurde beendet ({ $when }).
mail-share-ended-recipients =
    { $count ->
        [one] Eine Person hatte einen Link. Er öffnet die Dokumente nicht mehr. Die Empfangsbestätigungen bleiben erhalten.
       *[other] { $count } Personen hatten Links. Sie öffnen die Dokumente nicht mehr. Die Empfangsbestätigungen bleiben erhalten.
    }
mail-share-ended-again = Braucht noch jemand die Dokumente? Geben Sie der Freigabe ein neues Ende: Dieselben Links gelten dann wieder.

## Dokumente, die sich seit der Freigabe geändert haben

mail-changed-subject = Seit der Freigabe geändert: { $subject }
mail-changed-intro = jemand hat Ihre Freigabe „{ $subject }“ geöffnet und Dokumente vorgefunden, die nicht mehr die freigegebenen sind:
mail-changed-effect = Davon wurde nichts herausgegeben: Die Freigabe hält an den Fassungen fest, mit denen sie angelegt wurde, und die Seiten sagen, dass sich das Dokument geändert hat.
mail-changed-advice = Sollen die Empfänger bekommen, was jetzt da ist? Sehen Sie sich die Dokumente zuerst an und führen Sie dann aus: doorward share pin { $id }

## Eine E-Mail, die nicht zugestellt werden konnte

mail-failed-subject = Nicht zugestellt an { $recipient }: { $subject }
mail-failed-intro = eine E-Mail zu Ihrer Freigabe „{ $subject }“ konnten wir { $recipient } nicht zustellen.
mail-failed-full = Das Postfach ist voll.
mail-failed-gave-up = Wir haben es über mehrere Stunden viele Male vergeblich versucht.
mail-failed-no-mailbox = Ein Postfach mit dieser Adresse gibt es anscheinend nicht. Vielleicht ist ein Tippfehler darin.
mail-failed-other = Der Mailserver der Gegenseite hat sie nicht angenommen.
mail-failed-policy = Eine Regel des Mailservers der Gegenseite lässt sie nicht zu.
mail-failed-answer = Im Einzelnen: { $answer }
mail-failed-advice = Bitte prüfen Sie die Adresse. Wenn sie stimmt, können Sie dieser Person den Link auf anderem Weg geben: Ohne das Postfach nützt er niemandem, ein Brief oder eine Nachricht genügt also. Der Code muss trotzdem in das Postfach gelangen.

## Die Probe-E-Mail

mail-trial-subject = Probe-E-Mail für { $organisation }
mail-trial-body = Wenn Sie das lesen können, kommen E-Mails von { $organisation } in diesem Postfach an. Sie brauchen nichts zu tun.

## Die Erinnerung vor dem Ende einer Freigabe, an alle, die noch nichts gelesen haben

mail-reminder-subject = Bis zum { $until }: { $subject }
mail-reminder-intro = { $owner } ({ $organisation }) stellt Ihnen „{ $subject }“ bis zum { $until } bereit. Sie haben noch nichts davon angesehen.
mail-reminder-link = Das ist Ihr persönlicher Link, derselbe wie bisher:
mail-reminder-help = Brauchen Sie mehr Zeit, oder haben Sie eine Frage? Fragen Sie { $owner } ({ $address }) oder { $contact }.
mail-reminder-once = Wir erinnern Sie nur dieses eine Mal. Wenn Sie die Dokumente nicht lesen möchten, brauchen Sie nichts zu tun.

## Was ein Empfänger gesagt hat, an die Person, der die Freigabe gehört

mail-said-anybody = Das wurde auf der Seite hinter dem Link gesagt. Sie kann öffnen, wer den Link hat; auch Prüfprogramme für E-Mails drücken Schaltflächen. Wenn es wichtig ist, fragen Sie die Person.
mail-said-proven = Das wurde gesagt, nachdem der Code aus ihrem Postfach eingegeben war.

mail-declined-subject = { $recipient } stimmt nicht zu: { $subject }
mail-declined-intro = jemand mit dem Link von { $recipient } stimmt dem Text nicht zu, dem vor Ihrer Freigabe „{ $subject }“ zuzustimmen ist.
mail-declined-effect = Es wurde nichts gezeigt, und sonst hat sich nichts geändert: Wer später zustimmt, kommt hinein. Vielleicht gibt es eine Frage zum Text.

mail-time-subject = { $recipient } bittet um mehr Zeit: { $subject }
mail-time-intro = { $recipient } bittet um mehr Zeit, um Ihre Freigabe „{ $subject }“ zu lesen.
mail-time-ended = Sie endete am { $expires }. Erbeten ist sie bis zum { $day }.
mail-time-ends = Sie endet am { $expires }. Erbeten ist sie bis zum { $day }.
mail-time-yes = Wenn Sie einverstanden sind, führen Sie das hier aus. Die Links bleiben dieselben, und eine E-Mail sagt es allen, die darum gebeten haben:
mail-time-no = Wenn nicht, brauchen Sie nichts zu tun.

mail-unwanted-subject = Nicht für { $recipient } bestimmt: { $subject }
mail-unwanted-intro = jemand mit dem Link von { $recipient } sagt, dass Ihre Freigabe „{ $subject }“ nicht für diese Adresse bestimmt ist.
mail-unwanted-effect = An diese Adresse geht keine E-Mail zu dieser Freigabe mehr, bis jemand mit diesem Link zustimmt oder einen Code anfordert. Der Zugang ist wie zuvor. Bitte prüfen Sie die Adresse.
mail-unwanted-stop = Wenn die Adresse falsch ist, beenden Sie ihren Zugang:
mail-unwanted-intro-ended = { $recipient } sagt, dass Ihre Freigabe „{ $subject }“ nicht für diese Adresse bestimmt ist, und hat den eigenen Zugang beendet.
mail-unwanted-effect-ended = Der Link öffnet nichts mehr, und dorthin geht keine E-Mail mehr. Wenn das ein Versehen war, legen Sie eine neue Freigabe an.

## Mehr Zeit, an einen Empfänger, der darum gebeten hat

mail-extended-subject = Sie haben mehr Zeit: { $subject }
mail-extended-intro = { $owner } ({ $organisation }) gibt Ihnen mehr Zeit für „{ $subject }“: Die Freigabe ist bis zum { $expires } offen.
mail-extended-link = Ihr Link ist derselbe wie bisher:

## Kopien für einen Empfänger

mail-agreed-subject = Der Text, dem Sie zugestimmt haben: { $subject }
mail-agreed-intro = am { $when } haben Sie diesem Text zugestimmt, um „{ $subject }“ von { $owner } ({ $organisation }) zu öffnen. Das ist Ihre Kopie:
mail-agreed-digest = Fassung { $version }. Ihre Zustimmung ist mit dieser Prüfsumme des Textes vermerkt (SHA-256): { $digest }

mail-copy-subject = Was Sie geöffnet haben: { $subject }
mail-copy-intro = das ist Ihre eigene Kopie dessen, was bei Ihrem Besuch von „{ $subject }“ von { $owner } ({ $organisation }) vermerkt wurde:
mail-copy-line =
    { $time }: { $action ->
        [preview] angesehen:
        [archive] als eine ZIP-Datei heruntergeladen:
        [watermarked] mit Wasserzeichen heruntergeladen:
        [upload] eingesandt:
       *[download] heruntergeladen:
    } „{ $document }“
mail-copy-unexpected = Waren Sie das nicht? Dann kann jemand anderes Ihr Postfach lesen. Bitte sagen Sie uns sofort Bescheid.
