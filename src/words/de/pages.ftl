# Die Wörter der Seiten für Empfänger.

## Jede Seite

skip-to-content = Zum Inhalt springen
contact-label = Fragen?
privacy-of = Wie { $organisation } mit personenbezogenen Daten umgeht
delivered-by = Zugestellt von Doorward im Auftrag von { $organisation }
steps-label = Ihr Weg zu den Dokumenten
language-label = Sprache
language-de = Deutsch
language-en = English
step-ask = Code anfordern
step-enter = Code eingeben
step-open = Dokumente öffnen

## Zahlen

decimal-mark = ,
size-bytes = { $bytes ->
    [one] { $bytes }{ "\u00A0" }Byte
   *[other] { $bytes }{ "\u00A0" }Byte
}
size-kilobytes = { $number }{ "\u00A0" }kB
size-megabytes = { $number }{ "\u00A0" }MB
size-gigabytes = { $number }{ "\u00A0" }GB
size-terabytes = { $number }{ "\u00A0" }TB
day = { $day }.{ "\u00A0" }{ $month } { $year }
clock = { $hour }:{ $minute }{ "\u00A0" }Uhr
clock-zone = { $clock } { $zone }
on-day = { $clock } am { $day }
moment = { $day }, { $clock } { $zone }
minutes = { $minutes ->
    [one] eine Minute
   *[other] { $minutes } Minuten
}
hours = { $hours ->
    [one] eine Stunde
   *[other] { $hours } Stunden
}
zone-cest = MESZ
zone-cet = MEZ
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember

## Was freigegeben ist. In Ziffern, weil die Wörter in jedem Fall stehen: „stellt Ihnen 1 Ordner bereit“, „1 Ordner“.

what-documents = { $documents ->
    [one] 1 Dokument
   *[other] { $documents } Dokumente
}
what-folders = { $folders ->
    [one] 1 Ordner
   *[other] { $folders } Ordner
}
what-both = { $documents } und { $folders }
what-nothing = Dokumente

kind-archive = Archiv
kind-audio = Ton
kind-document = Textdokument
kind-folder = Ordner
kind-image = Bild
kind-mail = E-Mail
kind-other = Datei
kind-pdf = PDF
kind-slides = Präsentation
kind-table = Tabelle
kind-text = Reiner Text
kind-video = Video
kind-web = Webseite

## Die Seite hinter einem Link

link-title = { $owner } stellt Ihnen { $what } bereit
link-subject = Betreff
link-from = Von
link-from-value = { $owner }, { $organisation }
link-for = Für
link-until = Verfügbar bis
link-may = Sie dürfen
link-may-view = Nur ansehen, nicht herunterladen
link-may-marked = Ansehen und mit Wasserzeichen herunterladen
link-may-download = Ansehen und herunterladen
link-no-effect = Dass Sie diese Seite geöffnet haben, hat nichts verändert: Es wurde keine E-Mail verschickt, und nichts gilt als gelesen.
terms-eyebrow = Bitte lesen Sie das zuerst
terms-version = Über diesen Text, Fassung { $version }
terms-digest = Ihre Zustimmung wird mit dieser Prüfsumme des Textes festgehalten (SHA-256):
link-agree-note = Wenn Sie zustimmen, senden wir einen Einmalcode an { $address }. Indem Sie ihn auf der nächsten Seite eingeben, zeigen Sie, dass das Postfach Ihnen gehört; Ihre Zustimmung wird dann mit Ihrer Adresse, der Uhrzeit und diesem Text festgehalten.
link-send-note = Wir senden einen Einmalcode an { $address }. Indem Sie ihn auf der nächsten Seite eingeben, zeigen Sie, dass das Postfach Ihnen gehört.
link-agree = Ich stimme zu, bitte Code senden
link-send = Code senden

## Die Seite, die nach dem Code fragt

code-title = Geben Sie Ihren Code ein
code-title-none = Sie brauchen einen neuen Code
code-title-unsent = Diesmal wurde kein Code gesendet
code-title-problem = Fehler: { $title }
code-lead = Wir haben einen Einmalcode an { $address } gesendet. Meist ist er nach einer Minute da, manchmal erst nach einigen. Er ist { $valid } lang gültig.
code-lead-delayed = Die E-Mail mit dem Einmalcode für { $address } konnte noch nicht gesendet werden. Wir versuchen es weiter; er ist { $valid } lang gültig, von Ihrer Anforderung an. Wenn sie nicht ankommt, fragen Sie die Person, die mit Ihnen teilt.
code-lead-earlier = Geben Sie den Code aus der neuesten E-Mail an { $address } ein. Ein Code ist { $valid } lang gültig.
code-lead-new = Wir senden ihn an { $address }. Er ist { $valid } lang gültig.
code-lead-new-later = Er kann später an { $address } gesendet werden.
code-lead-unsent = In kurzer Zeit wurden mehrere Codes an { $address } gesendet, deshalb muss dieser warten.
code-lead-other-browsers = Für andere Browser wurden Codes an { $address } gesendet, die noch nicht benutzt sind.
code-lead-told = Ein Code für { $address } wurde Ihnen vorgelesen. Er ist von da an { $valid } lang gültig.
code-label = Code
code-hint = { $digits } Ziffern; Leerzeichen spielen keine Rolle.
code-send = Dokumente öffnen
code-expired = Dieser Code ist abgelaufen.
code-malformed = Ein Code hat { $digits } Ziffern. Bitte sehen Sie noch einmal in der E-Mail nach.
code-slow = Es wurden zu viele falsche Codes eingegeben. Zu Ihrer Sicherheit ist der nächste Versuch um { $until } möglich.
code-void = Dieser Code wurde zu oft falsch eingegeben und gilt nicht mehr.
code-wrong = { $left ->
    [one] Das ist nicht der Code, den wir gesendet haben. Sie haben noch einen Versuch.
   *[other] Das ist nicht der Code, den wir gesendet haben. Sie haben noch { $left } Versuche.
}

help-title = Nichts angekommen?
help-spam = Sehen Sie im Ordner für Spam oder unerwünschte E-Mails nach.
help-wait = Warten Sie bis zu zehn Minuten: Manche Mailserver halten E-Mails von Absendern zurück, die sie noch nicht kennen.
help-mailbox = Prüfen Sie, ob Sie in das Postfach von { $address } sehen.
help-ask = Wenn nichts hilft, fragen Sie { $owner }.
help-ask-contact = Sie erreichen { $organisation } auch so: { $contact }.
resend-now = Sie können ihn noch einmal senden lassen.
resend-after = Um { $at } können Sie ihn noch einmal senden lassen.
resend-after-new = Das ist um { $at } möglich.
resend-left = Noch zu warten:
resend-ready = Sie können ihn jetzt anfordern.
resend-not-today = An dieses Postfach können vorerst keine Codes mehr gesendet werden. Um { $at } können Sie wieder einen anfordern. Wenn Sie nicht warten können, fragen Sie { $owner }.
resend-other-browsers = Benutzen Sie den Code in dem Browser, der ihn angefordert hat, oder fordern Sie hier um { $at } wieder einen an. Wenn Sie nicht warten können, fragen Sie { $owner }.
resend-again = Code noch einmal senden
resend-new = Neuen Code senden

## Die Seite einer Freigabe

crumbs-label = Wo Sie sind
list-title = Dokumente von { $owner }
list-lead-until = Verfügbar bis zum { $expires }.
list-lead = Bereitgestellt von { $owner }. Verfügbar bis zum { $expires }.
message-title = Nachricht von { $owner }
view-only-title = Nur zum Ansehen.
view-only-text = Sie können diese Dokumente hier Seite für Seite ansehen; jede Seite trägt Ihre Adresse und die Uhrzeit. Herunterladen können Sie sie nicht. Wenn Sie eine Kopie brauchen, fragen Sie { $owner }.
view-marked-title = Zum Ansehen.
view-marked-text = Sie können diese Dokumente hier Seite für Seite ansehen und als PDF mit Wasserzeichen herunterladen; jede Seite trägt Ihre Adresse und die Uhrzeit. Die Originale werden nicht herausgegeben.
view-none-text = Sie können nicht heruntergeladen werden, und dieser Server kann Dokumente nicht im Browser zeigen. Fragen Sie { $owner }.
view-none-download = Dieser Server kann Dokumente nicht im Browser zeigen. Sie können sie herunterladen.
column-name = Name
column-kind = Art
column-size = Größe
column-changed = Geändert
changed-label = Geändert
find-label = Nach Namen suchen
find-go = Zeigen
find-all = Alle zeigen
find-none = Hier hat nichts diesen Text im Namen.
order-label = Reihenfolge
order-name = Name, A bis Z
order-name-down = Name, Z bis A
order-changed = Älteste zuerst
order-changed-down = Neueste zuerst
order-size = Kleinste zuerst
order-size-down = Größte zuerst
pages-label = Seiten dieser Liste
pages-now = Seite { $page } von { $pages }
pages-previous = Seite davor
pages-next = Nächste Seite
open-folder = Öffnen
play = Abspielen
view = Ansehen
download = Herunterladen
download-marked = Mit Wasserzeichen herunterladen
note-changed = Seit der Freigabe geändert und deshalb nicht herausgegeben.
note-missing = Nicht mehr an seinem Platz.
note-unavailable = Im Augenblick nicht erreichbar.
note-view-only = Nur zum Ansehen
note-media-only = Ton und Film können nur abgespielt werden, wo das Herunterladen erlaubt ist
note-media-save = Browser spielen diese Art nicht ab; laden Sie die Datei zum Abspielen herunter
note-no-view = Für diese Art von Datei gibt es keine Vorschau
list-empty-folder = Dieser Ordner ist leer.
list-empty-share = Hier ist im Augenblick nichts.
list-truncated = Nur die ersten { $shown } Einträge werden gezeigt; dieser Ordner hat mehr.
list-hidden = { $hidden ->
    [one] Ein weiterer Eintrag ist von einer Art, die nicht herausgegeben werden kann.
   *[other] { $hidden } weitere Einträge sind von einer Art, die nicht herausgegeben werden kann.
}
list-receipts = Wenn Sie ein Dokument öffnen, erhält { $owner } eine Empfangsbestätigung mit Ihrer Adresse und der Uhrzeit.
leave-note = Sie bleiben bis { $at } angemeldet, und länger, solange Sie diese Seite benutzen.
leave = Ich bin fertig
session-soon = Sie werden bald abgemeldet, wenn Sie nicht weiterlesen.
session-stay = Angemeldet bleiben
session-over = Vielleicht wurden Sie inzwischen abgemeldet. Wenn sich ein Dokument nicht öffnet, öffnen Sie den Link in Ihrer E-Mail noch einmal.

## Die Seite vor einem Archiv

archive-link = Alles als ZIP-Datei herunterladen
archive-name = Dokumente
archive-title = Alle Dokumente als ZIP-Datei herunterladen
archive-title-folder = „{ $name }“ als ZIP-Datei herunterladen
archive-holds = Inhalt
archive-holds-value = { $documents }, { $size }
archive-file = Datei
archive-file-value = eine ZIP-Datei mit { $size }, nicht komprimiert
archive-break = Bei Abbruch
archive-resumable = Bricht das Herunterladen ab, kann es dort weitergehen, solange Sie angemeldet sind.
archive-not-resumable = Bricht das Herunterladen ab, muss es von vorn beginnen, weil sich diese Dokumente noch ändern können.
archive-withheld = Nicht enthalten
archive-withheld-more = { $more ->
    [one] Ein weiteres ist nicht enthalten; die Liste in der ZIP-Datei nennt es.
   *[other] { $more } weitere sind nicht enthalten; die Liste in der ZIP-Datei nennt sie.
}
archive-renamed = { $renamed ->
    [one] Ein Dokument hat in der ZIP-Datei einen anderen Namen, weil manche Computer seinen eigenen nicht annehmen. Die Liste in der ZIP-Datei sagt, welches.
   *[other] { $renamed } Dokumente haben in der ZIP-Datei andere Namen, weil manche Computer ihre eigenen nicht annehmen. Die Liste in der ZIP-Datei sagt, welche.
}
archive-list = Am Anfang der ZIP-Datei steht eine Liste ihres Inhalts, MANIFEST.jsonl, mit der Größe jedes Dokuments und, wo sie bekannt ist, seiner Prüfsumme (SHA-256).
archive-nothing = Nichts davon kann im Augenblick heruntergeladen werden. Wenn Sie es brauchen, fragen Sie { $owner }.
archive-get = ZIP-Datei herunterladen
archive-receipt = { $owner } erhält eine einzige Empfangsbestätigung für die ZIP-Datei, mit allen Dokumenten darin, Ihrer Adresse und der Uhrzeit.
archive-back = Zurück zu den Dokumenten

## Die Seite, die ein Dokument zeigt

viewer-back = Zurück zu den Dokumenten
viewer-above = Zurück zu „{ $name }“
viewer-part = Anlage { $number }
viewer-label = Seiten des Dokuments
viewer-pages = Seiten
viewer-page = Seite
viewer-of = von { $count }
viewer-page-of = Seite { $page } von { $count }
viewer-first = Erste Seite
viewer-previous = Vorige Seite
viewer-next = Nächste Seite
viewer-last = Letzte Seite
viewer-go = Los
viewer-zoom = Vergrößerung
viewer-zoom-to = { $percent }{ "\u00A0" }%
viewer-zoom-in = Größer
viewer-zoom-out = Kleiner
viewer-zoom-fit = Einpassen
viewer-thumbs = Übersicht
viewer-print = Drucken
viewer-text-show = Text der Seiten zeigen
viewer-text-of = Text von Seite { $page }
viewer-no-text = Auf dieser Seite steht kein Text, der gelesen werden konnte.
viewer-busy = Der Server hat gerade viel zu tun. Die nächsten Seiten kommen von selbst.
viewer-ended = Sie wurden abgemeldet, oder die Freigabe ist beendet. Um weiterzulesen, öffnen Sie den Link in Ihrer E-Mail noch einmal.
viewer-offline = Der Server ist nicht erreichbar. Die Seiten kommen, sobald er wieder antwortet.
viewer-failed = Diese Seite kann nicht gezeigt werden.
viewer-no-print = Diese Seiten sind zum Ansehen am Bildschirm bestimmt und werden nicht gedruckt. Wenn Sie sie auf Papier brauchen, fragen Sie { $owner }.
viewer-parts = { $count ->
    [one] Ein Dokument ist angehängt
   *[other] { $count } Dokumente sind angehängt
}
viewer-part-name = Anlage { $number }: { $name }
viewer-receipt = Während Sie lesen, erhält { $owner } eine Empfangsbestätigung mit Ihrer Adresse, den Seiten und den Uhrzeiten.
viewer-mark = Jede Seite trägt Ihre Adresse und die Uhrzeit.
viewer-note-text-only = Gezeigt wird der Text mit seinen Tabellen. Gestaltung, Bilder und Diagramme des Originals fehlen.
viewer-note-form-may-look-empty = Dieses Dokument enthält ein Formular. Was darin ausgefüllt wurde, fehlt hier vielleicht, obwohl es im Original steht.
viewer-note-shortened = Das Dokument ist sehr lang; nur sein erster Teil wird gezeigt.
viewer-note-first-frame = Das ist ein bewegtes Bild; nur sein erstes Einzelbild wird gezeigt.
viewer-note-nothing-fetched = Was das Dokument von anderswo laden würde, fehlt.
viewer-note-hidden-left-out = Was darin ausgeblendet ist, etwa Blätter, Zeilen oder Folien, oder was gelöscht wurde, fehlt.
viewer-note-unreadable-characters = Einige Zeichen konnten nicht gelesen werden und sind als � dargestellt.

## Die Seite, die Ton oder Film abspielt

play-cannot = Ihr Browser kann diese Art nicht abspielen.
play-receipt = Das Abspielen zählt als Herunterladen: { $owner } erhält eine Empfangsbestätigung mit Ihrer Adresse und der Uhrzeit, sobald Sie auf Wiedergabe drücken. Dass Sie diese Seite öffnen, löst keine aus.
play-own-device = Wenn es hier nicht abgespielt wird, laden Sie es herunter und spielen Sie es auf Ihrem eigenen Gerät ab.

## Die Seite, auf der Dokumente eingesandt werden

upload-link = Dokumente senden
upload-title = Dokumente senden
upload-lead = Was Sie hier senden, erhält { $owner } und niemand sonst, der einen Link hat.
upload-choose = Wählen Sie ein oder mehrere Dokumente
upload-limits = { $left ->
    [one] Sie können noch ein Dokument senden, bis zu { $each } groß.
   *[other] Sie können noch { $left } Dokumente senden, jedes bis zu { $each } und alle zusammen bis zu { $all } groß.
}
upload-send = Senden
upload-full = Sie haben so viel gesendet, wie diese Freigabe aufnimmt. Wenn Sie mehr haben, fragen Sie { $owner }.
upload-stop = Abbrechen
upload-waiting = alles ist da; es wird geprüft
upload-stopped = Sie haben abgebrochen. Nichts davon wurde behalten.
upload-done = Alles wurde gesendet. Was daraus geworden ist, steht in der Liste.
upload-failed = Es konnte nicht gesendet werden. Bitte versuchen Sie es später noch einmal.
upload-too-large = Es ist größer als das, was hier gesendet werden kann.
upload-sent = Was Sie gesendet haben
upload-column-sent = Gesendet
upload-column-state = Stand
upload-unnamed = Das Dokument
upload-state-open = nicht fertig; wählen Sie es noch einmal, um fortzufahren
upload-state-checking = vollständig, wird geprüft
upload-state-waiting = vollständig, aber am Ziel ist gerade kein Platz; es wird von selbst wieder versucht, und Sie brauchen nichts noch einmal zu senden
upload-state-received = angekommen
upload-state-infected = entfernt, weil ein Virus darin gefunden wurde
upload-state-kind = nicht angenommen: Diese Art von Datei ist nicht zugelassen
upload-problem-cut = „{ $name }“ ist nicht vollständig angekommen. Nichts davon wurde behalten; bitte senden Sie es noch einmal.
upload-problem-infected = In „{ $name }“ wurde ein Virus gefunden. Es wurde entfernt.
upload-problem-kind = „{ $name }“ wurde nicht angenommen, weil diese Art von Datei hier nicht zugelassen ist.
upload-problem-link-full = „{ $name }“ ist größer als das, was Sie hier noch senden können: { $limit } sind übrig.
upload-problem-locked = „{ $name }“ wird schon gesendet, vielleicht in einem anderen Fenster.
upload-problem-missing = „{ $name }“ kann nicht fortgesetzt werden. Bitte senden Sie es noch einmal von Anfang an.
upload-problem-no-room = „{ $name }“ konnte nicht angenommen werden, weil gerade kein Platz dafür ist. Bitte senden Sie es später noch einmal.
upload-problem-none = Es wurde kein Dokument gewählt. Bitte wählen Sie eines und senden Sie es.
upload-problem-too-large = „{ $name }“ ist zu groß. Ein Dokument darf hier bis zu { $limit } haben.
upload-problem-too-many = „{ $name }“ wurde nicht angenommen: Hier können bis zu { $limit } Dokumente gesendet werden.

## Die Seite nach „Ich bin fertig“

left-title = Sie sind abgemeldet
left-text = Von der Freigabe bleibt in diesem Browser nichts offen. Dokumente, die Sie heruntergeladen haben, bleiben, wo Sie sie gespeichert haben.
left-again = Um wiederzukommen, öffnen Sie den Link in Ihrer E-Mail und fordern Sie einen neuen Code an.
left-again-until = Um wiederzukommen, öffnen Sie den Link in Ihrer E-Mail und fordern Sie einen neuen Code an. Die Freigabe ist bis zum { $expires } verfügbar.
left-receipts = Die Empfangsbestätigungen für das, was Sie geöffnet haben, bleiben erhalten.

## Die bloße Adresse

home-title = Hier werden Dokumente übergeben
home-lead = { $organisation } stellt über diesen Server Menschen außerhalb des eigenen Hauses Dokumente bereit.
home-how = Um zu öffnen, was Ihnen bereitgestellt wurde, benutzen Sie den Link in der E-Mail, die Sie erhalten haben.
home-nothing = Auf dieser Seite gibt es nichts zu suchen und nichts, wo Sie sich anmelden könnten.

## Ablehnungen: was geschehen ist, warum, und was nun zu tun ist. { $whom } ist, wem die Freigabe gehört, oder der nächste Text, immer im Akkusativ;
## { $when } ist einer der beiden danach.

whom-sender = die Person, die Ihnen den Link geschickt hat
when-at = um { $at }
when-soon = in einigen Minuten
refusal-back = Zurück zu den Dokumenten
refusal-read-again = Den neuen Text lesen
refusal-again = Jetzt noch einmal versuchen
refusal-reference = Wenn Sie um Hilfe bitten, nennen Sie „{ $name }, { $status }“.

refusal-bad-form-title = Dieses Formular war nicht brauchbar
refusal-bad-form-text = Etwas darin fehlte, oder die Seite war zu lange geöffnet. Es wurde nichts verändert.
refusal-bad-form-next = Bitte gehen Sie zurück, laden Sie die Seite neu und senden Sie das Formular noch einmal.

refusal-busy-title = Einen Augenblick, bitte
refusal-busy-text = Dieser Server hat so viel zu tun, wie er bewältigen kann, und hat mit Ihrer Anfrage deshalb nicht begonnen.
refusal-busy-next = Bitte versuchen Sie es { $when } noch einmal.

refusal-archive-changed-title = Diese Dokumente sind nicht mehr dieselben
refusal-archive-changed-text = Im Ordner hat sich etwas geändert, seit die ZIP-Datei zusammengestellt wurde. Sie kann deshalb so nicht heruntergeladen oder fortgesetzt werden.
refusal-archive-changed-next = Gehen Sie zurück zu den Dokumenten und laden Sie die ZIP-Datei neu herunter.

refusal-archive-too-large-title = Das ist zu viel für eine ZIP-Datei
refusal-archive-too-large-text = Es sind mehr oder größere Dokumente, als dieser Server in eine ZIP-Datei aufnimmt.
refusal-archive-too-large-next = Öffnen Sie einen Ordner darin und laden Sie diesen als ZIP-Datei herunter, oder laden Sie die Dokumente einzeln herunter.

refusal-changed-since-redacted-title = Dieses Dokument wird noch einmal durchgesehen
refusal-changed-since-redacted-text = Teile davon sind geschwärzt, und es hat sich seither geändert. Es wird erst wieder gezeigt, wenn die Stellen neu gekennzeichnet sind.
refusal-changed-since-redacted-next = Fragen Sie { $whom }, wann es wieder geöffnet werden kann.

refusal-cross-site-title = Das kam von einer anderen Website
refusal-cross-site-text = Bei diesem Server ist ein Formular angekommen, das nicht von einer seiner eigenen Seiten stammt. Es wurde nicht angenommen, und es wurde nichts verändert.
refusal-cross-site-next = Öffnen Sie den Link in Ihrer E-Mail und machen Sie von dort aus weiter.

refusal-document-changed-title = Dieses Dokument hat sich seit der Freigabe geändert
refusal-document-changed-text = Ihnen wurde das Dokument gegeben, wie es damals war. Was jetzt an seiner Stelle liegt, ist nicht dasselbe und wird deshalb nicht herausgegeben.
refusal-document-changed-next = Bitten Sie { $whom }, Ihnen die neue Fassung bereitzustellen.

refusal-document-missing-title = Dieses Dokument ist nicht mehr da
refusal-document-missing-text = Es wurde nach der Freigabe verschoben, umbenannt oder gelöscht.
refusal-document-missing-next = Fragen Sie { $whom }, wo es zu finden ist.

refusal-expired-title = Diese Freigabe ist abgelaufen
refusal-expired-text = Die Dokumente waren bis zu einem bestimmten Tag freigegeben, und dieser Tag ist vorbei.
refusal-expired-next = Wenn Sie sie noch brauchen, bitten Sie { $whom }, die Freigabe zu verlängern. Ihr Link gilt dann wieder.

refusal-form-too-large-title = Das war zu viel auf einmal
refusal-form-too-large-text = Das Formular ist größer als das, was diese Seite annimmt. Es wurde nichts verändert.
refusal-form-too-large-next = Bitte gehen Sie zurück und füllen Sie nur aus, was die Seite verlangt.

refusal-internal-title = Bei uns ist etwas schiefgegangen
refusal-internal-text = Das ist ein Fehler dieses Servers. Sie haben nichts falsch gemacht.
refusal-internal-next = Bitte versuchen Sie es { $when } noch einmal. Wenn es wieder geschieht, verständigen Sie { $whom }.

refusal-marked-only-title = Dieses Dokument wird mit Wasserzeichen heruntergeladen
refusal-marked-only-text = Es ist zum Ansehen freigegeben und zum Herunterladen als PDF, das auf jeder Seite Ihre Adresse trägt. Das Original verlässt diesen Server nicht.
refusal-marked-only-next = Gehen Sie zurück zu den Dokumenten und wählen Sie „Mit Wasserzeichen herunterladen“. Wenn Sie das Original brauchen, fragen Sie { $whom }.

refusal-method-not-allowed-title = Das geht hier nicht
refusal-method-not-allowed-text = Die Adresse stimmt, aber nicht für das, was Ihr Browser oder Programm von ihr verlangt hat.
refusal-method-not-allowed-next = Öffnen Sie den Link in Ihrer E-Mail und machen Sie von dort aus weiter.

refusal-misdirected-title = Diese Adresse gehört zu einem anderen Namen
refusal-misdirected-text = Unter dem Namen in der Adresszeile übergibt dieser Server keine Dokumente.
refusal-misdirected-next = Öffnen Sie den Link in Ihrer E-Mail genau so, wie er dort steht.

refusal-no-session-title = Bitte öffnen Sie Ihren Link noch einmal
refusal-no-session-text = Diese Seite öffnet sich, nachdem im selben Browser ein Code eingegeben wurde. In diesem ist das noch nicht geschehen, oder Sie haben sich seither abgemeldet.
refusal-no-session-next = Öffnen Sie den Link in Ihrer E-Mail und fordern Sie einen Code an. Das dauert eine Minute.

refusal-no-uploads-title = Hier kann nichts gesendet werden
refusal-no-uploads-text = Diese Freigabe gibt Ihnen Dokumente, nimmt aber keine von Ihnen an.
refusal-no-uploads-next = Wenn Sie etwas senden möchten, bitten Sie { $whom }, das zu erlauben.

refusal-not-found-title = Unter dieser Adresse ist nichts
refusal-not-found-text = Vielleicht ist ein Tippfehler darin, oder sie führt zu einer Seite, die es nicht mehr gibt.
refusal-not-found-next = Um zu öffnen, was Ihnen bereitgestellt wurde, benutzen Sie den Link in Ihrer E-Mail.

refusal-not-in-share-title = Das gehört nicht zu dieser Freigabe
refusal-not-in-share-text = Die Adresse führt zu etwas, das nicht für Sie freigegeben wurde oder nicht mehr da ist.
refusal-not-in-share-next = Wenn Ihnen ein Dokument fehlt, fragen Sie { $whom }.

refusal-not-played-title = Das kann nicht im Browser abgespielt werden
refusal-not-played-text = Es ist Ton oder Film in einer Form, die Browser nicht abspielen, oder es steckt in einem anderen Dokument.
refusal-not-played-next = Gehen Sie zurück zu den Dokumenten, laden Sie es herunter und spielen Sie es auf Ihrem eigenen Gerät ab. Wenn das nicht gelingt, bitten Sie { $whom } um eine andere Form davon.

refusal-precondition-failed-title = Das Dokument ist nicht mehr das, mit dem Sie begonnen haben
refusal-precondition-failed-text = Es hat sich geändert, seit das Herunterladen begann, und die Teile würden nicht zusammenpassen.
refusal-precondition-failed-next = Bitte beginnen Sie das Herunterladen noch einmal von vorn.

refusal-preview-busy-title = Einen Augenblick noch
refusal-preview-busy-text = Gerade werden andere Dokumente gezeichnet, und Ihres wartet, bis es an der Reihe ist. Diese Seite versucht es von selbst noch einmal.
refusal-preview-busy-next = Sie brauchen nichts zu tun. Es geht nichts verloren.

refusal-preview-damaged-title = Dieses Dokument kann nicht gezeigt werden
refusal-preview-damaged-text = Es scheint beschädigt zu sein, oder es ist nicht, was sein Name sagt.
refusal-preview-damaged-next = Bitten Sie { $whom }, es noch einmal oder in anderer Form bereitzustellen, etwa als PDF.

refusal-preview-empty-title = Dieses Dokument ist leer
refusal-preview-empty-text = Es enthält nichts, was gezeigt werden könnte.
refusal-preview-empty-next = Wenn Ihnen etwas fehlt, fragen Sie { $whom }.

refusal-preview-media-title = Ton und Film können nur abgespielt werden, wo das Herunterladen erlaubt ist
refusal-preview-media-text = Sie werden aus der Datei selbst abgespielt, also nicht in einer Freigabe, die ihre Dateien nicht herausgibt.
refusal-preview-media-next = Fragen Sie { $whom }, wie Sie es hören oder sehen können, oder bitten Sie um die Freigabe zum Herunterladen.

refusal-preview-page-title = Diese Seite gibt es nicht
refusal-preview-page-text = Die Adresse nennt eine Seite oder eine Anlage, die dieses Dokument nicht hat.
refusal-preview-page-next = Gehen Sie zurück zu den Dokumenten und öffnen Sie es noch einmal. Wenn etwas fehlt, fragen Sie { $whom }.

refusal-preview-protected-title = Dieses Dokument verlangt ein Passwort
refusal-preview-protected-text = Es ist mit einem Passwort geschützt, deshalb kann dieser Server seine Seiten nicht zeichnen.
refusal-preview-protected-next = Bitten Sie { $whom }, es ohne Passwort bereitzustellen.

refusal-preview-too-hard-title = Dieses Dokument ist zu aufwendig
refusal-preview-too-hard-text = Es zu zeichnen braucht mehr Zeit oder Speicher, als dieser Server für ein Dokument hat.
refusal-preview-too-hard-next = Bitten Sie { $whom } um eine andere Form davon, etwa ein einfacheres PDF.

refusal-preview-too-large-title = Dieses Dokument ist zu groß, um es zu zeigen
refusal-preview-too-large-text = Es ist größer als das, was dieser Server zeichnet.
refusal-preview-too-large-next = Bitten Sie { $whom }, es in Teilen oder in anderer Form bereitzustellen, etwa als kleineres PDF.

refusal-preview-unavailable-title = Auf diesem Server können keine Dokumente gezeigt werden
refusal-preview-unavailable-text = Das Zeigen von Dokumenten im Browser ist hier nicht eingerichtet.
refusal-preview-unavailable-next = Bitten Sie { $whom } um einen anderen Weg zum Dokument.

refusal-preview-unreadable-title = Dieses Dokument konnte nicht gelesen werden
refusal-preview-unreadable-text = Es konnte nicht bis zum Ende gelesen werden, oder es hat sich in diesem Augenblick geändert. Ihr Zugang ist nicht betroffen.
refusal-preview-unreadable-next = Bitte versuchen Sie es { $when } noch einmal. Wenn es wieder geschieht, verständigen Sie { $whom }.

refusal-preview-unsupported-title = Für diese Art von Dokument gibt es keine Vorschau
refusal-preview-unsupported-text = Dieser Server weiß nicht, wie seine Seiten zu zeichnen sind.
refusal-preview-unsupported-next = Bitten Sie { $whom } um eine andere Form davon, etwa ein PDF.

refusal-preview-only-title = Dieses Dokument kann nicht heruntergeladen werden
refusal-preview-only-text = Es ist nur zum Ansehen freigegeben, deshalb verlässt das Dokument selbst diesen Server nicht.
refusal-preview-only-next = Wenn Sie eine Kopie brauchen, fragen Sie { $whom }.

refusal-range-not-satisfiable-title = Diesen Teil gibt es nicht
refusal-range-not-satisfiable-text = Ihr Browser oder Programm hat einen Teil verlangt, der hinter dem Ende des Dokuments liegt.
refusal-range-not-satisfiable-next = Bitte beginnen Sie das Herunterladen noch einmal von vorn.

refusal-recipient-stopped-title = Ihr Zugang wurde beendet
refusal-recipient-stopped-text = Ihr persönlicher Link öffnet diese Freigabe nicht mehr.
refusal-recipient-stopped-next = Wenn Sie das für einen Irrtum halten, fragen Sie { $whom }.

refusal-session-ended-title = Sie wurden abgemeldet
refusal-session-ended-text = Das geschieht, wenn Sie eine Weile nichts anklicken oder die längste Dauer eines Besuchs vorbei ist. Es ist nichts verloren.
refusal-session-ended-next = Um wiederzukommen, öffnen Sie den Link in Ihrer E-Mail und fordern Sie einen neuen Code an.

refusal-stopped-title = Diese Freigabe wurde beendet
refusal-stopped-text = Sie wurde vor der Zeit beendet, und ihre Dokumente können nicht mehr geöffnet werden.
refusal-stopped-next = Wenn Sie das für einen Irrtum halten, fragen Sie { $whom }.

refusal-store-unavailable-title = Die Dokumente sind gerade nicht erreichbar
refusal-store-unavailable-text = Der Ort, an dem sie aufbewahrt werden, antwortet nicht. Ihr Zugang ist nicht betroffen.
refusal-store-unavailable-next = Bitte versuchen Sie es { $when } noch einmal.

refusal-text-changed-title = Der Text hat sich geändert
refusal-text-changed-text = Inzwischen ist der Text, dem Sie zustimmen sollen, durch eine neuere Fassung ersetzt worden. Was zur älteren gesagt wurde, gilt für sie nicht; es wurde nichts geöffnet und nichts gesendet.
refusal-text-changed-next = Bitte lesen Sie zuerst die neue Fassung. Ein Code, den Sie noch nicht benutzt haben, bleibt richtig, bis seine Zeit um ist.

refusal-too-many-requests-title = Etwas langsamer, bitte
refusal-too-many-requests-text = Aus Ihrem Netz kamen mehr Anfragen, als dieser Server in dieser Zeit beantwortet. Vielleicht benutzen auch andere denselben Anschluss.
refusal-too-many-requests-next = Bitte versuchen Sie es { $when } noch einmal.

refusal-unknown-link-title = Dieser Link geht nicht
refusal-unknown-link-text = Er ist hier nicht bekannt. Vielleicht ging beim Kopieren ein Teil verloren, oder er wurde auf zwei Zeilen umbrochen.
refusal-unknown-link-next = Öffnen Sie den Link in Ihrer E-Mail noch einmal, oder kopieren Sie ihn ganz. Wenn das nicht hilft, fragen Sie { $whom }.

refusal-unsupported-media-title = Dieses Formular konnte nicht gelesen werden
refusal-unsupported-media-text = Es kam in einer Form, die diese Seite nicht versteht. Es wurde nichts verändert.
refusal-unsupported-media-next = Bitte gehen Sie zurück, laden Sie die Seite neu und senden Sie das Formular noch einmal.

## Was Empfänger außerdem sagen können

not-meant-title = Nicht für Sie bestimmt?
not-meant-note = Wenn diese Dokumente nicht für Sie sind, sagen Sie es hier. { $owner } erfährt es, und an diese Adresse kommt keine E-Mail mehr dazu. Sie können es sich hier noch anders überlegen.
not-meant = Das ist nicht für mich bestimmt
not-meant-said = Hier wurde gesagt ({ $at }), dass das nicht für diese Adresse bestimmt ist. { $owner } erfährt davon, und hierher kommt keine E-Mail mehr dazu. Wenn es doch für Sie ist, gehen Sie einfach unten weiter.
decline = Ich stimme nicht zu
declined-note = Hier wurde gesagt ({ $at }), dass diesem Text nicht zugestimmt wird. { $owner } erfährt davon. Sie können unten immer noch zustimmen oder { $owner } danach fragen.
give-up = Nicht für mich bestimmt: meinen Zugang beenden
give-up-note = Wenn diese Dokumente nicht für Sie sind, können Sie Ihren Zugang beenden. { $owner } erfährt es, und Ihr Link öffnet nichts mehr.
more-title = Brauchen Sie mehr Zeit?
more-note = Wir bitten { $owner } per E-Mail darum. Wenn die Antwort Ja ist, bekommen Sie eine E-Mail, und Ihr Link gilt bis dahin.
more-until = Offen halten bis zum Ende des Tages
more-send = Um mehr Zeit bitten
more-asked = Wir haben { $owner } gebeten, die Freigabe bis zum { $until } offen zu halten ({ $at }). Wenn die Antwort Ja ist, bekommen Sie eine E-Mail.

## Ein Text, der sich während der Anmeldung geändert hat

anew-title = Der Text hat sich geändert
anew-lead = Während Sie angemeldet waren, ist eine neuere Fassung des Textes gültig geworden, dem Sie zugestimmt haben.
anew-note = Ihre Zustimmung wird mit Ihrer Adresse, der Zeit und diesem Text vermerkt.
anew-agree = Ich stimme zu, weiter
refusal-agree-anew-title = Der Text hat sich geändert
refusal-agree-anew-text = Während Sie angemeldet waren, ist eine neuere Fassung des Textes gültig geworden, dem Sie zugestimmt haben.
refusal-agree-anew-next = Bitte lesen Sie die neue Fassung und stimmen Sie ihr zu. Sie bleiben angemeldet.

## Das Ende eines Besuchs

stay-title = Lesen Sie noch?
stay-title-last = Dieser Besuch endet bald
stay-until = Um { $at } werden Sie abgemeldet, wenn Sie nicht angemeldet bleiben.
session-last = Um { $at } werden Sie abgemeldet: Dann ist die längste Zeit für einen Besuch vorbei. Wenn Sie wiederkommen möchten, öffnen Sie den Link in Ihrer E-Mail und fordern Sie einen neuen Code an.
session-stayed = Gut: Sie bleiben angemeldet.

## Was vermerkt wird

privacy-link = Was vermerkt wird
privacy-title = Was über Sie vermerkt wird
privacy-recorded = Was vermerkt wird
privacy-address = Ihre E-Mail-Adresse, weil Dokumente für sie bereitgestellt wurden.
privacy-agreed = Was Sie gesagt haben: dass Sie einem Text zugestimmt haben oder nicht, mit der Fassung des Textes und der Zeit.
privacy-visit = Wann Sie gekommen sind, mit der Netzadresse Ihres Geräts und dem Namen, den Ihr Browser sich gibt.
privacy-read = Welche Dokumente Sie angesehen oder heruntergeladen haben, wann, welche Seiten oder wie viel davon. Wer sie bereitgestellt hat, erhält das als Empfangsbestätigung.
privacy-sent = Was Sie eingesandt haben, wo das möglich ist.
privacy-not = Wird Ihr Link nur geöffnet, so wird das bloß gezählt, zusammen mit allen, die ihn öffnen, auch Mailprogrammen. Es gibt keine Verfolgung und keine Werbung, und nichts wird von anderswo geladen.
privacy-why = Warum
privacy-purpose = { $organisation } übergibt Dokumente, die nicht für alle bestimmt sind. Der Vermerk ist der Nachweis, wer was erhalten hat, und kann nachträglich nicht geändert werden.
privacy-how-long = Wie lange
privacy-kept = Aufbewahrt wird es so: { $kept }
privacy-kept-as-needed = Es wird aufbewahrt, solange { $organisation } es als Nachweis braucht. Fragen Sie, wenn Sie wissen möchten, wie lange das ist.
privacy-cookies = Cookies
privacy-cookies-text = Zwei Cookies halten Sie für diesen Besuch angemeldet. Ein drittes lässt diesen Browser 90 Tage lang als einen erkennen, der schon einmal den richtigen Code gegeben hat, damit Fremde, die Codes raten, Sie nicht aufhalten können. Ein viertes merkt sich die Sprache, die Sie gewählt haben. Mehr als eine Zufallszahl oder eine Sprache steht nicht darin.
privacy-copy = Nach einem Besuch bekommen Sie eine E-Mail mit dem, was vermerkt wurde.
