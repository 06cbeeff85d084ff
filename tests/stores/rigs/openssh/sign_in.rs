//! The server is known by its key, and lets in by key or password; whatever is wrong is said so that it can be mended.

use super::{OpenSsh, content, open, problem};
use crate::rig::{Outcome, Rig, Server, documents, entry_of, free_port};
use doorward::documents::{Documents, StoreError};
use std::fs;
use std::process::Command;

#[tokio::test]
async fn a_server_is_known_by_any_of_its_keys_whole_or_by_fingerprint() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start_with(&[("host_rsa", "rsa"), ("host_ecdsa", "ecdsa")])?;
    rig.put(b"a.txt", b"a")?;
    let whole = |name: &str| fs::read_to_string(rig.home.path().join(format!("{name}.pub"))).map(|text| text.trim().to_owned());
    for name in ["host_ed25519", "host_ecdsa", "host_rsa"] {
        let keys = [whole(name)?, rig.fingerprint(name)?];
        for key in keys {
            let documents = Documents::open(&[rig.entry_with(&key, "key_file = \"user\"")?]);
            assert_eq!(content(&documents, "a.txt").await?, b"a", "{key}");
            assert_eq!(problem(&documents).await, None, "{key}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_server_with_another_key_is_not_spoken_with_and_its_key_is_shown() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start_with(&[("other", "ed25519")])?;
    rig.put(b"a.txt", b"a")?;
    let other = fs::read_to_string(rig.home.path().join("other.pub"))?.trim().to_owned();
    for wrong in [rig.fingerprint("other")?, other] {
        let documents = Documents::open(&[rig.entry_with(&wrong, "key_file = \"user\"")?]);
        let opened = open(&documents, "a.txt").await.map(|document| document.version);
        assert_eq!(opened, Err(StoreError::Unreachable));
        let said = problem(&documents).await.ok_or("nothing is wrong")?;
        assert!(said.contains(&rig.fingerprint("host_ed25519")?) && said.contains("host_key"), "{said}");
    }
    Ok(())
}

#[tokio::test]
async fn a_key_with_a_passphrase_is_opened_by_it_alone() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start_with(&[("user_locked", "ecdsa")])?;
    rig.put(b"a.txt", b"a")?;
    let host = rig.fingerprint("host_ed25519")?;
    fs::write(rig.home.path().join("right"), "a phrase that opens\n")?;
    fs::write(rig.home.path().join("wrong"), "another one\n")?;
    let with = |more: &str| rig.entry_with(&host, &format!("key_file = \"user_locked\"\n{more}"));
    assert_eq!(content(&Documents::open(&[with("passphrase_file = \"right\"")?]), "a.txt").await?, b"a");
    for (more, expected) in [("passphrase_file = \"wrong\"", "its passphrase is another one"), ("", "it has a passphrase")] {
        let documents = Documents::open(&[with(more)?]);
        let opened = open(&documents, "a.txt").await.map(|document| document.version);
        assert_eq!(opened, Err(StoreError::SignIn), "{more}");
        let said = problem(&documents).await.ok_or("nothing is wrong")?;
        assert!(said.contains(expected) && !said.contains("another one\n"), "{said}");
    }
    Ok(())
}

#[tokio::test]
async fn what_the_server_or_the_gateway_does_not_take_for_a_sign_in_is_said() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start_with(&[("other", "ed25519"), ("user_rsa", "rsa")])?;
    rig.put(b"a.txt", b"a")?;
    let host = rig.fingerprint("host_ed25519")?;
    fs::write(rig.home.path().join("password"), "hunter2\n")?;
    for (sign_in, expected) in [
        ("key_file = \"other\"", "it takes: publickey"),
        ("key_file = \"user_rsa\"", "ssh-keygen -t ed25519"),
        ("key_file = \"user.pub\"", "it is no private key"),
        ("key_file = \"nowhere\"", "No such file"),
        ("password_file = \"password\"", "it takes: publickey"),
    ] {
        let documents = Documents::open(&[rig.entry_with(&host, sign_in)?]);
        let opened = open(&documents, "a.txt").await.map(|document| document.version);
        assert_eq!(opened, Err(StoreError::SignIn), "{sign_in}");
        let said = problem(&documents).await.ok_or("nothing is wrong")?;
        assert!(said.contains(expected) && !said.contains("hunter2"), "{sign_in}: {said}");
    }
    Ok(())
}

#[tokio::test]
async fn a_folder_that_is_not_there_or_a_port_without_a_server_is_named() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    let host = rig.fingerprint("host_ed25519")?;
    let text = rig.section(&host, "key_file = \"user\"", "/nowhere/at/all");
    let said = problem(&Documents::open(&[entry_of(rig.home.path(), &text)?])).await.ok_or("nothing is wrong")?;
    assert!(said.contains("has no folder /nowhere/at/all"), "{said}");
    let documents = documents(&rig);
    rig.stop()?;
    let said = problem(&documents).await.ok_or("nothing is wrong")?;
    assert!(said.contains(&format!("127.0.0.1:{} cannot be reached", rig.port)), "{said}");
    Ok(())
}

/// An unprivileged `sshd` cannot look passwords up, so rclone's server, of other make, takes one here.
#[tokio::test]
async fn a_password_signs_in() -> Outcome {
    let _turn = crate::cases::turn("sftp").await;
    let rig = OpenSsh::start()?;
    rig.put(b"a.txt", b"a")?;
    rig.put(b"folder/b.txt", b"bb")?;
    let port = free_port()?;
    let at = |name: &str| rig.home.path().join(name);
    let mut command = Command::new("rclone");
    command.args(["serve", "sftp", "--user", "ann", "--pass", "right one", "--vfs-cache-mode", "writes", "--addr"]);
    command
        .arg(format!("127.0.0.1:{port}"))
        .arg("--key")
        .arg(at("host_ed25519"))
        .arg(rig.root())
        .env("HOME", rig.home.path());
    let _server = Server::start(&mut command, port)?;
    for (word, works) in [("right one", true), ("wrong one", false)] {
        fs::write(at("password"), word)?;
        let text = format!(
            "[[store]]\nname = \"sftp\"\nkind = \"sftp\"\ntimeout = \"5s\"\n[store.sftp]\nhost = \"127.0.0.1\"\nport = {port}\nuser = \"ann\"\n\
             password_file = \"password\"\nhost_key = \"{}\"\npath = \"/\"\n",
            rig.fingerprint("host_ed25519")?
        );
        let documents = Documents::open(&[entry_of(rig.home.path(), &text)?]);
        if works {
            assert_eq!(problem(&documents).await, None);
            assert_eq!(content(&documents, "folder/b.txt").await?, b"bb");
            let listing = documents.list(&super::place(&documents, "folder")).await?;
            assert_eq!(listing.entries.len(), 1, "{listing:?}");
        } else {
            let opened = open(&documents, "a.txt").await.map(|document| document.version);
            assert_eq!(opened, Err(StoreError::SignIn));
        }
    }
    Ok(())
}
