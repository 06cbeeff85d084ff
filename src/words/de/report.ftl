# Die Wörter des Berichts über eine Freigabe, den Mitarbeitende drucken oder weitergeben. Genau, ohne Wertung.

report-title = Bericht über eine Freigabe: { $subject }
report-untitled = ohne Betreff
report-intro = Was das Journal von { $organisation } über diese Freigabe sagt. Zeiten stehen in der Zone { $zone } und in UTC.
report-shortened = Es gibt mehr, als dieser Bericht sagt. Alles steht im Journal.
report-owner = Verantwortlich
report-number = Nummer der Freigabe
report-status = Zustand
report-status-open = offen
report-status-expired = abgelaufen
report-status-stopped = beendet
report-created = Angelegt
report-expires = Endet
report-delivery = Dokumente werden gegeben als
report-delivery-download = Dateien zum Herunterladen
report-delivery-preview = Bilder ihrer Seiten, sonst nichts
report-delivery-watermarked = Bilder ihrer Seiten und Kopien mit Wasserzeichen
report-made = Dieser Bericht entstand
report-head = Journal bis Zeile { $line }
report-head-meaning = Alles, was hier steht, steht im Journal in dieser Zeile oder davor. Ihre Prüfsumme, hier darüber, umfasst jede Zeile davor: „doorward audit verify“ prüft die ganze Kette, und „doorward audit export“ gibt sie aus.
report-ledger-name = Name des Journals

report-readers = Wer was gelesen hat
report-readers-table = Empfänger, und was jeder erhalten hat
report-recipient = Empfänger
report-reading = Gelesen
report-reading-all = alles
report-reading-never = nichts
report-reading-some = nicht alles
report-reading-stopped = Zugang beendet
report-documents-given = Dokumente
report-given-all = vollständig
report-given-nothing = nichts
report-given-part = zum Teil
report-given-of = { $read } von { $of } Dokumenten
report-given-some =
    { $read ->
        [0] ein Teil ihrer Dokumente
        [one] ein Dokument
       *[other] { $read } Dokumente
    }
report-way = E-Mail, Zustimmung, Link
report-invited = Einladung übergeben
report-reminded = Erinnert
report-agreed = Hat der Fassung { $version } des Textes zugestimmt
report-never-agreed = Hat keinem Text zugestimmt
report-never-entered = Bisher wurde kein richtiger Code eingegeben
report-fetched =
    { $count ->
        [one] Link einmal geöffnet, von wem auch immer
       *[other] Link { $count }-mal geöffnet, von wem auch immer
    }
report-listed =
    { $count ->
        [one] Liste einmal angesehen
       *[other] Liste { $count }-mal angesehen
    }
report-refused =
    { $count ->
        [one] Einmal abgewiesen
       *[other] { $count }-mal abgewiesen
    }
report-counted-sign =
    { $count ->
        [one] Anzeichen einer Maschine, einmal: { $sign }
       *[other] Anzeichen einer Maschine, { $count }-mal: { $sign }
    }
report-hourly = Wie oft geöffnet wurde, wird einmal in der Stunde vermerkt. Das ist nie eine Empfangsbestätigung: Auch Prüfprogramme für E-Mails öffnen Links.

report-documents = Was bereitgestellt ist
report-documents-table = Dokumente und Ordner der Freigabe, mit den Fassungen, an denen sie festhält
report-document = Dokument
report-version = Fassung
report-hash = SHA-256
report-follows = jeweils die neueste
report-no-hash = nicht gebildet
report-changed = seit der Freigabe geändert

report-receipts = Empfangsbestätigungen
report-receipts-table = Empfangsbestätigungen, die älteste zuerst
report-no-receipts = Es gibt keine: Aus dieser Freigabe wurde niemandem etwas gegeben.
report-when = Wann
report-until = bis
report-how = Was, und wie weit
report-action-archive = als eine ZIP-Datei heruntergeladen
report-action-download = heruntergeladen
report-action-preview = angesehen
report-action-upload = eingesandt
report-action-watermarked = mit Wasserzeichen heruntergeladen
report-outcome-complete = alles
report-outcome-interrupted = der Server hielt unterwegs an
report-outcome-open = noch im Gang
report-outcome-part = ein Teil davon
report-bytes = { $bytes } von { $size } Byte
report-pages = Seiten { $pages } von { $of }
report-parts = { $read } von { $of } Dokumenten vollständig
report-broken = endete bei { $document }: { $why }
report-opens = { $count }-mal innerhalb einer halben Stunde angefordert
report-receipt-number = Empfangsbestätigung { $id }

report-signs = Anzeichen von Maschinen
report-no-sign = keine
report-signs-meaning = Das sind Anzeichen, keine Beweise. Ihretwegen ist nichts weggelassen, und auch eine Empfangsbestätigung ohne solche kann von einer Maschine stammen. Was sie bedeuten:
report-sign-delivery = der Link wurde innerhalb von 5 Sekunden geöffnet, nachdem seine E-Mail übergeben war
report-sign-gateway = das Programm gab sich als eines zu erkennen, das in E-Mails oder nach Links sieht
report-sign-prefetch = ein Browser gab an, im Voraus zu laden, was noch niemand angefordert hatte
report-sign-quick = zwischen einer Seite und dem, was auf ihr getan wurde, lag weniger als eine halbe Sekunde
report-sign-sweep = Links mehrerer Personen wurden innerhalb von 5 Sekunden von einer Adresse aus geöffnet

report-changes = Was getan wurde, und was geschah
report-changes-table = Änderungen der Freigabe, Zustimmungen und Eintritte, die ältesten zuerst
report-what = Was
report-about = Worum es geht
report-by = Durch
report-change-made = Freigabe angelegt
report-change-added = Empfänger hinzugefügt
report-change-changed = Freigabe geändert
report-change-notices = Mitteilungen und Erinnerungen eingestellt
report-change-pinned = auf die Fassungen jenes Augenblicks festgelegt
report-change-covered = Bereich einer Seite geschwärzt
report-change-uncovered = Bereich nicht mehr geschwärzt
report-change-document = ein anderes Dokument als das freigegebene vorgefunden
report-change-agreed = zugestimmt, von wem auch immer, der den Link hatte
report-change-entered = richtiger Code eingegeben
report-change-reminded = alle erinnert, die nichts gelesen hatten
report-change-stopped-one = Zugang eines Empfängers beendet
report-change-stopped = Freigabe beendet
report-change-ended = Freigabe abgelaufen

# Was eine Änderung festgelegt hat, nach den Namen und Werten, die das Journal dafür hat.
report-set-delivery = Dokumente werden gegeben als
report-set-expires = Endet
report-set-mark = Wasserzeichen
report-set-mark-light = schwach
report-set-mark-medium = mittel
report-set-mark-strong = stark
report-set-notify = Mitteilungen
report-set-notify-daily = einmal am Tag
report-set-notify-now = sofort
report-set-notify-off = keine
report-set-page = Seite
report-set-print = Darf gedruckt werden
report-set-print-false = nein
report-set-print-true = ja
report-set-remind = Erinnerung, vor dem Ende
report-set-sha256 = SHA-256
report-set-text = Mit dem Text der Seiten
report-set-text-false = nein
report-set-text-true = ja
report-set-upload = Nimmt Dokumente von Empfängern an
report-set-upload-false = nein
report-set-upload-true = ja
report-set-version = Fassung
report-by-operator = Konto { $user } auf dem Server
report-by-recipient = Empfänger
report-by-server = der Server selbst

report-meaning = Was dieser Bericht sagt, und was nicht
report-meaning-mailbox = Er beweist ein Postfach, nicht eine Person: Wer das Postfach liest, kann den Code eingeben.
report-meaning-handed = „Alles“ heißt, dass jedes Byte oder jede Seite dem Netz übergeben wurde. Ob jemand es aufmerksam gelesen oder behalten hat, kann er nicht sagen.
report-meaning-paper = Diese Seite kann ändern, wer sie hat. Was im Journal steht, kann niemand unbemerkt ändern.
