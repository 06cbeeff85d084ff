//! "I am finished": the session is over in that browser, at once and for good.

use crate::helpers::{Outcome, TestApp};

#[tokio::test]
async fn whoever_is_finished_is_out_in_this_browser_and_stays_in_another() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let (client, other) = (app.client(), app.client());
    client.enter(&share).await?;
    other.enter(&share).await?;
    let before = client.cookies();
    let left = client.finish(&share).await?;
    assert_eq!((left.code(), left.location()), (303, &*format!("/d/{}/left", share.id)));
    assert_eq!(left.header("clear-site-data"), "\"cache\"");
    assert!(client.cookies().keys().all(|name| name.starts_with("__Host-dw-d-")), "only the browser itself is remembered");
    assert!(client.get(left.location()).await?.says("You are signed out"));
    assert_eq!(client.get(&share.document("report.txt")).await?.code(), 403);
    client.set_cookies(before);
    assert_eq!(client.get(&share.document("report.txt")).await?.code(), 403, "a kept cookie opens nothing");
    assert_eq!(other.get(&share.document("report.txt")).await?.code(), 200);
    assert_eq!(app.events("session.closed").len(), 1);
    Ok(())
}

#[tokio::test]
async fn another_site_cannot_sign_anybody_out() -> Outcome {
    let app = TestApp::start().await?;
    app.put("report.txt", "the report")?;
    let share = app.share_documents(&["report.txt"]).await?;
    let client = app.client();
    let page = client.enter(&share).await?;
    let form = page.form(&share.leave());
    assert_eq!(client.post_with(&form, &[("sec-fetch-site", "cross-site")]).await?.code(), 403);
    assert_eq!(client.post_form(&form.clone().without("token")).await?.code(), 400);
    assert_eq!(client.get(&share.leave()).await?.code(), 405, "nor does a picture's address");
    assert_eq!(client.get(&share.page()).await?.code(), 200);
    assert_eq!(client.post_form(&form).await?.code(), 303);
    assert_eq!(client.post_form(&form).await?.code(), 403, "twice is once");
    Ok(())
}
