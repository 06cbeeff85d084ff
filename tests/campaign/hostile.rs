//! Documents made to hurt: bombs, loops, giants, lies. Each is made when it is wanted; none is larger than a few megabytes.

use flate2::{Compression, write::ZlibEncoder};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::{ZipWriter, write::SimpleFileOptions};

/// A hostile document.
pub(crate) struct Hostile {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// All of them.
pub(crate) fn all() -> Vec<Hostile> {
    let made: [(&'static str, Vec<u8>); 27] = [
        ("content-bomb.pdf", content_bomb()),
        ("image-bomb.pdf", image_bomb()),
        ("dash.pdf", page_with("[0.00001 0.00001] 0 d 5 w 0 0 m 600 800 l S")),
        ("forms-nested.pdf", forms_nested()),
        ("form-loop.pdf", form_loop()),
        ("tree-loop.pdf", pdf(&[obj("<</Type/Catalog/Pages 2 0 R>>"), obj("<</Type/Pages/Kids[2 0 R]/Count 1>>")])),
        ("giant-page.pdf", one_page("[0 0 200000000 200000000]", b"0 0 1 rg 0 0 9e9 9e9 re f")),
        ("thin-page.pdf", one_page("[0 0 100000 0.01]", b"0 0 9 9 re f")),
        ("three-thousand-pages.pdf", many_pages(3_000)),
        (
            "million-kids.pdf",
            pdf(&[
                obj("<</Type/Catalog/Pages 2 0 R>>"),
                obj(&format!("<</Type/Pages/Count 3000000/Kids[{}]>>", "3 0 R ".repeat(300_000))),
                page("[0 0 100 100]", 9),
            ]),
        ),
        ("many-q.pdf", one_page("[0 0 100 100]", "q ".repeat(1_000_000).as_bytes())),
        ("open-brackets.pdf", one_page("[0 0 100 100]", "[".repeat(1_000_000).as_bytes())),
        ("shading.pdf", shading()),
        ("png-bomb.png", png_bomb(60_000, 60_000)),
        ("png-lie.png", png_bomb(5_000, 5_000)[..200].to_vec()),
        ("entities.svg", entities()),
        ("nested.svg", format!("<svg xmlns='http://www.w3.org/2000/svg'>{}", "<g>".repeat(200_000)).into_bytes()),
        ("uses.svg", uses()),
        ("giant.svg", b"<svg xmlns='http://www.w3.org/2000/svg' width='1e9' height='1e9'><rect width='1e9' height='1e9'/></svg>".to_vec()),
        ("filters.svg", filters()),
        ("zeros.docx", zipped(&[("[Content_Types].xml", types()), ("word/document.xml", vec![b' '; 300 * 1024 * 1024])])),
        ("entries.xlsx", entries(20_000)),
        ("deep.odt", zipped(&[("mimetype", b"application/vnd.oasis.opendocument.text".to_vec()), ("content.xml", deep_xml())])),
        ("quotes.md", ">".repeat(500_000).into_bytes()),
        ("one-line.txt", "x".repeat(4 * 1024 * 1024).into_bytes()),
        ("columns.csv", ",".repeat(2_000_000).into_bytes()),
        ("nested.eml", nested_mail()),
    ];
    made.into_iter().map(|(name, bytes)| Hostile { name, bytes }).collect()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("a vector takes all");
    encoder.finish().expect("a vector takes all")
}

fn obj(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn stream(dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    let mut out = format!("<<{dictionary}/Length {}>>stream\n", bytes.len()).into_bytes();
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\nendstream");
    out
}

/// A file of numbered objects, the first of them its catalogue.
fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut out = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend_from_slice(format!("{} 0 obj\n", number + 1).as_bytes());
        out.extend_from_slice(object);
        out.extend_from_slice(b"\nendobj\n");
    }
    let start = out.len();
    let mut tail = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    places.iter().for_each(|place| writeln!(tail, "{place:010} 00000 n ").expect("a string takes all"));
    write!(tail, "trailer<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF", objects.len() + 1).expect("a string takes all");
    out.extend_from_slice(tail.as_bytes());
    out
}

fn page(size: &str, contents: usize) -> Vec<u8> {
    obj(&format!(
        "<</Type/Page/Parent 2 0 R/MediaBox{size}/Contents {contents} 0 R/Resources<</XObject<</F 5 0 R>>/Shading<</S 5 0 R>>>>>>"
    ))
}

fn one_page(size: &str, contents: &[u8]) -> Vec<u8> {
    with_fifth(size, contents, obj("null"))
}

fn page_with(contents: &str) -> Vec<u8> {
    one_page("[0 0 600 800]", contents.as_bytes())
}

/// One page whose resources name the fifth object.
fn with_fifth(size: &str, contents: &[u8], fifth: Vec<u8>) -> Vec<u8> {
    let tree = obj("<</Type/Pages/Kids[3 0 R]/Count 1>>");
    pdf(&[obj("<</Type/Catalog/Pages 2 0 R>>"), tree, page(size, 4), stream("", contents), fifth])
}

fn content_bomb() -> Vec<u8> {
    let once = deflate(&b"0 0 m 1 1 l S\n".repeat(64 * 1024 * 1024 / 14));
    let twice = deflate(&once);
    let tree = obj("<</Type/Pages/Kids[3 0 R]/Count 1>>");
    let contents = stream("/Filter[/FlateDecode/FlateDecode]", &twice);
    pdf(&[obj("<</Type/Catalog/Pages 2 0 R>>"), tree, page("[0 0 600 800]", 4), contents, obj("null")])
}

fn image_bomb() -> Vec<u8> {
    let dots = deflate(&vec![0; 40_000 * 4_000]);
    let head = "/Type/XObject/Subtype/Image/Width 40000/Height 40000/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/FlateDecode";
    with_fifth("[0 0 600 800]", b"600 0 0 800 0 0 cm /F Do", stream(head, &dots))
}

fn form_loop() -> Vec<u8> {
    let form = stream("/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</F 5 0 R>>>>", b"/F Do /F Do");
    with_fifth("[0 0 600 800]", b"/F Do", form)
}

/// Forty forms, each of which draws the next one twice.
fn forms_nested() -> Vec<u8> {
    let mut objects = vec![
        obj("<</Type/Catalog/Pages 2 0 R>>"),
        obj("<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        page("[0 0 600 800]", 4),
        stream("", b"/F Do"),
    ];
    for number in 5..45 {
        let next = format!("/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</XObject<</F {} 0 R>>>>", number + 1);
        objects.push(stream(&next, b"/F Do /F Do"));
    }
    objects.push(stream("/Type/XObject/Subtype/Form/BBox[0 0 600 800]", b"0 0 1 1 re f"));
    pdf(&objects)
}

fn shading() -> Vec<u8> {
    let program = format!("{{ {} pop pop 0 0 0 }}", "dup mul 2 exp sqrt sin ".repeat(2_000));
    let function = format!("<</FunctionType 4/Domain[0 1 0 1]/Range[0 1 0 1 0 1]/Length {}>>stream\n{program}\nendstream", program.len());
    let mut objects = vec![
        obj("<</Type/Catalog/Pages 2 0 R>>"),
        obj("<</Type/Pages/Kids[3 0 R]/Count 1>>"),
        page("[0 0 600 800]", 4),
        stream("", b"600 0 0 800 0 0 cm /S sh"),
        obj("<</ShadingType 1/ColorSpace/DeviceRGB/Function 6 0 R>>"),
    ];
    objects.push(function.into_bytes());
    pdf(&objects)
}

/// A true document of very many pages.
fn many_pages(count: usize) -> Vec<u8> {
    let kids: String = (0..count).fold(String::new(), |kids, number| kids + &format!("{} 0 R ", number + 4));
    let mut objects = vec![
        obj("<</Type/Catalog/Pages 2 0 R>>"),
        obj(&format!("<</Type/Pages/Count {count}/Kids[{kids}]>>")),
        stream("", b"10 10 50 50 re f"),
    ];
    objects.extend((0..count).map(|_| page("[0 0 200 300]", 3)));
    pdf(&objects)
}

/// A picture whose head promises so many dots of one bit and whose data are zeros.
fn png_bomb(width: u32, height: u32) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        out.extend_from_slice(&u32::try_from(data.len()).expect("a chunk is small").to_be_bytes());
        let mut sum = flate2::Crc::new();
        sum.update(kind);
        sum.update(data);
        out.extend_from_slice(kind);
        out.extend_from_slice(data);
        out.extend_from_slice(&sum.sum().to_be_bytes());
    };
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[1, 0, 0, 0, 0]].concat());
    chunk(b"IDAT", &deflate(&vec![0; (width as usize / 8 + 1) * height as usize]));
    chunk(b"IEND", &[]);
    out
}

fn entities() -> Vec<u8> {
    let mut out = String::from("<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a0 'lollollollol'>");
    for level in 1..20 {
        write!(out, "<!ENTITY a{level} '{}'>", format!("&a{};", level - 1).repeat(10)).expect("a string takes all");
    }
    out.push_str("]><svg xmlns='http://www.w3.org/2000/svg' width='100' height='100'><text>&a19;</text></svg>");
    out.into_bytes()
}

/// Thirty groups, each of which uses the one before ten times.
fn uses() -> Vec<u8> {
    let mut out =
        String::from("<svg xmlns='http://www.w3.org/2000/svg' width='100' height='100'><defs><g id='g0'><rect width='1' height='1'/></g>");
    for level in 1..30 {
        write!(out, "<g id='g{level}'>{}</g>", format!("<use href='#g{}'/>", level - 1).repeat(10)).expect("a string takes all");
    }
    out.push_str("</defs><use href='#g29'/></svg>");
    out.into_bytes()
}

fn filters() -> Vec<u8> {
    let blurs = "<feGaussianBlur stdDeviation='500'/><feMorphology operator='dilate' radius='900'/>".repeat(200);
    let shape = "<rect width='4000' height='4000' filter='url(#f)'/>".repeat(50);
    format!("<svg xmlns='http://www.w3.org/2000/svg' width='4000' height='4000'><filter id='f'>{blurs}</filter>{shape}</svg>").into_bytes()
}

fn types() -> Vec<u8> {
    b"<?xml version='1.0'?><Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>".to_vec()
}

fn zipped(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a vector takes all");
        zip.write_all(bytes).expect("a vector takes all");
    }
    zip.finish().expect("a vector takes all").into_inner()
}

fn entries(count: usize) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for number in 0..count {
        zip.start_file(format!("xl/worksheets/sheet{number}.xml"), SimpleFileOptions::default())
            .expect("a vector takes all");
    }
    zip.finish().expect("a vector takes all").into_inner()
}

fn deep_xml() -> Vec<u8> {
    let open = "<text:list><text:list-item>".repeat(100_000);
    format!("<office:document-content xmlns:office='o' xmlns:text='t'><office:body><office:text>{open}").into_bytes()
}

/// Mails in mails, far deeper than anybody opens them.
fn nested_mail() -> Vec<u8> {
    let mut mail = String::from("Subject: innermost\r\n\r\nend\r\n");
    for level in 0..200 {
        mail = format!(
            "Subject: {level}\r\nContent-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\nContent-Type: message/rfc822\r\n\r\n{mail}\r\n--b{level}--\r\n"
        );
    }
    mail.into_bytes()
}
