//! Starting and stopping: the quickstart's screen, carrying on, and what refuses to start.

use crate::helpers::Fallible;
use crate::helpers::program::{doorward, program, run};
use crate::helpers::server::{Start, free_port, quickstart, quickstart_arguments};
use crate::helpers::walk::{GUEST, sign_in};
use rustix::process::Signal;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

#[test]
fn a_quickstart_shows_what_a_newcomer_needs_and_carries_on_after_ctrl_c() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let data = scratch.path().join("data");
    let server = quickstart(&data, &[])?;
    let (screen, link, port) = (server.out.text(), server.link()?, server.port);
    for told in [
        format!("https://localhost:{port}"),
        data.join("outbox").join("*.eml").display().to_string(),
        data.join("tls").join("ca.pem").display().to_string(),
        data.join("documents").display().to_string(),
        format!(" receipts --data {}", data.display()),
    ] {
        assert!(screen.contains(&told), "{told} is not on the screen:\n{screen}");
    }
    assert!(screen.lines().count() <= 24 && !screen.contains('\u{1b}'), "{screen}");
    assert_eq!(server.err.text(), "");
    let visitor = sign_in(&server, &link, GUEST)?;
    let documents = visitor.documents()?;
    assert!(documents.len() >= 4, "{documents:?}");
    visitor.download(&documents[0])?;
    assert_eq!(server.stop(Signal::INT)?, Some(0));
    assert!(has_state_file(&data)?, "a stop in good order leaves a state file");

    let server = Start::default().quickstart(&data, port)?;
    assert_eq!(server.link()?, link, "the link stays");
    assert_eq!(server.err.text(), "", "nothing needs to be said after a stop in good order");
    assert_eq!(server.json(&["share", "list"])?.as_array().map(Vec::len), Some(1));
    assert_eq!(server.json(&["receipts"])?.as_array().map(Vec::len), Some(1));
    assert_eq!(visitor.documents()?, documents, "who was in still is");
    assert_eq!(server.stop(Signal::TERM)?, Some(0));
    Ok(())
}

#[test]
fn what_belongs_to_the_server_is_for_its_user_alone() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let data = scratch.path().join("data");
    let server = quickstart(&data, &[])?;
    for name in ["", "keys", "keys/ring.json", "keys/data.jsonl", "ledger", "ledger/00000001.jsonl", "tls/ca.key", "tls/server.key"] {
        let mode = std::fs::metadata(data.join(name))?.permissions().mode() & 0o077;
        assert_eq!(mode, 0, "others may use {name}");
    }
    drop(server);
    Ok(())
}

#[test]
fn a_second_server_on_the_same_data_is_refused() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let server = quickstart(scratch.path(), &[])?;
    let told = doorward(quickstart_arguments(scratch.path(), free_port()?))?.refused(1)?;
    assert!(told.contains(&scratch.path().display().to_string()) && told.contains("another"), "{told}");
    assert_eq!(server.json(&["share", "list"])?.as_array().map(Vec::len), Some(1), "the first is not disturbed");
    Ok(())
}

#[test]
fn a_port_in_use_is_refused_and_nothing_is_begun() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let data = scratch.path().join("data");
    let told = doorward(quickstart_arguments(&data, taken.local_addr()?.port()))?.refused(1)?;
    assert!(told.contains(&taken.local_addr()?.to_string()) && told.contains("stop it or choose another address"), "{told}");
    assert!(!data.exists(), "it left something: {:?}", names(&data)?);
    Ok(())
}

#[test]
fn a_folder_of_documents_that_is_missing_is_refused_and_nothing_is_begun() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let (data, missing) = (scratch.path().join("data"), scratch.path().join("missing"));
    let mut arguments = quickstart_arguments(&data, free_port()?);
    arguments.extend(["--documents".into(), missing.clone().into()]);
    let told = doorward(arguments)?.refused(1)?;
    assert_eq!(told, format!("{} is not a folder; --documents names the folder to share", missing.display()));
    assert!(!data.exists());
    Ok(())
}

#[test]
fn a_data_directory_that_cannot_be_written_is_refused_by_name() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let file = scratch.path().join("file");
    std::fs::write(&file, b"not a folder")?;
    let told = doorward(quickstart_arguments(&file, free_port()?))?.refused(1)?;
    assert!(told.contains(&file.display().to_string()), "{told}");
    Ok(())
}

#[test]
fn documents_of_ones_own_are_shared_as_they_are() -> Fallible {
    let scratch = tempfile::tempdir()?;
    let documents = scratch.path().join("documents");
    std::fs::create_dir(&documents)?;
    std::fs::write(documents.join("a note.txt"), b"what it says")?;
    let server = quickstart(&scratch.path().join("data"), &["--documents".as_ref(), documents.as_os_str()])?;
    let visitor = sign_in(&server, &server.link()?, GUEST)?;
    assert_eq!(visitor.documents()?, [visitor.at("documents/a%20note.txt")]);
    assert_eq!(visitor.download(&visitor.at("documents/a%20note.txt"))?, b"what it says");
    assert_eq!(names(&documents)?, ["a note.txt"], "nothing is added to them");
    Ok(())
}

#[test]
fn usage_is_told_with_status_2_and_help_with_0() -> Fallible {
    for wrong in [&["no-such-command"][..], &["serve"], &["share", "create"], &["quickstart", "--listen", "nowhere"], &[]] {
        let ran = doorward(wrong)?;
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{wrong:?}: {ran:?}");
    }
    for right in [&["--help"][..], &["share", "create", "--help"], &["--version"]] {
        let told = doorward(right)?.done()?;
        assert!(!told.is_empty() && !told.contains('\u{1b}'), "{told}");
    }
    let mut command = std::process::Command::new(program());
    command.arg("man");
    assert!(run(command)?.done()?.contains(".TH doorward 1"));
    let completions = doorward(["completions", "bash"])?.done()?;
    assert!(completions.contains("_doorward()") && completions.contains("quickstart"));
    Ok(())
}

fn has_state_file(data: &Path) -> Fallible<bool> {
    Ok(names(&data.join("ledger"))?.iter().any(|name| name.starts_with("state-")))
}

fn names(folder: &Path) -> Fallible<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    Ok(entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
}
