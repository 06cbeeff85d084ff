// The page that shows a document: with and without scripts, on a phone and at a desk, by keyboard, larger, on paper, and when something is amiss.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Visitor, check } from "./visitor.mjs";
import { screenshots, until } from "./tools.mjs";

const PAGES = 12;
// A program that was built for tests draws slowly, the more so beside other tests.
const SLOWEST = 45;
const NAME = "Minutes of the meeting.pdf";

// So many pages of paper, each with its number, large enough to be read in a small picture.
function paper(pages) {
  const kids = Array.from({ length: pages }, (_, i) => `${4 + 2 * i} 0 R`).join(" ");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${pages} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  for (let page = 1; page <= pages; page++) {
    const lines = Array.from({ length: 24 }, (_, i) => `1 0 0 1 72 ${640 - 24 * i} Tm (Line ${i + 1} of what was said under point ${page} of the agenda.) Tj`);
    const draw = `BT /F1 48 Tf 1 0 0 1 72 720 Tm (Point ${page}) Tj /F1 14 Tf ${lines.join("\n")} ET\n0.1 g 72 60 200 40 re f\n0.5 g 300 60 200 40 re f`;
    objects.push(`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${objects.length + 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`);
    objects.push(`<< /Length ${draw.length} >>\nstream\n${draw}\nendstream`);
  }
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  const size = objects.length + 1;
  return Buffer.from(`${text}xref\n0 ${size}\n0000000000 65535 f \n${offsets.join("")}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`);
}

async function enter({ browser, files }, name, options, ...share) {
  writeFileSync(join(files.documents, NAME), paper(PAGES));
  const { email, url, id } = await files.shareOf(name, [`documents:${NAME}`], ...share);
  const visitor = await Visitor.arrive(browser, { name, ...options });
  await visitor.open(url);
  await visitor.agree(null);
  await visitor.enter(await files.mailbox.code(email), null);
  visitor.list = visitor.page.url();
  visitor.viewer = new URL(`v/${encodeURIComponent(NAME)}`, visitor.list).href;
  return Object.assign(visitor, { share: id });
}

const at = (visitor) => visitor.page.locator("#page").inputValue();
const onPage = (visitor, wanted) => until(`page ${wanted} to be shown`, async () => Number(await at(visitor)) === wanted);
// The picture of a page, once it has come: dots it has, and dots it is shown with.
const picture = (visitor, number) =>
  until(`the picture of page ${number}`, () =>
    visitor.page.evaluate((index) => {
      const image = document.querySelectorAll(".sheet")[index]?.querySelector("img");
      return image?.complete && image.naturalWidth && { dots: image.naturalWidth, shown: image.clientWidth * devicePixelRatio };
    }, number - 1), SLOWEST);
const sharp = (visitor, number) =>
  until(`page ${number} to be sharp`, async () => {
    const { dots, shown } = await picture(visitor, number);
    return dots >= shown - 2 && dots;
  }, SLOWEST);
const receipts = async ({ files }, share) => (await files.command("receipts", "--share", share)).length;

// One page after the other by links alone.
export const plainViewer = (stage, screen) => async () => {
  const visitor = await enter(stage, `viewer-plain-${screen}`, { screen, scripts: false }, "--preview-only");
  const { page } = visitor;
  await visitor.look("list");
  await visitor.follow(page.getByRole("link", { name: /^View/ }).first());
  check(page.url().startsWith(visitor.viewer), `the list leads to ${page.url()}`);
  check(await page.getByRole("img", { name: `Page 1 of ${PAGES}` }).count(), "the first page has no picture of its name");
  const image = () => page.locator(".sheet img").evaluate((img) => ({ dots: img.naturalWidth, width: img.width, attribute: Number(img.getAttribute("width")) }));
  await until("the picture", async () => (await image()).dots);
  const first = await image();
  check(Math.abs(first.dots - first.attribute) <= 2, `the picture has ${first.dots} dots, its place ${first.attribute}`);
  await visitor.look("first");
  await visitor.follow(page.getByRole("link", { name: "Next page" }));
  check((await at(visitor)) === "2", "the next page is not the second");
  await visitor.follow(page.getByRole("link", { name: "Last page" }));
  check((await at(visitor)) === String(PAGES), "the last page is not the last");
  await page.locator("#page").fill("7");
  await visitor.follow(page.getByRole("button", { name: "Go" }));
  check(await page.getByRole("img", { name: `Page 7 of ${PAGES}` }).count(), "going to page 7 does not");
  await visitor.follow(page.getByRole("link", { name: "200 %" }));
  await until("the large picture", async () => (await image()).dots, SLOWEST);
  const large = await image();
  check(large.dots > 1.9 * first.dots, `at 200 % the picture has ${large.dots} dots instead of ${2 * first.dots}`);
  await visitor.look("large");
  check((await visitor.open(`${visitor.viewer}?page=${PAGES + 1}`, "no-page")) === 404, "a page beyond the last one is there");
  await visitor.follow(page.locator("main a.button"));
  check(visitor.inside(), "the page of a refusal does not lead back to the list");
  await visitor.finish("left");
  await visitor.leave();
};

// All pages in one scroll.
export const scriptedViewer = (stage, screen) => async () => {
  const visitor = await enter(stage, `viewer-${screen}`, { screen }, "--preview-only");
  const { page } = visitor;
  const asked = [];
  page.on("request", (request) => request.url().includes("/p/") && asked.push(new URL(request.url())));
  await page.goto(`${visitor.viewer}?page=3`);
  await onPage(visitor, 3);
  const before = await sharp(visitor, 3);
  const down = () => page.locator(".stage").evaluate((stage) => stage.scrollTop);
  const rested = await down();
  await visitor.look("pages");
  await onPage(visitor, 3);
  await until(`the page to stand where it stood before windows of other sizes, at ${rested}`, async () => Math.abs((await down()) - rested) <= 2);
  // So small for a moment that afterwards all pages would have room, until they are fitted anew.
  const own = page.viewportSize();
  for (const size of [{ width: 60, height: 400 }, own]) await page.setViewportSize(size);
  await onPage(visitor, 3);
  await until(`the page to stand where it stood before a tiny window, at ${rested}`, async () => Math.abs((await down()) - rested) <= 2);
  check((await page.locator(".sheet").count()) === PAGES, "not every page has its place");
  check(new Set(asked.map((url) => url.pathname)).size < PAGES, "pages out of sight were fetched");
  await page.getByRole("button", { name: "Larger" }).click();
  await page.getByRole("button", { name: "Larger" }).click();
  const after = await sharp(visitor, 3);
  check(after > before, `larger, the picture has ${after} dots and had ${before}`);
  check((await at(visitor)) === "3", "larger, another page is shown");
  await page.screenshot({ path: join(screenshots, `viewer-${screen}-larger.png`) });
  await page.getByRole("button", { name: "Fit" }).click();
  await page.getByRole("button", { name: "Overview" }).click();
  await until("small pictures", () => page.locator(".thumbs img").count());
  const smalls = await page.locator(".thumbs img").evaluateAll((all) => all.map((img) => img.naturalWidth));
  check(smalls.every((dots) => dots < 320), `small pictures have ${smalls} dots`);
  await page.screenshot({ path: join(screenshots, `viewer-${screen}-overview.png`) });
  await visitor.accessible("the viewer with all pages small");
  await page.locator(".thumbs button").nth(8).click();
  await onPage(visitor, 9);
  await sharp(visitor, 9);
  check(new URL(page.url()).searchParams.get("page") !== null, "the address does not keep the page");
  await page.locator(".stage").evaluate((stage) => (stage.scrollTop = stage.scrollHeight));
  await onPage(visitor, PAGES);
  check((await page.locator(".sheet img").count()) < PAGES, "pictures far away are kept");
  await visitor.leave();
};

export async function viewerByKeyboard(stage) {
  const visitor = await enter(stage, "viewer-keyboard", {}, "--preview-only");
  const { page } = visitor;
  await page.goto(visitor.viewer);
  await visitor.tabTo(".stage");
  const press = async (key, wanted) => {
    await page.keyboard.press(key);
    await onPage(visitor, wanted);
  };
  await press("ArrowRight", 2);
  await press("End", PAGES);
  await press("ArrowLeft", PAGES - 1);
  await press("Home", 1);
  await page.keyboard.press("PageDown");
  await page.keyboard.press("PageDown");
  await until("PageDown to move on", async () => Number(await at(visitor)) > 1);
  const zoom = () => page.locator(".percent").innerText();
  const usual = await zoom();
  await page.keyboard.press("+");
  check((await zoom()) !== usual, "+ does not enlarge");
  await page.keyboard.press("-");
  check((await zoom()) === usual, "- does not make smaller again");
  await page.keyboard.press("g");
  await page.keyboard.type("5");
  await page.keyboard.press("Enter");
  await onPage(visitor, 5);
  // Letters are keys of the viewer only while it has the focus.
  await page.locator("h1").click();
  await page.keyboard.press("g");
  check(!(await page.evaluate(() => document.activeElement?.id === "page")), "a letter acts from outside of the viewer");
  await visitor.leave();
}

export async function viewerOnPaper(stage) {
  for (const [options, may] of [[["--preview-only"], false], [["--preview-only", "--print"], true]]) {
    const visitor = await enter(stage, may ? "viewer-prints" : "viewer-prints-not", {}, ...options);
    const { page } = visitor;
    await page.goto(visitor.viewer);
    await sharp(visitor, 1);
    await page.emulateMedia({ media: "print" });
    check((await page.locator(".sheet img").first().isVisible()) === may, `on paper the pages are ${may ? "not there" : "there"}`);
    check((await page.getByText("are not printed").isVisible()) !== may, "on paper it is not said why there are no pages");
    await page.screenshot({ path: join(screenshots, `${visitor.name}.png`), fullPage: true });
    await page.emulateMedia({ media: null });
    check((await page.getByRole("button", { name: "Print" }).count()) === (may ? 1 : 0), "the button to print fits not");
    await visitor.leave();
  }
}

export async function viewerText(stage) {
  for (const scripts of [true, false]) {
    const visitor = await enter(stage, `viewer-text-${scripts ? "scripts" : "plain"}`, { scripts }, "--preview-only", "--text");
    const { page } = visitor;
    await page.goto(`${visitor.viewer}?page=2`);
    const text = page.getByRole("group", { name: "Text of page 2" });
    await until("the text of the page", () => text.count());
    check((await text.textContent()).includes("Point 2"), "the text is not that of the page");
    check(await page.getByRole("heading", { name: `Page 2 of ${PAGES}` }).count(), "the page has no heading");
    await page.getByRole("checkbox").check();
    check((await text.boundingBox()).width > 100, "the text is not shown");
    await visitor.look("text", { headings: 1 });
    if (scripts) {
      await page.locator(".stage").focus();
      await page.keyboard.press("End");
      await until("the text of the last page", () => page.getByRole("group", { name: `Text of page ${PAGES}` }).count());
    }
    await visitor.leave();
  }
  const without = await enter(stage, "viewer-no-text", {}, "--preview-only");
  await without.page.goto(without.viewer);
  check(!(await without.page.getByRole("checkbox").count()), "text is offered where the share gives none");
  const answer = await without.context.request.get(new URL(`t/1/${encodeURIComponent(NAME)}`, without.list).href);
  check(answer.status() === 404 && !(await answer.text()).includes("Point 1"), `${answer.status()} for the text of a page`);
  await without.leave();
}

// What the server answers while it is busy, and when access ends, as the page meets it.
export async function viewerInTrouble(stage) {
  const visitor = await enter(stage, "viewer-trouble", {}, "--preview-only");
  const { page } = visitor;
  await page.goto(visitor.viewer);
  await sharp(visitor, 1);
  let busy = true;
  await page.route("**/p/**", (route) => (busy ? route.fulfill({ status: 503, headers: { "retry-after": "1" }, body: "" }) : route.continue()));
  await page.locator("#page").fill("8");
  await page.locator("#page").press("Enter");
  await until("the page to say that the server is busy", async () => (await page.locator(".told").innerText()).includes("much to do"));
  await page.screenshot({ path: join(screenshots, "viewer-busy.png") });
  busy = false;
  await sharp(visitor, 8);
  check((await page.locator(".told").innerText()) === "", "the page still says that the server is busy");
  await page.unroute("**/p/**");
  await stage.files.command("share", "revoke", visitor.share);
  await page.locator("#page").fill("2");
  await page.locator("#page").press("Enter");
  await page.locator("#page").fill("12");
  await page.locator("#page").press("Enter");
  await until("the page to say that access has ended", async () => (await page.locator(".told").innerText()).includes("signed out"));
  await page.screenshot({ path: join(screenshots, "viewer-ended.png") });
  check((await visitor.open(visitor.viewer, "stopped")) === 410, "the viewer of a stopped share is not answered as gone");
  await visitor.leave();
}

// What is shown is told to the owner, and neither looking ahead nor asking for a head is.
export async function viewerReceipts(stage) {
  const visitor = await enter(stage, "viewer-receipts", { scripts: false }, "--watermarked");
  const { page, context } = visitor;
  const name = encodeURIComponent(NAME);
  const ask = (path, options) => context.request.fetch(new URL(path, visitor.list).href, options);
  const original = readFileSync(join(stage.files.documents, NAME));
  for (const path of [`v/${name}`, `p/1/${name}`, `w/${name}`]) {
    check((await ask(path, { method: "HEAD" })).status() === 200, `HEAD of ${path} is refused`);
    check((await ask(path, { headers: { "sec-purpose": "prefetch" } })).status() === 503, `${path} is given to whoever looks ahead`);
  }
  check((await receipts(stage, visitor.share)) === 0, "there is a receipt of what nobody has seen");
  const picture = await ask(`p/1/${name}?dpi=100`);
  const headers = picture.headers();
  check(picture.status() === 200 && headers["content-type"] === "image/jpeg", `${picture.status()} for a picture`);
  check(headers["content-security-policy"].startsWith("sandbox; default-src 'none'") && headers["cache-control"].includes("no-store"), "a picture may be kept or act");
  check(headers["content-disposition"].startsWith("inline") && headers["x-content-type-options"] === "nosniff", "a picture is not called one");
  check((await ask(`p/1/${name}?dpi=100`, { headers: { range: "bytes=0-9" } })).status() === 200, "parts of pictures are given");
  check((await receipts(stage, visitor.share)) === 1, "a picture makes no receipt");
  check((await ask(`f/${name}`)).status() === 403, "the document itself is given");
  await visitor.open(visitor.list, "list-marked");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /^Download with watermark/ }).click()]);
  const copy = readFileSync(await download.path());
  check(copy.subarray(0, 5).toString() === "%PDF-" && download.suggestedFilename().endsWith(".pdf"), "the copy is no PDF");
  check(!copy.includes(Buffer.from("Helvetica")) && !copy.includes(original.subarray(0, 200)), "the copy has bytes of the document");
  await visitor.leave();
}
