//! The sample report: what it says and how its three pages are set.

use super::pdf::{Color, Font, PAGE, Page, document, width};

const TITLE: &str = "Inventory of the lighthouse";
const LEFT: f32 = 72.0;
const WIDE: f32 = PAGE.0 - 2.0 * LEFT;

const INK: Color = (0.13, 0.15, 0.19);
const GREY: Color = (0.42, 0.45, 0.5);
const BLUE: Color = (0.1, 0.29, 0.48);
const RED: Color = (0.72, 0.2, 0.17);
const PALE: Color = (0.9, 0.94, 0.97);
const WHITE: Color = (1.0, 1.0, 1.0);
const LIGHT: Color = (1.0, 0.93, 0.66);

/// The report as PDF.
pub(super) fn report() -> Vec<u8> {
    let mut pages = [findings(), building(), proposals()];
    let count = pages.len();
    for (at, page) in pages.iter_mut().enumerate() {
        page.line(GREY, 0.5, &[(LEFT, 58.0), (PAGE.0 - LEFT, 58.0)]);
        page.text(Font::Plain, 8.5, GREY, (LEFT, 44.0), "Harbour Trust · HT-2026-014 · Inventory of the lighthouse");
        let number = format!("Page {} of {count}", at + 1);
        let x = PAGE.0 - LEFT - width(Font::Plain, 8.5, &number);
        page.text(Font::Plain, 8.5, GREY, (x, 44.0), &number);
    }
    document(TITLE, "An invented case, to look around with", &pages)
}

/// Text from the top of a page down.
struct Column {
    page: Page,
    y: f32,
}

impl Column {
    fn new() -> Self {
        Self { page: Page::default(), y: PAGE.1 - 84.0 }
    }

    fn title(&mut self, text: &str) {
        self.page.text(Font::Bold, 24.0, INK, (LEFT, self.y), text);
        self.y -= 22.0;
    }

    fn heading(&mut self, text: &str) {
        self.y -= 16.0;
        self.page.text(Font::Bold, 13.0, BLUE, (LEFT, self.y), text);
        self.y -= 20.0;
    }

    fn paragraph(&mut self, text: &str) {
        self.lines(LEFT, text);
        self.y -= 7.0;
    }

    fn point(&mut self, number: usize, text: &str) {
        self.page.text(Font::Bold, 10.5, BLUE, (LEFT, self.y), &format!("{number}."));
        self.lines(LEFT + 18.0, text);
        self.y -= 4.0;
    }

    fn lines(&mut self, x: f32, text: &str) {
        let room = LEFT + WIDE - x;
        let mut line = String::new();
        for word in text.split(' ') {
            if !line.is_empty() && width(Font::Plain, 10.5, &format!("{line} {word}")) > room {
                self.line(x, &line);
                line.clear();
            }
            line.push_str(if line.is_empty() { "" } else { " " });
            line.push_str(word);
        }
        self.line(x, &line);
    }

    fn line(&mut self, x: f32, text: &str) {
        self.page.text(Font::Plain, 10.5, INK, (x, self.y), text);
        self.y -= 15.0;
    }

    fn row(&mut self, cells: [&str; 4], head: bool) {
        let (font, color) = if head { (Font::Bold, BLUE) } else { (Font::Plain, INK) };
        if head {
            let (top, bottom) = (self.y + 12.0, self.y - 5.0);
            self.page.area(PALE, &[(LEFT, top), (LEFT + WIDE, top), (LEFT + WIDE, bottom), (LEFT, bottom)]);
        }
        for (cell, x) in cells.iter().zip([6.0, 40.0, 200.0, 310.0]) {
            self.page.text(font, 10.0, color, (LEFT + x, self.y), cell);
        }
        self.page.line(PALE, 0.75, &[(LEFT, self.y - 5.0), (LEFT + WIDE, self.y - 5.0)]);
        self.y -= 18.0;
    }
}

fn findings() -> Page {
    let mut column = Column::new();
    column.title(TITLE);
    column
        .page
        .text(Font::Plain, 11.0, GREY, (LEFT, column.y), "Merrow Point · count of 2 and 3 March 2026 · report to the board");
    column.y -= 26.0;
    column.heading("1. What was asked");
    column.paragraph(
        "The board of the Harbour Trust asked in January whether the movable property of the lighthouse at Merrow Point is still complete. \
         The last full list is from 2019, the year in which the light was automated and the last keeper’s flat was given up. Since then the \
         tower has been opened for visitors on some forty days each year.",
    );
    column.heading("2. How it was counted");
    column.paragraph(
        "Two people went through the tower from the lantern down to the store room and compared each thing with the list of 2019: number, \
         description, condition. What could not be found on the first day was looked for again on the second, by the other person. \
         Nothing was moved. The full table is in the file “Inventory list.csv”.",
    );
    column.heading("3. What was found");
    column.paragraph(
        "Of forty things thirty-four are in their places, most of them in good condition. Six are not. Their value on the insurance list is \
         4,420 euros together, the logbook not counted, which cannot be replaced at any price.",
    );
    column.y -= 8.0;
    column.row(["No.", "Thing", "Room", "Remark"], true);
    for cells in [
        ["7", "Brass lens key", "Lantern room", "lent out, see the statement"],
        ["14", "Aneroid barometer", "Watch room", "on the wall until October"],
        ["18", "Logbook of 1968", "Watch room", "came back by post"],
        ["28", "Oil measures (set of 5)", "Oil store", "second count needed"],
        ["35", "Sextant in its case", "Store room", "the case is there"],
        ["37", "Diver’s lamp", "Store room", "no trace"],
    ] {
        column.row(cells, false);
    }
    column.y -= 10.0;
    column.paragraph(
        "There is no sign that a door or a cupboard was forced. The key of the store room hangs in the office, beside a list in which those \
         who take it write their names. The list has no entry after the first week of October.",
    );
    column.page
}

fn building() -> Page {
    let mut column = Column::new();
    column.heading("4. The rooms");
    column.paragraph(
        "The tower has five rooms one above the other and one stair. Whoever wants to reach the lantern passes all of them. The store room \
         and the oil store have doors of their own; the other rooms are separated by hatches that are not locked while visitors are in the \
         house.",
    );
    figure(&mut column.page);
    column
        .page
        .text(Font::Plain, 9.0, GREY, (LEFT, 118.0), "Figure 1. Section of the tower. Red: rooms in which something is missing.");
    column.page
}

/// The tower in section, its rooms labelled.
fn figure(page: &mut Page) {
    let middle = 225.0;
    let edge = |y: f32| 74.0 - (y - 170.0) * 0.085;
    page.area(PALE, &[(LEFT, 140.0), (LEFT + WIDE, 140.0), (LEFT + WIDE, 640.0), (LEFT, 640.0)]);
    page.area(LIGHT, &[(middle, 566.0), (LEFT + WIDE, 622.0), (LEFT + WIDE, 522.0)]);
    page.area(LIGHT, &[(middle, 566.0), (LEFT, 598.0), (LEFT, 540.0)]);
    page.area((0.36, 0.38, 0.4), &[(LEFT, 140.0), (LEFT, 158.0), (120.0, 176.0), (330.0, 176.0), (392.0, 150.0), (400.0, 140.0)]);
    for (x, y) in [(404.0, 150.0), (396.0, 160.0), (420.0, 168.0)] {
        page.wave(BLUE, (x, y), LEFT + WIDE - x);
    }
    let floors = [176.0, 246.0, 312.0, 376.0, 438.0, 520.0];
    let rooms = [("Store room", true), ("Oil store", true), ("Kitchen", false), ("Watch room", true), ("Stair and gallery", false)];
    for (at, (name, missing)) in rooms.iter().enumerate() {
        let (low, high) = (floors[at], floors[at + 1]);
        let corners = [(middle - edge(low), low), (middle + edge(low), low), (middle + edge(high), high), (middle - edge(high), high)];
        page.area(WHITE, &corners);
        page.line(INK, 1.5, &[corners[0], corners[1], corners[2], corners[3], corners[0]]);
        page.area(LIGHT, &[(middle - 7.0, low + 22.0), (middle + 7.0, low + 22.0), (middle + 7.0, low + 42.0), (middle - 7.0, low + 42.0)]);
        label(page, middle + edge(low), (low + high) / 2.0, name, *missing);
    }
    page.area(INK, &[(middle - 58.0, 520.0), (middle + 58.0, 520.0), (middle + 58.0, 526.0), (middle - 58.0, 526.0)]);
    page.area(WHITE, &[(middle - 30.0, 526.0), (middle + 30.0, 526.0), (middle + 30.0, 594.0), (middle - 30.0, 594.0)]);
    page.area(
        (0.98, 0.8, 0.3),
        &[
            (middle - 9.0, 548.0),
            (middle + 9.0, 548.0),
            (middle + 14.0, 566.0),
            (middle + 9.0, 584.0),
            (middle - 9.0, 584.0),
            (middle - 14.0, 566.0),
        ],
    );
    for x in [-30.0, -10.0, 10.0, 30.0] {
        page.line(INK, 1.0, &[(middle + x, 526.0), (middle + x, 594.0)]);
    }
    page.area(RED, &[(middle - 38.0, 594.0), (middle + 38.0, 594.0), (middle + 6.0, 622.0), (middle - 6.0, 622.0)]);
    page.line(INK, 2.0, &[(middle, 622.0), (middle, 634.0)]);
    label(page, middle + 30.0, 558.0, "Lantern room", true);
}

fn label(page: &mut Page, from: f32, y: f32, name: &str, missing: bool) {
    let color = if missing { RED } else { GREY };
    page.line(color, 0.75, &[(from + 3.0, y), (352.0, y)]);
    page.text(Font::Bold, 10.0, color, (358.0, y - 3.5), name);
}

fn proposals() -> Page {
    let mut column = Column::new();
    column.heading("5. What speaks for what");
    column.paragraph(
        "The lens key was lent out with a receipt; a letter to the museum is on its way. The logbook of 1968 came back without a sender a week \
         before the count was announced to the public. Somebody who knew of the count had it, and wanted it to be found. That the week of the \
         storm is marked in its margins may be an interest in history. It may also be an interest in the insurance claim of that year.",
    );
    column.paragraph(
        "The barometer, the sextant and the lamp can be carried in a rucksack. The oil measures cannot, and the shelf on which they stood is \
         above the reach of a tall person. They may simply have been overlooked.",
    );
    column.heading("6. What is proposed");
    for (at, text) in [
        "Count the oil store a second time, with a ladder.",
        "Photograph the margins of the logbook before anybody else opens it, and compare them with the scan of 2019.",
        "Ask the museum in writing for the lens key and for the name on the receipt.",
        "Have the lock of the store room changed, and give out its key against a signature only.",
        "Inform the insurer by the end of the month, as the contract demands, without naming anybody.",
    ]
    .iter()
    .enumerate()
    {
        column.point(at + 1, text);
    }
    column.heading("7. Who has seen this report");
    column.paragraph(
        "The report is given to the members of the board and to counsel. Everybody else who was heard gets only the statement they made \
         themselves.",
    );
    column.y -= 40.0;
    column.page.line(INK, 0.75, &[(LEFT, column.y), (LEFT + 180.0, column.y)]);
    column.y -= 14.0;
    column.page.text(Font::Plain, 9.5, GREY, (LEFT, column.y), "For the property desk, 3 March 2026");
    column.y -= 60.0;
    column.page.text(Font::Plain, 9.0, GREY, (LEFT, column.y), "Place, people and events are invented.");
    column.page
}
