//! Types of files that were told before, so that the first bytes of one that stays as it is are not read and looked at for each who opens it.

use crate::documents::media::MediaType;
use crate::domain::bounds::{KNOWN_TYPES, TYPE_PROOF};
use rustix::fs::Stat;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// Types by device and inode.
#[derive(Debug, Default)]
pub(super) struct KnownTypes(Mutex<HashMap<(u64, u64), Known>>);

/// What a file of one state is.
#[derive(Debug)]
struct Known {
    state: State,
    name: Box<[u8]>,
    media_type: MediaType,
    /// When the file was first seen in this state.
    seen: Instant,
    /// Whether its bytes were looked at late enough after that: a file that is written twice within one tick of its file system's clock shows one state
    /// for both.
    proved: bool,
}

/// Of the time of its last change in any respect, which nobody can set, its size, and the time its content says it is of.
type State = (i64, i64, u64, i64, i64);

impl KnownTypes {
    /// What the file of this name is, where that is beyond doubt.
    pub(super) fn of(&self, file: &Stat, name: &[u8]) -> Option<MediaType> {
        let known = self.lock();
        let known = known.get(&id_of(file)).filter(|known| known.proved)?;
        (known.state == state_of(file) && *known.name == *name).then_some(known.media_type)
    }

    /// Notes what the file of this name was told to be, from its bytes as they are now.
    pub(super) fn told(&self, file: &Stat, name: &[u8], media_type: MediaType, now: Instant) {
        let state = state_of(file);
        let mut all = self.lock();
        if let Some(known) = all.get_mut(&id_of(file)).filter(|known| known.state == state && *known.name == *name) {
            known.media_type = media_type;
            known.proved |= now.duration_since(known.seen) >= TYPE_PROOF;
            return;
        }
        if all.len() >= KNOWN_TYPES {
            all.clear();
        }
        all.insert(id_of(file), Known { state, name: name.into(), media_type, seen: now, proved: false });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(u64, u64), Known>> {
        // Each change below the lock is complete in itself, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn id_of(file: &Stat) -> (u64, u64) {
    (file.st_dev, file.st_ino)
}

fn state_of(file: &Stat) -> State {
    let nanos = |nanos| i64::try_from(nanos).unwrap_or(-1);
    let size = u64::try_from(file.st_size).unwrap_or_default();
    (file.st_ctime, nanos(file.st_ctime_nsec), size, file.st_mtime, nanos(file.st_mtime_nsec))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::stat;
    use std::error::Error;
    use std::fs;
    use std::time::Duration;

    type Tested = Result<(), Box<dyn Error>>;

    #[test]
    fn a_type_is_remembered_once_it_was_told_of_a_file_at_rest() -> Tested {
        let home = tempfile::TempDir::new()?;
        let path = home.path().join("a.txt");
        fs::write(&path, "words")?;
        let (types, file) = (KnownTypes::default(), stat(&path)?);
        let (text, now) = (MediaType::detect(b"a.txt", b"words"), Instant::now());
        types.told(&file, b"a.txt", text, now);
        assert_eq!(types.of(&file, b"a.txt"), None, "it may be written again within this tick");
        types.told(&file, b"a.txt", text, now + TYPE_PROOF - Duration::from_millis(1));
        assert_eq!(types.of(&file, b"a.txt"), None, "still within this tick");
        types.told(&file, b"a.txt", text, now + TYPE_PROOF);
        assert_eq!(types.of(&file, b"a.txt"), Some(text));
        assert_eq!(types.of(&file, b"a.html"), None, "another name of the same file");

        // Other bytes of the same length, and its time set back to what it was.
        let time = fs::metadata(&path)?.modified()?;
        let mut now = file;
        while (now.st_ctime, now.st_ctime_nsec) == (file.st_ctime, file.st_ctime_nsec) {
            fs::write(&path, "<html")?;
            fs::File::options().write(true).open(&path)?.set_modified(time)?;
            now = stat(&path)?;
        }
        assert_eq!((now.st_size, now.st_mtime, now.st_mtime_nsec), (file.st_size, file.st_mtime, file.st_mtime_nsec));
        assert_eq!(types.of(&now, b"a.txt"), None);
        Ok(())
    }

    #[test]
    fn no_more_types_are_remembered_than_there_is_room_for() -> Tested {
        let (types, mut file) = (KnownTypes::default(), stat("/")?);
        for inode in 0..2 * KNOWN_TYPES as u64 + 1 {
            file.st_ino = inode;
            types.told(&file, b"a", MediaType::detect(b"a", b""), Instant::now());
            assert!(types.lock().len() <= KNOWN_TYPES);
        }
        Ok(())
    }
}
