// A folder of several hundred documents: in other orders, by part of a name, page by page, with and without a mouse, in light and dark.
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { enter } from "./lists.mjs";
import { screenshots } from "./tools.mjs";
import { check } from "./visitor.mjs";

const COUNT = 420;
const DAY = 24 * 60 * 60;

// `Page 1.txt` is the oldest and smallest, `Page 420.txt` the newest and largest.
function fill(stage, name) {
  const folder = join(stage.files.documents, name);
  mkdirSync(join(folder, "Annex"), { recursive: true });
  for (let n = 1; n <= COUNT; n++) {
    const path = join(folder, `Page ${n}.txt`);
    writeFileSync(path, "x".repeat(n));
    const changed = Date.UTC(2024, 0, 1) / 1000 + n * DAY;
    utimesSync(path, changed, changed);
  }
  writeFileSync(join(folder, "Annex", "Notes.txt"), "notes\n");
}

const rows = (visitor) => visitor.page.locator("tbody tr th bdi").allInnerTexts();
const main = (visitor) => visitor.page.locator("main").innerText();

async function shows(visitor, count, first, last) {
  const names = await rows(visitor);
  const shown = `${names.length} lines from ${names[0]} to ${names.at(-1)} at ${visitor.page.url()}`;
  check(names.length === count && names[0] === first && names.at(-1) === last, `the list shows ${shown}`);
}

export async function longByKeyboard(stage) {
  fill(stage, "long");
  const visitor = await enter(stage, "long", { hasty: true }, ["documents:long"], "--subject", "A long case", "--follow");
  const { page } = visitor;
  await shows(visitor, 200, "Annex", "Page 199.txt");
  const above = page.locator(".all");
  check((await above.innerText()).includes("Page 1 of 3"), "nothing above the list says that it has more pages");
  check(await above.getByRole("link", { name: "Download all as ZIP" }).count(), "a folder shown whole is not offered as a ZIP");
  await page.emulateMedia({ colorScheme: "dark" });
  await visitor.accessible("the first page in dark");
  await page.screenshot({ path: join(screenshots, "long-first-dark.png") });
  await visitor.tabTo("thead a[href*='sort=size']");
  await visitor.press("Enter");
  await shows(visitor, 200, "Annex", "Page 199.txt");
  check((await page.locator("th[aria-sort=ascending]").innerText()).startsWith("Size"), "the column does not say that it is in order");
  await visitor.tabTo("thead a[href*='sort=-size']");
  await visitor.press("Enter");
  await shows(visitor, 200, "Annex", "Page 222.txt");
  await visitor.tabTo("a[rel=next]");
  await visitor.press("Enter");
  await shows(visitor, 200, "Page 221.txt", "Page 22.txt");
  await visitor.tabTo("#find");
  await page.keyboard.type("PAGE 41");
  await visitor.press("Enter");
  await shows(visitor, 11, "Page 419.txt", "Page 41.txt");
  check((await main(visitor)).includes("11 documents"), "the page does not count what was found");
  check(!(await page.getByRole("link", { name: "Download all as ZIP" }).count()), "what was found and the whole folder can be taken for one");
  await visitor.look("found");
  await page.goBack();
  await shows(visitor, 200, "Page 221.txt", "Page 22.txt");
  await visitor.leave();
}

export async function longOnPhone(stage) {
  fill(stage, "long-phone");
  const visitor = await enter(stage, "long-phone", { hasty: true, screen: "phone", scripts: false }, ["documents:long-phone"], "--subject", "A long case", "--pin");
  const { page } = visitor;
  await page.screenshot({ path: join(screenshots, "long-phone-first.png") });
  await page.getByLabel("Order").selectOption({ label: "Newest first" });
  await visitor.follow(page.getByRole("button", { name: "Show", exact: true }));
  await shows(visitor, 200, "Annex", "Page 222.txt");
  await visitor.follow(page.getByRole("link", { name: "Next page" }).first());
  await visitor.follow(page.getByRole("navigation", { name: "Pages of this list" }).getByRole("link", { name: "Next page" }));
  await shows(visitor, 21, "Page 21.txt", "Page 1.txt");
  check(!(await page.getByRole("link", { name: "Next page" }).count()), "behind the last page there is another");
  await visitor.look("last-by-date");
  check((await page.getByLabel("Order").inputValue()) === "-changed", "the order is not shown");
  await page.getByLabel("Find by name").fill("nobody wrote this");
  await visitor.follow(page.getByRole("button", { name: "Show", exact: true }));
  check((await main(visitor)).includes("Nothing here has this in its name") && !(await rows(visitor)).length, "the page does not say that nothing was found");
  await visitor.look("nothing");
  await visitor.follow(page.getByRole("link", { name: "Show all" }));
  await shows(visitor, 200, "Annex", "Page 199.txt");
  await visitor.leave();
}
