//! The versions of the disclaimer, for staff.

use crate::domain::disclaimer::Disclaimer;
use crate::gate::Gate;
use crate::gate::views::{DisclaimerVersionView, WordingView};

impl Gate {
    /// All versions that were ever published, the one that holds now first.
    pub fn disclaimers(&self) -> Vec<DisclaimerVersionView> {
        let state = self.ledger.state();
        let current = state.disclaimer.iter().map(|text| view(text, true));
        current.chain(state.former.values().map(|text| view(text, false))).collect()
    }
}

fn view(text: &Disclaimer, current: bool) -> DisclaimerVersionView {
    let wordings = text.wordings().map(|wording| WordingView {
        language: wording.language.to_owned(),
        digest: wording.digest.to_owned(),
        title: wording.title.to_owned(),
        text: wording.text.to_owned(),
    });
    DisclaimerVersionView { version: text.version.clone(), current, wordings: wordings.collect() }
}
