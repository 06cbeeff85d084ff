# The few words that are added to a document itself when its text is laid out for a preview.

## All

paper-no-text = There is no text to show in this document.

## Presentations

paper-slide = Slide { $number }
paper-speaker-notes = Speaker notes

## Mails

paper-from = From
paper-to = To
paper-cc = Copy
paper-date = Date
paper-subject = Subject
paper-attachments = Attachments
paper-attachment-name = Name
paper-attachment-size = Size
paper-attachment-unnamed = Attachment { $number }
paper-no-body = This mail has no text.
