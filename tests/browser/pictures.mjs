// Makes the README's pictures anew, from the real program and its sample documents, into tests/browser/screenshots. After tests/run.sh:
//   DOORWARD_BIN=target/debug/doorward DOORWARD_NODE_TOOLS=target/test-tools/node DOORWARD_BROWSER_SCRATCH=target/tmp node tests/browser/pictures.mjs
// pngquant (Debian: pngquant), where it is there, makes them half as large.
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, chromiumPath, until } from "./tools.mjs";
import { quickstart } from "./door.mjs";
import { Visitor, check } from "./visitor.mjs";

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), "screenshots");
const LARGEST = 120 * 1024;
const GUEST = "witness";
const SUBJECT = "Inventory of the lighthouse";
const MESSAGE = "Good day,\n\nhere is the inventory we spoke about. **Please look at page 2** before Friday.";
const DOCUMENTS = ["Inventory of the lighthouse.pdf", "Inventory list.csv", "Lighthouse at dusk.jpg", "Case note.txt"].map((name) => `documents:${name}`);

const browser = await chromium.launch({ executablePath: chromiumPath });
const door = await quickstart({ samples: true });

async function picture(target, name, options) {
  const path = join(FOLDER, `${name}.png`);
  await target.screenshot({ path, ...options });
  try {
    execFileSync("pngquant", ["--force", "--skip-if-larger", "--quality", "60-95", "--strip", "--output", path, path], { stdio: "ignore" });
  } catch {
    console.log(`${name}: as the browser wrote it, without pngquant`);
  }
  const { size } = statSync(path);
  check(size < LARGEST, `${name} has ${size} bytes`);
  console.log(`${name}: ${size} bytes`);
}

async function recipient({ id, email, url }) {
  const phone = await Visitor.arrive(browser, { screen: "phone" });
  await phone.open(url);
  await picture(phone.page, "link-phone");
  await phone.agree(null);
  await picture(phone.page, "code-phone");
  await phone.enter(await door.mailbox.code(email), null);
  await phone.page.emulateMedia({ colorScheme: "dark" });
  await picture(phone.page, "list-phone-dark");
  await phone.page.emulateMedia({ colorScheme: "light" });
  await phone.page.setViewportSize({ width: 960, height: 600 });
  await picture(phone.page, "list-desktop", { fullPage: true });
  for (const link of (await phone.documents()).slice(0, 2)) check((await phone.context.request.get(link)).ok(), `no document at ${link}`);
  const half = await phone.context.request.get((await phone.documents())[2], { headers: { range: "bytes=0-65535" } });
  check(half.status() === 206, "no part of a document");
  await phone.leave();
  return ["--share", id];
}

// A document as it is looked at, in a share that gives no more.
async function viewer() {
  const { email, url } = await door.shareOf("counsel", DOCUMENTS.slice(0, 1), "--preview-only", "--subject", SUBJECT);
  const desktop = await Visitor.arrive(browser);
  await desktop.open(url);
  await desktop.agree(null);
  await desktop.enter(await door.mailbox.code(email), null);
  await desktop.page.setViewportSize({ width: 960, height: 640 });
  await desktop.follow(desktop.page.getByRole("link", { name: /^View/ }).first());
  await until("the first page", () => desktop.page.locator(".sheet img").first().evaluate((image) => image.complete && image.naturalWidth));
  await picture(desktop.page, "viewer-desktop");
  await desktop.leave();
}

async function mail(email) {
  const [invitation] = door.mailbox.to(email);
  const eye = await Visitor.arrive(browser, { screen: "phone" });
  await eye.page.setContent(invitation.html);
  await picture(eye.page, "mail-phone");
  await eye.leave();
}

// What staff see: real commands with their real output.
async function terminal(commands) {
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
  const shown = (args) => args.map((word) => (/[^\w@.:/=-]/.test(word) ? `'${word}'` : word)).join(" ");
  const runs = commands.map((args) => `<b>$ doorward ${escape(shown(args))}</b>\n${escape(door.says(...args))}`);
  const { page, context } = await Visitor.arrive(browser);
  await page.setViewportSize({ width: 1600, height: 900 });
  await page.setContent(`<pre style="display:inline-block;margin:0;padding:20px 24px;background:#10171c;color:#d5dde3;border-radius:10px;
    font:14px/1.5 'DejaVu Sans Mono',monospace"><style>b{color:#86d5dc}body{margin:0;background:#10171c}</style>${runs.join("\n")}</pre>`);
  await picture(page.locator("pre"), "staff-terminal");
  await context.close();
}

try {
  const share = await door.shareOf(GUEST, DOCUMENTS, "--subject", SUBJECT, "--message", MESSAGE, "--expires", "30d");
  await door.mailbox.link(share.email);
  const receipts = await recipient(share);
  await viewer();
  await mail(share.email);
  await terminal([["share", "list"], ["receipts", ...receipts]]);
  await door.stop();
} finally {
  await browser.close();
  if (!door.how) door.process.kill("SIGKILL");
}
