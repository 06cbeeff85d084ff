//! Sample documents for a first look: the file of an invented case, "Inventory of the lighthouse". The same bytes each time.

mod inventory;
mod pdf;
mod photo;
mod table;

use std::fs;
use std::io;
use std::path::Path;

/// A report of three pages.
pub const REPORT: &str = "Inventory of the lighthouse.pdf";
/// A picture of 1600 by 1067 points.
pub const PHOTO: &str = "Lighthouse at dusk.jpg";
/// A note in plain text.
pub const NOTE: &str = "Case note.txt";
/// A table with a header and 40 rows.
pub const TABLE: &str = "Inventory list.csv";
/// A text whose name has all that names get wrong on their way: quotes, letters beyond ASCII, a percent sign, a semicolon, a hash.
pub const STATEMENT: &str = "Statement – Zoë “final” (2) 100% & co; #7.txt";

/// Writes the samples that `folder` does not have yet and leaves all others as they are, so that what is shared stays the version it was. Answers the names
/// of all of them, in the order in which they read best.
pub fn write_samples(folder: &Path) -> io::Result<Vec<&'static str>> {
    fs::create_dir_all(folder)?;
    add(folder, REPORT, inventory::report)?;
    add(folder, PHOTO, photo::dusk)?;
    add(folder, NOTE, || NOTE_TEXT.into())?;
    add(folder, TABLE, table::csv)?;
    add(folder, STATEMENT, || STATEMENT_TEXT.into())?;
    Ok(vec![REPORT, PHOTO, NOTE, TABLE, STATEMENT])
}

/// Half a file is never seen under the name: it is written beside it first.
fn add(folder: &Path, name: &str, make: impl FnOnce() -> Vec<u8>) -> io::Result<()> {
    let file = folder.join(name);
    if file.try_exists()? {
        return Ok(());
    }
    let draft = folder.join(format!(".{name}.part"));
    fs::write(&draft, make())?;
    fs::rename(draft, file)
}

const NOTE_TEXT: &str = "\
Case note
Matter      Inventory of the lighthouse, Merrow Point (HT-2026-014)
Date        Tuesday, 3 March 2026
Written by  Harbour Trust, property desk

1. The list of 2019 was compared with what is on the shelves today, room by
   room, with two people present. Thirty-four of forty things are where they
   should be. Six are not. They are marked \u{201c}missing\u{201d} in the table.

2. Nothing was broken open. The store room has one key, and the key is on
   its hook in the office. The hook has a list beside it; the last name on
   the list is from October.

3. The logbook of 1968 came back by post on Friday, in a plain parcel with
   no sender. It is dry and complete. The pages for the week of the storm
   have pencil marks in the margin that are not in our scan of 2019.

4. Zo\u{eb} remembers lending the brass lens key \u{201c}to somebody from the
   museum\u{201d} in autumn. The museum is asked in writing today. Her statement
   is in the file; the second version is the one she has signed.

Next steps
 - letter to the museum (today)
 - photographs of the margins of the logbook (by Friday)
 - second count of the oil store, this time with the ladder
";

const STATEMENT_TEXT: &str = "\
Statement, second version

I kept the keys of the lighthouse at Merrow Point from 2011 until last autumn.

In the first week of October a visitor came who said that the museum was
preparing an exhibition on lenses \u{2013} \u{201c}Fresnel & co.\u{201d}, they called it \u{2013} and
asked to borrow the brass lens key, number 7 on the list. I wrote a receipt and
put it into the blue folder. I am 100% sure of the folder. I am less sure of the
name on the receipt.

I did not lend out anything else. The barometer was still on the wall when I
locked up for the last time; I tapped it, as one does, and it fell a little.

I have read this statement. It is correct.

Zo\u{eb}
";

#[cfg(test)]
mod tests {
    use super::*;
    use std::error::Error;

    #[test]
    fn samples_are_written_once_and_then_left_alone() -> Result<(), Box<dyn Error>> {
        let home = tempfile::TempDir::new()?;
        let folder = home.path().join("documents");
        let names = write_samples(&folder)?;
        let read = || names.iter().map(|name| fs::read(folder.join(name))).collect::<io::Result<Vec<_>>>();
        let first = read()?;
        assert_eq!(fs::read_dir(&folder)?.count(), names.len());
        fs::write(folder.join(NOTE), "mine")?;
        let before = fs::metadata(folder.join(REPORT))?.modified()?;
        fs::remove_file(folder.join(PHOTO))?;
        write_samples(&folder)?;
        assert_eq!(fs::read(folder.join(NOTE))?, b"mine");
        assert_eq!(fs::metadata(folder.join(REPORT))?.modified()?, before);
        let second = read()?;
        assert_eq!((&second[0], &second[1], &second[4]), (&first[0], &first[1], &first[4]));
        Ok(())
    }
}
