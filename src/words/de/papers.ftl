# Die wenigen Wörter, die einem Dokument selbst hinzugefügt werden, wenn sein Text für eine Vorschau gesetzt wird.

## Alle

paper-no-text = Dieses Dokument enthält keinen Text, der gezeigt werden kann.

## Präsentationen

paper-slide = Folie { $number }
paper-speaker-notes = Notizen

## E-Mails

paper-from = Von
paper-to = An
paper-cc = Kopie
paper-date = Datum
paper-subject = Betreff
paper-attachments = Anlagen
paper-attachment-name = Name
paper-attachment-size = Größe
paper-attachment-unnamed = Anlage { $number }
paper-no-body = Diese E-Mail enthält keinen Text.
