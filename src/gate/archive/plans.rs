//! Archives that may be gone on with: their plans, so that a broken download does not walk through the folder again for each of its parts.

use crate::domain::bounds::{ARCHIVE_PLAN_BYTES, ARCHIVE_PLAN_LIFE};
use crate::domain::document::DocumentPath;
use crate::domain::ids::ShareId;
use crate::domain::scope::Item;
use crate::domain::time::Timestamp;
use crate::gate::archive::plan::Plan;
use std::sync::{Arc, Mutex, PoisonError};

/// What a plan stands for.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) share: ShareId,
    pub(super) folder: Option<DocumentPath>,
    /// What its ticket says it comes to.
    pub(super) digest: [u8; 16],
    /// What the share holds on to. Pinned anew, it holds on to other things, whose plans are others.
    pub(super) items: Arc<Vec<Item>>,
}

/// A plan that is kept.
#[derive(Debug)]
struct Held {
    key: Key,
    plan: Arc<Plan>,
    bytes: usize,
    used: Timestamp,
}

/// The plans that are kept, the one used last at the end. Whether somebody may have what they stand for is decided elsewhere, each time.
#[derive(Debug, Default)]
pub(super) struct Plans(Mutex<Vec<Held>>);

impl Key {
    fn is(&self, other: &Self) -> bool {
        (self.share, self.digest) == (other.share, other.digest) && self.folder == other.folder && Arc::ptr_eq(&self.items, &other.items)
    }
}

impl Plans {
    /// Keeps a plan in place of others of its share that hold on to other things, and of those that were used longest ago.
    pub(super) fn keep(&self, key: Key, plan: &Arc<Plan>, now: Timestamp) {
        let bytes = plan.weight();
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|held| !held.key.is(&key) && (held.key.share != key.share || Arc::ptr_eq(&held.key.items, &key.items)));
        held.retain(|held| now.since(held.used) < ARCHIVE_PLAN_LIFE);
        if bytes > ARCHIVE_PLAN_BYTES {
            return;
        }
        held.push(Held { key, plan: Arc::clone(plan), bytes, used: now });
        while held.iter().map(|held| held.bytes).sum::<usize>() > ARCHIVE_PLAN_BYTES {
            held.remove(0);
        }
    }

    /// The plan of a key, if it is kept.
    pub(super) fn find(&self, key: &Key, now: Timestamp) -> Option<Arc<Plan>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = held.iter().position(|held| held.key.is(key) && now.since(held.used) < ARCHIVE_PLAN_LIFE)?;
        let mut found = held.remove(at);
        found.used = now;
        let plan = Arc::clone(&found.plan);
        held.push(found);
        Some(plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::keys::{KeyRing, KeyState};
    use crate::domain::document::DocumentName;
    use crate::domain::version::{FileVersion, Pinned};
    use crate::gate::archive::contents::{Contents, Found};
    use std::time::Duration;

    /// A plan of so many documents.
    fn plan(share: u8, documents: usize) -> Arc<Plan> {
        let keys = KeyRing::from_secrets(&[(1, KeyState::Active, [3; 32])]).expect("one key is a ring");
        let place: DocumentName = "s:case".parse().expect("it is a name");
        let found = |n: usize| {
            let name = place.join(&format!("{n}")).expect("it is a name");
            let version = FileVersion::plain(1, 1);
            let pinned = Some(Pinned { crc32: Some(1), ..version.clone().into() });
            Found { label: name.path.clone(), name, version, pinned }
        };
        let contents = Contents {
            base: place.path.clone(),
            documents: (0..documents).map(found).collect(),
            place,
            empty_folders: Vec::new(),
            withheld: Vec::new(),
            hidden: 0,
        };
        Arc::new(Plan::new(&keys, ShareId::from_bytes([share; 16]), contents, Timestamp::from_millis(5)))
    }

    fn key(plan: &Plan, items: &Arc<Vec<Item>>) -> Key {
        Key { share: plan.share(), folder: None, digest: plan.digest(), items: Arc::clone(items) }
    }

    #[test]
    fn a_plan_is_found_for_its_own_folder_and_pins_alone_and_not_for_ever() {
        let (plans, items, now) = (Plans::default(), Arc::new(Vec::new()), Timestamp::from_millis(9));
        let plan = plan(1, 3);
        let own = key(&plan, &items);
        plans.keep(own.clone(), &plan, now);
        assert!(plans.find(&own, now).is_some());
        let folder = Some("case".parse().expect("it is a path"));
        let others = [
            Key { share: ShareId::from_bytes([2; 16]), ..own.clone() },
            Key { folder, ..own.clone() },
            Key { digest: [0; 16], ..own.clone() },
            Key { items: Arc::new(Vec::new()), ..own.clone() },
        ];
        assert!(others.iter().all(|other| plans.find(other, now).is_none()));
        assert!(plans.find(&own, now.plus(ARCHIVE_PLAN_LIFE)).is_none());
        plans.keep(Key { items: Arc::new(Vec::new()), ..own.clone() }, &plan, now);
        assert!(plans.find(&own, now).is_none(), "the share was pinned anew");
    }

    #[test]
    fn plans_take_no_more_room_than_they_may_and_the_one_used_longest_ago_goes_first() {
        let (plans, items, now) = (Plans::default(), Arc::new(Vec::new()), Timestamp::from_millis(9));
        // Four of them have room.
        let documents = ARCHIVE_PLAN_BYTES / 4 * 100 / plan(0, 100).weight() * 9 / 10;
        let all: Vec<_> = (0..8).map(|share| plan(share, documents)).collect();
        let held = || plans.0.lock().expect("nobody panicked").iter().map(|held| held.bytes).sum::<usize>();
        for (n, plan) in all.iter().enumerate() {
            plans.keep(key(plan, &items), plan, now.plus(Duration::from_secs(n as u64)));
            assert!(plans.find(&key(&all[0], &items), now).is_some(), "it is used all the time");
            assert!(held() <= ARCHIVE_PLAN_BYTES);
        }
        assert!(plans.find(&key(&all[1], &items), now).is_none() && plans.find(&key(&all[7], &items), now).is_some());
        let huge = plan(9, 5 * documents);
        plans.keep(key(&huge, &items), &huge, now);
        assert!(plans.find(&key(&huge, &items), now).is_none() && held() > 0, "it is larger than all that may be kept");
    }
}
