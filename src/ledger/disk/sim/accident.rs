//! What a power cut does to changes that were not synced.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

#[derive(Default)]
pub(super) struct Inode {
    pub(super) seen: Vec<u8>,
    pub(super) durable: Vec<u8>,
    pub(super) waiting: Vec<Change>,
}

pub(super) enum Change {
    Truncate(usize),
    Write(usize, Vec<u8>),
}

pub(super) enum NameChange {
    Link(PathBuf, u64),
    Rename(PathBuf, PathBuf),
    Unlink(PathBuf),
}

impl NameChange {
    pub(super) fn apply(&self, names: &mut BTreeMap<PathBuf, u64>) {
        match self {
            Self::Link(path, id) => {
                names.insert(path.clone(), *id);
            }
            Self::Rename(from, to) => {
                if let Some(id) = names.remove(from) {
                    names.insert(to.clone(), id);
                }
            }
            Self::Unlink(path) => {
                names.remove(path);
            }
        }
    }

    pub(super) fn dir(&self) -> Option<&Path> {
        match self {
            Self::Link(path, _) | Self::Rename(path, _) | Self::Unlink(path) => path.parent(),
        }
    }
}

impl Inode {
    fn apply(bytes: &mut Vec<u8>, change: &Change) {
        match change {
            Change::Truncate(len) => bytes.resize(*len, 0),
            Change::Write(at, new) => {
                if bytes.len() < at + new.len() {
                    bytes.resize(at + new.len(), 0);
                }
                bytes[*at..at + new.len()].copy_from_slice(new);
            }
        }
    }

    pub(super) fn change(&mut self, change: Change) {
        Self::apply(&mut self.seen, &change);
        self.waiting.push(change);
    }

    pub(super) fn sync(&mut self) {
        for change in self.waiting.drain(..) {
            Self::apply(&mut self.durable, &change);
        }
    }

    /// Either all up to a torn change, or any sectors of any change: a drive may reorder what no sync has separated.
    pub(super) fn lose(&mut self, dice: &mut Dice) {
        let changes = std::mem::take(&mut self.waiting);
        let in_order = dice.below(2) == 0;
        let whole = dice.below(changes.len() + 1);
        for (index, change) in changes.into_iter().enumerate() {
            match change {
                change if in_order && index < whole => Self::apply(&mut self.durable, &change),
                Change::Write(at, mut bytes) if in_order && index == whole => {
                    bytes.truncate(dice.below(bytes.len() + 1));
                    Self::apply(&mut self.durable, &Change::Write(at, bytes));
                }
                _ if in_order => {}
                Change::Truncate(_) => {
                    if dice.below(2) == 0 {
                        Self::apply(&mut self.durable, &change);
                    }
                }
                Change::Write(at, bytes) => self.lose_sectors(at, &bytes, dice),
            }
        }
        self.seen = self.durable.clone();
    }

    fn lose_sectors(&mut self, at: usize, bytes: &[u8], dice: &mut Dice) {
        let sector = [1, 16, 64, 512][dice.below(4)];
        let mut from = 0;
        while from < bytes.len() {
            let to = (((at + from) / sector + 1) * sector - at).min(bytes.len());
            if dice.below(2) == 0 {
                Self::apply(&mut self.durable, &Change::Write(at + from, bytes[from..to].to_vec()));
            }
            from = to;
        }
    }
}

/// SplitMix64: the same seed, the same accident.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound.max(1) as u64).unwrap_or(0)
    }
}
