//! A new document that nobody waits for any more leaves nothing, and none comes through a link that leads out.

use super::{OpenSsh, place};
use crate::rig::{Outcome, Rig, documents, noise};
use bytes::Bytes;
use doorward::documents::{Documents, Incoming, Refusal, StoreError};
use futures_util::{StreamExt, stream};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

fn incoming(content: Vec<u8>) -> Incoming {
    stream::iter([Ok(Bytes::from(content))]).boxed()
}

#[tokio::test]
async fn an_upload_that_is_given_up_leaves_nothing() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    let documents = documents(&rig);
    fs::create_dir(rig.at(b"inbox"))?;
    // Half of it comes, and then nothing more.
    let half = stream::iter([Ok(Bytes::from(noise(1, 3_000_000)))]).chain(stream::pending()).boxed();
    let target = place(&documents, "inbox/a.bin");
    let given_up = tokio::time::timeout(Duration::from_millis(700), documents.create(&target, 6_000_000, half)).await;
    assert!(given_up.is_err(), "{given_up:?}");
    let mut steps = tokio::time::interval(Duration::from_millis(50));
    for _ in 0..200 {
        if fs::read_dir(rig.at(b"inbox"))?.next().is_none() {
            return Ok(());
        }
        steps.tick().await;
    }
    Err(format!("left behind: {:?}", fs::read_dir(rig.at(b"inbox"))?.next()).into())
}

#[tokio::test]
async fn nothing_is_put_where_a_link_leads_out_or_a_user_may_not_write() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    rig.escape()?;
    rig.put(b"file.txt", b"a file")?;
    let documents = documents(&rig);
    let put = async |at: &str| documents.create(&place(&documents, at), 3, incoming(b"new".to_vec())).await;
    for way in ["absolute/new.txt", "relative/below/new.txt"] {
        assert_eq!(put(way).await, Err(StoreError::Refused(Refusal::Link)), "{way}");
    }
    assert_eq!(put("file").await, Err(StoreError::Exists), "a link has the name");
    assert_eq!(put("file.txt/new.txt").await, Err(StoreError::NotAFolder));
    assert!(!rig.home.path().join("outside/new.txt").exists() && !rig.home.path().join("outside/below").exists());
    fs::create_dir(rig.at(b"closed"))?;
    fs::set_permissions(rig.at(b"closed"), fs::Permissions::from_mode(0o555))?;
    // Root is refused nothing.
    if fs::write(rig.at(b"closed/try"), "").is_err() {
        assert_eq!(put("closed/new.txt").await, Err(StoreError::Denied));
    }
    assert_eq!(put("closed").await, Err(StoreError::Exists));
    Ok(())
}

#[tokio::test]
async fn a_store_that_is_not_writable_takes_nothing() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    let mut entry = rig.entry();
    entry.writable = false;
    let documents = Documents::open(&[entry]);
    let put = documents.create(&place(&documents, "a.txt"), 3, incoming(b"new".to_vec())).await;
    assert_eq!(put, Err(StoreError::ReadOnly));
    assert!(!rig.at(b"a.txt").exists());
    Ok(())
}
