//! A share as staff have it, and making one.

use super::{Answer, Outcome, TestApp};
use doorward::gate::views::ShareView;
use doorward::web::api::wire::CreateShare;
use serde_json::{Value, json};

/// A share.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) id: String,
    pub(crate) view: ShareView,
}

/// What to share with `guest@example.org`.
pub(crate) fn documents(names: &[&str]) -> CreateShare {
    CreateShare {
        documents: names.iter().map(|&name| name.to_owned()).collect(),
        to: vec!["guest@example.org".to_owned()],
        ..CreateShare::default()
    }
}

impl Shared {
    /// The path of the only or first recipient's link.
    pub(crate) fn link(&self) -> String {
        self.view
            .links
            .first()
            .map(|link| path_of(link.url.as_deref().unwrap_or_default()))
            .unwrap_or_default()
    }

    /// The path of one recipient's link.
    pub(crate) fn link_of(&self, email: &str) -> String {
        let link = self.view.links.iter().find(|link| link.email == email);
        link.map(|link| path_of(link.url.as_deref().unwrap_or_default())).unwrap_or_default()
    }

    /// The share's own page.
    pub(crate) fn page(&self) -> String {
        format!("/d/{}/", self.id)
    }

    /// The code page.
    pub(crate) fn code_page(&self) -> String {
        format!("/d/{}/code", self.id)
    }

    /// A document or folder of it.
    pub(crate) fn document(&self, path: &str) -> String {
        format!("/d/{}/f/{path}", self.id)
    }

    /// The address of a form on the share's pages.
    pub(crate) fn leave(&self) -> String {
        format!("/d/{}/leave", self.id)
    }
}

/// A URL without scheme and host.
fn path_of(url: &str) -> String {
    url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default()
}

impl TestApp {
    /// Makes a share.
    pub(crate) async fn share(&self, wanted: CreateShare) -> Outcome<Shared> {
        let answer = self.api("POST", "/api/v1/shares", &serde_json::to_value(wanted)?).await;
        assert_eq!(answer.code(), 201, "{}", answer.text());
        let view: ShareView = serde_json::from_slice(&answer.body)?;
        Ok(Shared { id: view.id.clone(), view })
    }

    /// Shares documents with `guest@example.org`.
    pub(crate) async fn share_documents(&self, names: &[&str]) -> Outcome<Shared> {
        self.share(documents(names)).await
    }

    /// What staff see of a share now.
    pub(crate) async fn view(&self, share: &Shared) -> Outcome<ShareView> {
        let answer = self.api("GET", &format!("/api/v1/shares/{}", share.id), &Value::Null).await;
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// Changes a share.
    pub(crate) async fn update(&self, share: &Shared, change: Value) -> Answer {
        self.api("PATCH", &format!("/api/v1/shares/{}", share.id), &change).await
    }

    /// Stops a share, or one recipient's access.
    pub(crate) async fn revoke(&self, share: &Shared, only: Option<&str>) -> Outcome<ShareView> {
        let body = only.map_or_else(|| json!({}), |to| json!({ "to": to }));
        let answer = self.api("POST", &format!("/api/v1/shares/{}/revoke", share.id), &body).await;
        assert_eq!(answer.code(), 200, "{}", answer.text());
        Ok(serde_json::from_slice(&answer.body)?)
    }
}
