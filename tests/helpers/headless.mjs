// A browser without a screen that looks at pages and touches nothing: for each address on standard input it prints what it asked for and got.
// `node tests/helpers/headless.mjs`, with DOORWARD_NODE_TOOLS. It prints a line when it is ready, and ends when its standard input ends.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const require = createRequire(join(resolve(process.env.DOORWARD_NODE_TOOLS), "package.json"));
const { chromium } = require("playwright-core");
const executablePath =
  process.env.DOORWARD_CHROMIUM ??
  ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

const launch = () => chromium.launch({ executablePath, args: ["--disable-dev-shm-usage"] });
// Chromium itself crashes at its start now and then.
const browser = await launch().catch(launch);
console.log("ready");

// A fresh profile for each visit. Scripts run; the page is read to its end, each button is pointed at, each link is followed.
async function visit(address) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const seen = { requests: 0, refused: 0, sessions: 0 };
  context.on("request", () => seen.requests++);
  context.on("response", (response) => (seen.refused += response.status() === 429));
  const page = await context.newPage();
  await page.goto(address);
  await page.mouse.wheel(0, 4000);
  const { buttons, links } = await page.evaluate(() => ({
    buttons: [...document.querySelectorAll("button, summary")].map((it) => it.getBoundingClientRect()).map(({ x, y, width, height }) => [x + width / 2, y + height / 2]),
    links: [...new Set([...document.querySelectorAll("a[href]")].map((a) => a.href))].filter((href) => new URL(href).origin === location.origin),
  }));
  for (const [x, y] of buttons) await page.mouse.move(x, y);
  for (const link of links) await page.goto(link);
  seen.sessions = (await context.cookies()).filter(({ name }) => name.startsWith("__Host-dw-s-")).length;
  await context.close();
  return seen;
}

for await (const address of createInterface({ input: process.stdin })) console.log(JSON.stringify(await visit(address)));
await browser.close();
