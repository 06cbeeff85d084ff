//! The converter of Office documents with the real LibreOffice: what comes back, what never does, and what is left when it dies.

use crate::helpers::Fallible;
use crate::helpers::converter::{Converter, command, gone};
use crate::helpers::papers::{Paper, words_of, written_as};
use crate::helpers::program::{doorward_at, program, run};
use crate::helpers::settings::Settings;
use doorward::preview::office::Format;
use doorward::preview::office::wire::{Answer, Refused};
use rustix::process::Signal;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const WORDS: &str = "quinces in november";

/// A text, a spreadsheet and a presentation that hold `WORDS`.
fn papers(folder: &Path) -> Fallible<[PathBuf; 3]> {
    let (text, sheet, slides) = (folder.join("a.odt"), folder.join("b.ods"), folder.join("c.odp"));
    Paper::of("text", &format!("<text:p>{WORDS}</text:p>")).write(&text)?;
    let cell = format!("<table:table-cell office:value-type=\"string\"><text:p>{WORDS}</text:p></table:table-cell>");
    Paper::of("spreadsheet", &format!("<table:table table:name=\"One\"><table:table-row>{cell}</table:table-row></table:table>"))
        .write(&sheet)?;
    let frame = "<draw:frame svg:width=\"20cm\" svg:height=\"4cm\" svg:x=\"2cm\" svg:y=\"2cm\">";
    let page =
        format!("<draw:page draw:name=\"One\">{frame}<draw:text-box><text:p>{WORDS}</text:p></draw:text-box></draw:frame></draw:page>");
    Paper::of("presentation", &page).write(&slides)?;
    Ok([text, sheet, slides])
}

/// A spreadsheet of more pages than anybody can draw.
fn endless(folder: &Path) -> Fallible<PathBuf> {
    let file = folder.join("endless.ods");
    let cells =
        "<table:table-cell table:number-columns-repeated=\"200\" office:value-type=\"string\"><text:p>more</text:p></table:table-cell>";
    let rows = format!("<table:table-row table:number-rows-repeated=\"200000\">{cells}</table:table-row>");
    Paper::of("spreadsheet", &format!("<table:table table:name=\"One\">{rows}</table:table>")).write(&file)?;
    Ok(file)
}

fn pdf_words(converter: &Converter, file: &Path) -> Fallible<String> {
    match converter.convert(file)? {
        (Answer::Converted { .. }, pdf) => words_of(&pdf),
        (other, _) => Err(format!("{}: {other:?}\n{}", file.display(), converter.err.text()).into()),
    }
}

/// Folders of conversions that are there now.
fn conversions(folder: &Path) -> Fallible<usize> {
    let is_ours = |name: &str| name.starts_with("doorward-office-");
    let names = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Fallible<Vec<_>>>()?;
    let ours = names.iter().filter(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(is_ours));
    Ok(ours.map(|path| 1 + std::fs::read_dir(path).map_or(0, Iterator::count)).sum())
}

#[test]
fn the_layout_of_a_pdf_names_the_fonts_beside_the_version_and_stays_while_they_do() -> Fallible {
    let folder = tempfile::tempdir()?;
    let [text, sheet, _] = papers(folder.path())?;
    let converter = Converter::start(folder.path(), &[])?;
    let made_with = |file: &Path| -> Fallible<_> {
        match converter.convert(file)? {
            (Answer::Converted { version, .. }, _) => Ok(version),
            (other, _) => Err(format!("{other:?}\n{}", converter.err.text()).into()),
        }
    };
    let made = [made_with(&text)?, made_with(&sheet)?];
    assert_eq!(made[0], made[1]);
    let said = converter.err.text();
    let plain = said
        .split("with LibreOffice ")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next())
        .ok_or("no version")?;
    let made = made[0].to_string();
    let number = made
        .strip_prefix(plain)
        .and_then(|rest| rest.strip_prefix('.'))
        .ok_or_else(|| format!("{made} of {plain}"))?;
    assert!(number.parse::<u64>()? > 0);
    Ok(())
}

#[test]
fn a_document_of_every_kind_comes_back_as_pdf_with_its_words() -> Fallible {
    let folder = tempfile::tempdir()?;
    let [text, sheet, slides] = papers(folder.path())?;
    let others = [(&text, ["docx", "doc"]), (&sheet, ["xlsx", "xls"]), (&slides, ["pptx", "ppt"])];
    let mut all = vec![text.clone(), sheet.clone(), slides.clone(), folder.path().join("d.rtf")];
    std::fs::write(&all[3], format!("{{\\rtf1\\ansi {WORDS}\\par}}"))?;
    for (paper, end) in others.iter().flat_map(|(paper, ends)| ends.map(|end| (*paper, end))) {
        all.push(written_as(paper, end)?);
    }
    assert_eq!(all.len(), Format::ALL.len());
    let converter = Converter::start(folder.path(), &["--jobs", "2"])?;
    for file in &all {
        let words = pdf_words(&converter, file)?;
        assert!(words.contains(WORDS), "{}: {words}", file.display());
    }
    assert_eq!(conversions(folder.path())?, 1, "nothing is left of them but the folder they were in");
    let said = converter.err.clone();
    assert_eq!(converter.end(Signal::TERM)?, Some(0));
    let said = said.whole()?;
    assert!(said.contains("stopped") && !said.contains(WORDS) && said.matches("INFO converted ").count() == all.len(), "{said}");
    assert_eq!((conversions(folder.path())?, folder.path().join("office.sock").exists()), (0, false));
    Ok(())
}

#[test]
fn what_is_broken_or_something_else_under_an_office_name_gives_no_pdf() -> Fallible {
    let folder = tempfile::tempdir()?;
    let [text, ..] = papers(folder.path())?;
    let good = std::fs::read(&text)?;
    let converter = Converter::start(folder.path(), &["--jobs", "1"])?;
    let page = format!("<html><body>{WORDS}<img src='file:///etc/hostname'></body></html>");
    let cut = [&good[..good.len() / 3], &[0; 200]].concat();
    for (format, document) in [(Format::Docx, page.as_bytes()), (Format::Odt, &cut), (Format::Doc, b"PK\x03\x04"), (Format::Xls, b"x")] {
        let (answer, pdf) = converter.send(format, document)?.answer()?;
        assert_eq!((answer, pdf.len()), (Answer::Refused(Refused::Failed), 0), "{format:?}");
    }
    assert!(pdf_words(&converter, &text)?.contains(WORDS), "it goes on");
    assert_eq!(conversions(folder.path())?, 1);
    Ok(())
}

#[test]
fn macros_do_not_run_and_nothing_outside_is_read_or_called() -> Fallible {
    let folder = tempfile::tempdir()?;
    let converter = Converter::start(folder.path(), &["--jobs", "1"])?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let (port, marker) = (listener.local_addr()?.port(), folder.path().join("marker.txt"));
    std::fs::write(&marker, "the marker outside")?;
    let section = |name: &str, from: &str| {
        let source = format!("<text:section-source xlink:type=\"simple\" xlink:href=\"{from}\" xlink:show=\"embed\"/>");
        format!("<text:section text:name=\"{name}\">{source}<text:p>old</text:p></text:section>")
    };
    let image = format!("<draw:image xlink:type=\"simple\" xlink:href=\"http://127.0.0.1:{port}/a.png\"/>");
    let nosy = format!(
        "<text:p>{WORDS}</text:p>{}{}{}<text:p><draw:frame svg:width=\"2cm\" svg:height=\"2cm\">{image}</draw:frame></text:p>",
        section("a", &format!("file://{}", marker.display())),
        section("b", "file:///etc/passwd"),
        section("c", &format!("http://127.0.0.1:{port}/c.txt")),
    );
    let file = folder.path().join("nosy.odt");
    Paper { scripts: SCRIPTS, parts: &MACRO, ..Paper::of("text", &nosy) }.write(&file)?;
    let words = pdf_words(&converter, &file)?;
    assert!(words.contains(WORDS), "{words}");
    for never in ["the macro ran", "the marker", "root:", "/bin/"] {
        assert!(!words.contains(never), "{never}: {words}");
    }
    assert_eq!(listener.accept().map_err(|why| why.kind()).err(), Some(ErrorKind::WouldBlock), "nobody called");
    Ok(())
}

const SCRIPTS: &str = "<office:scripts><office:event-listeners><script:event-listener script:language=\"ooo:script\" \
    script:event-name=\"dom:load\" xlink:type=\"simple\" \
    xlink:href=\"vnd.sun.star.script:Standard.Module1.Main?language=Basic&amp;location=document\"/></office:event-listeners></office:scripts>";
const MACRO: [(&str, &str); 3] = [
    (
        "Basic/script-lc.xml",
        "<library:libraries xmlns:library=\"http://openoffice.org/2000/library\"><library:library library:name=\"Standard\" library:link=\"false\"/>\
         </library:libraries>",
    ),
    (
        "Basic/Standard/script-lb.xml",
        "<library:library xmlns:library=\"http://openoffice.org/2000/library\" library:name=\"Standard\" library:readonly=\"false\" \
         library:passwordprotected=\"false\"><library:element library:name=\"Module1\"/></library:library>",
    ),
    (
        "Basic/Standard/Module1.xml",
        "<script:module xmlns:script=\"http://openoffice.org/2000/script\" script:name=\"Module1\" script:language=\"StarBasic\">\
         Sub Main\nThisComponent.Text.setString(\"the macro ran\")\nEnd Sub</script:module>",
    ),
];

#[test]
fn an_endless_document_ends_at_its_bound_with_all_that_ran_for_it() -> Fallible {
    let folder = tempfile::tempdir()?;
    let converter = Converter::start(folder.path(), &["--jobs", "1", "--seconds", "6"])?;
    let endless = converter.send(Format::Ods, &std::fs::read(endless(folder.path())?)?)?;
    let processes = converter.at_work()?;
    assert_eq!(endless.answer()?.0, Answer::Refused(Refused::TooLong));
    gone(&processes)?;
    assert_eq!(conversions(folder.path())?, 1);
    Ok(())
}

#[test]
fn with_one_slot_documents_wait_for_each_other_and_who_comes_after_four_is_told_that_it_is_busy() -> Fallible {
    let folder = tempfile::tempdir()?;
    let [text, ..] = papers(folder.path())?;
    let converter = Converter::start(folder.path(), &["--jobs", "1"])?;
    let document = std::fs::read(&text)?;
    let sent = (0..5).map(|_| converter.send(Format::Odt, &document)).collect::<Fallible<Vec<_>>>()?;
    assert_eq!(converter.send(Format::Odt, &document)?.answer()?.0, Answer::Refused(Refused::Busy));
    let mut converted = 0;
    for sent in sent {
        match sent.answer()? {
            (Answer::Converted { .. }, pdf) => converted += usize::from(words_of(&pdf)?.contains(WORDS)),
            // On a slow machine the last of them have waited too long.
            (answer, _) => assert_eq!(answer, Answer::Refused(Refused::Busy)),
        }
    }
    assert!(converted >= 2, "{}", converter.err.text());
    assert_eq!(conversions(folder.path())?, 1);
    Ok(())
}

#[test]
fn a_killed_converter_leaves_no_process_and_the_next_start_clears_its_folder() -> Fallible {
    let folder = tempfile::tempdir()?;
    let [text, ..] = papers(folder.path())?;
    let converter = Converter::start(folder.path(), &[])?;
    let lost = converter.send(Format::Ods, &std::fs::read(endless(folder.path())?)?)?;
    let processes = converter.at_work()?;
    assert_eq!(converter.end(Signal::KILL)?, None);
    assert!(lost.answer().is_err());
    gone(&processes)?;
    assert_eq!(conversions(folder.path())?, 2, "a dead process removes nothing");
    let converter = Converter::start(folder.path(), &[])?;
    assert_eq!(conversions(folder.path())?, 1);
    assert!(pdf_words(&converter, &text)?.contains(WORDS));
    Ok(())
}

#[test]
fn the_socket_is_for_its_user_and_its_group_and_one_converter_at_a_time() -> Fallible {
    let folder = tempfile::tempdir()?;
    let mode = |converter: &Converter| Ok::<_, std::io::Error>(std::fs::metadata(&converter.socket)?.permissions().mode() & 0o777);
    let converter = Converter::start(folder.path(), &[])?;
    assert_eq!(mode(&converter)?, 0o600);
    let second = run(command(folder.path(), &[]))?.refused(1)?;
    assert!(second.contains("another converter answers"), "{second}");
    assert_eq!(converter.end(Signal::INT)?, Some(0));
    let group = rustix::process::getegid().as_raw().to_string();
    let converter = Converter::start(folder.path(), &["--group", &group])?;
    assert_eq!(mode(&converter)?, 0o660);
    Ok(())
}

#[test]
fn check_says_which_converter_answers_and_what_to_do_when_none_does() -> Fallible {
    let folder = tempfile::tempdir()?;
    let mut settings = Settings::new(folder.path())?;
    settings.set("preview.office_socket", "office.sock")?;
    let look = || -> Fallible<(Option<i32>, String)> {
        let ran = doorward_at(&["check", "--config"], &settings.write()?)?;
        Ok((ran.code, ran.out.lines().find(|line| line.contains(" office ")).unwrap_or_default().to_owned()))
    };
    let (code, line) = look()?;
    assert!(code == Some(1) && line.starts_with("wrong") && line.contains("nobody answers at its socket"), "{line}");
    assert!(line.contains("start `doorward office` there") && line.contains("works in a sandbox of this user"), "{line}");
    let converter = Converter::start(folder.path(), &[])?;
    let (code, line) = look()?;
    assert!(code == Some(0) && line.starts_with("ok") && line.contains("LibreOffice ") && line.contains(" answers at "), "{line}");
    drop(converter);
    Ok(())
}

#[test]
fn what_is_missing_is_told_with_its_mend() -> Fallible {
    let folder = tempfile::tempdir()?;
    let refused = |path: &Path, more: &[&str]| -> Fallible<String> {
        let mut command = Command::new(program());
        command
            .args(["office", "--socket"])
            .arg(folder.path().join("office.sock"))
            .args(more)
            .env("PATH", path);
        run(command)?.refused(1)
    };
    let told = refused(folder.path(), &[])?;
    assert!(told.contains("bwrap is not there; install it (Debian: bubblewrap)"), "{told}");
    // A sandbox that cannot be opened: bubblewrap that says why.
    for name in ["prlimit", "soffice", "fc-list"] {
        std::os::unix::fs::symlink(Path::new("/usr/bin").join(name), folder.path().join(name))?;
    }
    let bwrap = folder.path().join("bwrap");
    std::fs::write(&bwrap, "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")?;
    std::fs::set_permissions(&bwrap, std::fs::Permissions::from_mode(0o755))?;
    let told = refused(folder.path(), &[])?;
    assert!(told.contains("uid map: Permission denied") && told.contains("allow user namespaces"), "{told}");
    let real = std::env::var_os("PATH").ok_or("no PATH")?;
    for (more, mend) in
        [(["--group", "no such group"], "leave --group out"), (["--scratch", "none/at/all"], "--scratch that this user may write to")]
    {
        let told = refused(Path::new(&real), &more)?;
        assert!(told.contains(mend), "{told}");
    }
    Ok(())
}
