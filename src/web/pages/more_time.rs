//! Asking for more time, on the pages of a share that ends soon or has ended.

/// What is offered to somebody who needs more time.
#[derive(Debug, Clone)]
pub struct MoreTimeView {
    /// Where the form goes.
    pub action: String,
    /// Guards the form against posts from elsewhere.
    pub form_token: String,
    /// Who is asked.
    pub owner_name: String,
    /// So many days, and the end that they would mean, as people write it.
    pub choices: Vec<(u16, String)>,
    /// What was asked for and is not answered: when, and until when, as people write them.
    pub asked: Option<(String, String)>,
    /// Whether it is the main thing on its page.
    pub open: bool,
}
