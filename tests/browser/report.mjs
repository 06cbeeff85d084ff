// The report of a share as whoever gets it opens it: a file in a browser, on the screen and on paper, with what people wrote shown as text.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeFileSync } from "node:fs";
import { scratch, screenshots } from "./tools.mjs";
import { Visitor, check } from "./visitor.mjs";

const SUBJECT = "Statements of 4 May <script>document.title='run'</script>";
const NAME = "An <img src=x onerror=alert(1)> and a very long name without any place to break, which_goes_on_and_on_and_on_for_the_width_of_the_table.txt";

export async function report(stage) {
  const { browser, files } = stage;
  writeFileSync(join(files.documents, NAME), "Its text\n");
  const names = ["documents:Letter of 3 March.txt", "documents:scan.pdf", `documents:${NAME}`];
  const people = ["reads@example.org", "a.person.with.a.rather.long.address@statements.example.org"];
  const made = await files.command("share", "create", ...names, "--to", ...people, "--subject", SUBJECT, "--remind", "2d");
  const reader = await Visitor.arrive(browser);
  await reader.open(made.links[0].url);
  await reader.agree(null);
  await reader.enter(await files.mailbox.code(people[0]), null);
  for (const link of await reader.documents()) if (!link.includes("scan.pdf")) check((await reader.context.request.get(link)).ok(), "a document is not given");
  await reader.leave();
  await files.command("share", "update", made.id, "--expires", "30d");

  const file = join(scratch, "report.html");
  files.says("share", "report", made.id, "--html", file);
  const asked = [];
  for (const screen of ["desktop", "phone"]) {
    const visitor = await Visitor.arrive(browser, { name: `report-${screen}`, screen });
    visitor.page.on("request", (request) => asked.push(request.url()));
    await visitor.page.goto(pathToFileURL(file).href);
    await visitor.look("screen");
    if (screen === "desktop") {
      await readsWell(visitor, people);
      await onPaper(visitor);
      await byKeyboard(visitor);
    }
    await visitor.leave();
  }
  check(asked.every((url) => url === pathToFileURL(file).href), `the report asks for ${asked}`);
}

async function readsWell({ page }, people) {
  const text = await page.locator("main").innerText();
  check((await page.title()).includes("<script>"), "the subject is not shown as it was written");
  check(!(await page.locator("main script, main img, a").count()), "something that people wrote became part of the page");
  for (const told of [...people, NAME.slice(0, 30), "UTC", "SHA-256", "Ledger up to line", "less than half a second"]) check(text.includes(told), `the report does not tell ${told}`);
  const row = page.locator("tbody tr", { hasText: people[1] }).first();
  check((await row.innerText()).includes("nothing"), "who has read nothing is not told");
  check((await page.locator("#receipts + .scroll tbody tr").count()) === 2, "not every receipt is told");
  for (const cell of await page.locator("thead th").all()) check((await cell.getAttribute("scope")) === "col", "a head of a table says not what it heads");
}

// On paper all of every table is there, black on white.
async function onPaper({ page }) {
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.setViewportSize({ width: 1015, height: 700 });
  const wide = await page.evaluate(() => [...document.querySelectorAll(".scroll")].filter((box) => box.scrollWidth > box.clientWidth + 1).length);
  check(wide === 0, `${wide} tables are wider than the paper`);
  const colours = await page.evaluate(() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]);
  check(colours.join() === "rgb(0, 0, 0),rgb(255, 255, 255)", `on paper it is ${colours}`);
  await page.screenshot({ path: join(screenshots, "report-print.png"), fullPage: true });
  const pdf = await page.pdf({ preferCSSPageSize: true, path: join(screenshots, "report.pdf") });
  check(pdf.length > 10_000, "there is nothing on the paper");
  await page.emulateMedia({ media: "screen", colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
}

// Tables that may be wider than the screen can be reached and scrolled without a mouse.
async function byKeyboard({ page }) {
  const reached = [];
  await page.evaluate(() => document.activeElement.blur());
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.getAttribute("aria-labelledby")));
  }
  check(reached.join() === "readers,documents,receipts,changes", `by keyboard one comes to ${reached}`);
}
