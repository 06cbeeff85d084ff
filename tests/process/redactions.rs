//! Covering areas from the command line: a page to look at, the area on it, the list, and what happens when the document changes in between.

use crate::helpers::Fallible;
use crate::helpers::server::{Server, quickstart};
use pdf_writer::{Content, Pdf, Rect, Ref};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The answer to whoever marked an area on a page that is no more.
const LOOK_AGAIN: &str = "the document changed since you looked at the page: look again";

/// A PDF of so many light pages.
fn paper(pages: i32) -> Vec<u8> {
    let (catalog, tree, light) = (Ref::new(1), Ref::new(2), Ref::new(3));
    let kids: Vec<Ref> = (0..pages).map(|page| Ref::new(4 + page)).collect();
    let mut pdf = Pdf::new();
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids(kids.iter().copied()).count(pages);
    for page in kids {
        let mut page = pdf.page(page);
        page.parent(tree).media_box(Rect::new(0.0, 0.0, 400.0, 400.0)).contents(light);
        page.resources();
    }
    let mut ground = Content::new();
    ground.set_fill_gray(0.9).rect(0.0, 0.0, 400.0, 400.0).fill_nonzero();
    pdf.stream(light, &ground.finish());
    pdf.finish()
}

/// A server with `paper.pdf`, two pages, and `other.pdf`.
struct Desk {
    scratch: TempDir,
    server: Server,
}

impl Desk {
    fn new() -> Fallible<Self> {
        let scratch = tempfile::tempdir()?;
        let documents = scratch.path().join("documents");
        std::fs::create_dir(&documents)?;
        std::fs::write(documents.join("paper.pdf"), paper(2))?;
        std::fs::write(documents.join("other.pdf"), paper(2))?;
        let server = quickstart(&scratch.path().join("data"), &["--documents".as_ref(), documents.as_os_str()])?;
        Ok(Self { scratch, server })
    }

    fn share(&self, more: &[&str]) -> Fallible<String> {
        let made = self.server.json(&[&["share", "create", "--to=guest@example.org", "paper.pdf"], more].concat())?;
        text(&made, "id")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn change(&self, name: &str, pages: i32) -> Fallible {
        Ok(std::fs::write(self.file("documents").join(name), paper(pages))?)
    }

    /// Saves a page and says what is told of it.
    fn look(&self, share: &str, document: &str, page: &str, to: &Path) -> Fallible<Value> {
        self.server
            .json(&["redaction", "page", share, document, "--page", page, "--to", &to.to_string_lossy()])
    }
}

fn text(value: &Value, key: &str) -> Fallible<String> {
    value[key].as_str().map(str::to_owned).ok_or_else(|| format!("no {key} in {value}").into())
}

/// How light a picture is on the whole between a tenth and a half of its width and height; the mark makes little of it.
fn lightness(picture: &Path) -> Fallible<u64> {
    let image = image::load_from_memory(&std::fs::read(picture)?)?.into_luma8();
    let (width, height) = image.dimensions();
    let dots = (width / 10..width / 2).flat_map(|x| (height / 10..height / 2).map(move |y| (x, y)));
    let lights: Vec<u64> = dots.map(|(x, y)| image.get_pixel(x, y).0[0].into()).collect();
    Ok(lights.iter().sum::<u64>() / lights.len() as u64)
}

#[test]
fn areas_are_marked_on_a_page_listed_and_uncovered_again() -> Fallible {
    let desk = Desk::new()?;
    let (server, share) = (&desk.server, desk.share(&[])?);
    let [before, during, after] = ["before.jpg", "during.jpg", "after.jpg"].map(|name| desk.file(name));
    let looked = ["redaction", "page", &share, "paper.pdf", "--page", "1", "--to", &before.to_string_lossy()];
    let told = server.run_drawing(&looked)?.done()?;
    assert!(told.starts_with(&format!("page 1 is in {}\n", before.display())), "{told}");
    let seen = told.trim_end().rsplit_once(" --seen ").ok_or("no tag")?.1.to_owned();
    assert!(
        server.run_drawing(&looked)?.refused(1)?.starts_with(&before.display().to_string()),
        "a file that is there is not written over"
    );
    assert!(lightness(&before)? > 150);
    let grid = desk.file("grid.jpg");
    let words = ["redaction", "page", &share, "paper.pdf", "--page", "1", "--grid", "--to", &grid.to_string_lossy(), "--json"];
    assert_eq!(text(&server.run_drawing(&words)?.json()?, "seen")?, seen);
    assert!(lightness(&grid)? > 150 && std::fs::read(&grid)? != std::fs::read(&before)?);

    let add = ["redaction", "add", &share, "paper.pdf", "--page", "1", "--area", "10,10,40,40.5", "--seen", &seen];
    let told = server.run_drawing(&add)?.done()?;
    assert!(told.starts_with("covered 10,10,40,40.5 on page 1 of documents:paper.pdf ("), "{told}");
    assert!(told.ends_with(&format!("share {share} gives no originals while anything is covered\n")), "{told}");
    let add = ["redaction", "add", &share, "documents:paper.pdf", "--page", "2", "--area", "0,0,5,5", "--json"];
    let second = server.run_drawing(&add)?.json()?;
    assert_eq!((&second["page"], text(&second, "area")?, &second["changed"]), (&Value::from(2), "0,0,5,5".to_owned(), &Value::from(false)));

    let told = desk.look(&share, "paper.pdf", "1", &during)?;
    assert_eq!((text(&told, "document")?, text(&told, "file")?), ("paper.pdf".to_owned(), during.display().to_string()));
    assert_eq!((&told["page"], text(&told, "seen")?), (&Value::from(1), seen), "covering changes the picture and not the document");
    assert!(lightness(&during)? < 60, "{}", lightness(&during)?);

    let table = server.run(&["redaction", "list", &share])?.done()?;
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["ID", "DOCUMENT", "PAGE", "AREA", "STATE", "ADDED"], "{table}");
    assert_eq!((rows.len(), &rows[1][1..5]), (3, &["documents:paper.pdf", "1", "10,10,40,40.5", "holds"][..]), "{table}");
    let listed = server.json(&["redaction", "list", &share[..12]])?;
    assert_eq!((listed.as_array().map(Vec::len), &listed[1]), (Some(2), &second));
    let shown = server.json(&["share", "show", &share])?;
    assert_eq!((&shown["redactions"], text(&shown, "delivery")?), (&Value::from(2), "watermarked".to_owned()));

    let told = server.run(&["redaction", "remove", rows[1][0]])?.done()?;
    assert_eq!(told, format!("1 area covered no longer\n1 area still covered in share {share}\n"));
    assert_eq!(server.json(&["redaction", "remove", &text(&second, "id")?[..8]])?[0]["delivery"], "download");
    assert!(
        server
            .run(&["redaction", "remove", rows[1][0]])?
            .refused(1)?
            .starts_with("there is no covered area")
    );
    assert_eq!(server.run(&["redaction", "list", &share])?.done()?, "nothing is covered in this share\n");
    desk.look(&share, "paper.pdf", "1", &after)?;
    assert_eq!(std::fs::read(after)?, std::fs::read(before)?, "nothing is left of it in the picture");
    Ok(())
}

#[test]
fn an_area_marked_on_a_page_that_is_no_more_is_not_covered() -> Fallible {
    let desk = Desk::new()?;
    let (server, share) = (&desk.server, desk.share(&["--follow"])?);
    let add = |more: &[&str]| {
        server.run_drawing(&[&["redaction", "add", &share, "paper.pdf", "--page", "1", "--area", "1,1,9,9"], more].concat())
    };
    let seen = text(&desk.look(&share, "paper.pdf", "1", &desk.file("1.jpg"))?, "seen")?;
    desk.change("paper.pdf", 3)?;
    assert_eq!(add(&["--seen", &seen])?.refused(1)?, LOOK_AGAIN);
    assert_eq!(server.json(&["redaction", "list", &share])?, Value::Array(Vec::new()));
    assert_eq!(text(&server.json(&["share", "show", &share])?, "delivery")?, "download");

    let again = text(&desk.look(&share, "paper.pdf", "3", &desk.file("2.jpg"))?, "seen")?;
    assert_ne!(again, seen);
    add(&["--seen", &again])?.done()?;
    add(&[])?.done()?;
    desk.change("paper.pdf", 2)?;
    let table = server.run(&["redaction", "list", &share])?.done()?;
    assert_eq!(table.matches("changed: not shown").count(), 2, "{table}");
    assert_eq!(add(&["--seen", &again])?.refused(1)?, LOOK_AGAIN);
    add(&[])?.done()?;

    let wrong = add(&["--seen", "no tag"])?;
    assert_eq!((wrong.code, wrong.out.as_str()), (Some(2), ""), "{wrong:?}");
    assert_eq!(server.json(&["redaction", "list", &share])?.as_array().map(Vec::len), Some(3));
    Ok(())
}

#[test]
fn a_tag_is_for_one_document_of_one_share() -> Fallible {
    let desk = Desk::new()?;
    let (server, share) = (&desk.server, desk.share(&["other.pdf"])?);
    let first = text(&desk.look(&share, "paper.pdf", "1", &desk.file("1.jpg"))?, "seen")?;
    let second = text(&desk.look(&share, "paper.pdf", "2", &desk.file("2.jpg"))?, "seen")?;
    assert_eq!(first, second, "all pages of a document are of one version");
    let add = |share: &str, document: &str| {
        server.run_drawing(&["redaction", "add", share, document, "--page", "1", "--area", "1,1,9,9", "--seen", &first])
    };
    assert_eq!(add(&share, "other.pdf")?.refused(1)?, LOOK_AGAIN);
    assert_eq!(add(&desk.share(&[])?, "paper.pdf")?.refused(1)?, LOOK_AGAIN);
    desk.change("paper.pdf", 4)?;
    let told = add(&share, "paper.pdf")?.refused(1)?;
    assert!(told.contains("changed since it was shared"), "a pinned document is given to nobody then: {told}");
    Ok(())
}
