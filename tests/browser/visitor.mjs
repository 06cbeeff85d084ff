// Somebody at a browser: each step of the recipient's way, and a close look at each page.
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { axeSource, screenshots } from "./tools.mjs";
import { DOCUMENTS } from "./door.mjs";

export const SCREENS = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

export function check(holds, what) {
  if (!holds) throw new Error(what);
}

export class Visitor {
  // A fresh browser profile. `name` begins the names of screenshots; none are taken without it.
  static async arrive(browser, { name, screen = "desktop", scripts = true, hosts = ["localhost"], locale = "en-US" } = {}) {
    const context = await browser.newContext({ ...SCREENS[screen], javaScriptEnabled: scripts, locale, ignoreHTTPSErrors: true, acceptDownloads: true });
    const visitor = new Visitor();
    Object.assign(visitor, { context, page: await context.newPage(), name, screen, scripts, language: locale.slice(0, 2), complaints: [] });
    visitor.page.on("console", (message) => {
      // A page of refusal has a status of its own; the browser notes that as an error.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) visitor.complaints.push(message.text());
    });
    visitor.page.on("pageerror", (problem) => visitor.complaints.push(String(problem)));
    visitor.page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol.startsWith("http") && !hosts.includes(hostname)) visitor.complaints.push(`a request to ${hostname}`);
    });
    return visitor;
  }

  async leave() {
    await this.context.close();
    check(!this.complaints.length, `the browser complains: ${this.complaints.join("; ")}`);
  }

  // Opens an address and looks at the page; gives its status.
  async open(url, step) {
    const response = await this.page.goto(url);
    await this.look(step);
    return response.status();
  }

  // Sends the form that has this field or, without one, the only form that the page's main part begins with.
  async send(selector = "main form button[type=submit]") {
    const before = this.page.url();
    await Promise.all([this.page.waitForNavigation(), this.page.locator(selector).first().click()]);
    return before;
  }

  async agree(step = "code") {
    await this.send();
    check(/\/d\/[^/]+\/code$/.test(this.path()), `after agreeing the address is ${this.path()}: ${await this.page.locator("main").innerText()}`);
    await this.look(step);
  }

  async enter(code, step = "list") {
    const field = this.page.locator("input[name=code]");
    check(await field.count(), `there is no place for a code: ${await this.page.locator("main").innerText()}`);
    await field.fill(code);
    await this.send("form:has(input[name=code]) button[type=submit]");
    await this.look(step);
  }

  // Chooses a language by the link at the top of the page.
  async speak(language) {
    const here = this.page.url();
    await this.follow(this.page.locator(`header a[hreflang=${language}]`));
    check(this.page.url() === here, `the choice of ${language} leads from ${here} to ${this.page.url()}`);
    this.language = language;
  }

  path() {
    return new URL(this.page.url()).pathname;
  }

  inside() {
    return /\/d\/[^/]+\/$/.test(this.path());
  }

  // The list's documents: their addresses, each once.
  async documents() {
    const links = await this.page.locator('a[href*="/f/"]').evaluateAll((all) => all.map((link) => link.href));
    return [...new Set(links)];
  }

  // Clicks the first document, compares what arrived with what is in the store, then does so for all of them.
  async downloadAll() {
    const first = this.page.getByRole("link").and(this.page.locator('a[href*="/f/"]')).first();
    await this.saved(() => first.click());
    const links = await this.documents();
    check(links.length === Object.keys(DOCUMENTS).length, `${links.length} documents are listed`);
    for (const link of links) {
      const answer = await this.context.request.get(link);
      check(answer.status() === 200, `${answer.status()} for ${link}`);
      check(Buffer.compare(await answer.body(), original(link)) === 0, `other bytes than the document's from ${link}`);
    }
  }

  // Does what starts a download; the file must be the document's bytes under the document's name.
  async saved(start, wanted) {
    const [download] = await Promise.all([this.page.waitForEvent("download"), start()]);
    const bytes = readFileSync(await download.path());
    check(Buffer.compare(bytes, wanted ?? original(download.url())) === 0, `other bytes than the document's from ${download.url()}`);
    const name = documentName(download.url());
    const tame = (text) => text.replace(/[^\p{L}\p{N}]+/gu, "_");
    check(tame(download.suggestedFilename()) === tame(name), `saved as ${download.suggestedFilename()} instead of ${name}`);
  }

  async finish(step = "left") {
    const list = await this.send("main form button[type=submit]");
    check(!this.inside(), "the list is still shown after leaving");
    await this.look(step);
    const response = await this.page.goto(list);
    check(response.status() >= 400 && !(await this.documents()).length, `after leaving, the list answers ${response.status()}`);
    await this.look("signed-out");
  }

  async follow(link) {
    await Promise.all([this.page.waitForNavigation(), link.click()]);
  }

  // Pictures in light and dark, nothing wider than the screen, one heading, a language, and nothing serious for axe. Not without a step.
  async look(step, { headings = 1, mail = false } = {}) {
    if (!step) return;
    const { page } = this;
    check((await page.locator("h1").count()) === headings, `${step}: not one h1`);
    const lang = await page.locator("html").getAttribute("lang");
    check(mail ? lang : lang === this.language, `${step}: not in the language ${this.language}`);
    await this.fits(step);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      if (this.name && step) await page.screenshot({ path: join(screenshots, `${this.name}-${step}-${colorScheme}.png`), fullPage: true });
      // In the dark only colours are others. A mail leaves its own to the reader; of a dark reader's background axe knows nothing and takes it for white.
      if (colorScheme === "light") await this.accessible(step);
      else if (!mail) await this.accessible(`${step} in the dark`, ["color-contrast"]);
    }
    await page.emulateMedia({ colorScheme: "light" });
  }

  // Whatever the width and the size of the text, nothing makes the page scroll sideways (WCAG 2.2, 1.4.4 and 1.4.10).
  async fits(step) {
    const { page } = this;
    const own = page.viewportSize();
    const narrow = { width: 320, height: 640 };
    const views = [[own, 100], [narrow, 100], [{ width: own.width / 2, height: own.height / 2 }, 100], [own, 200]];
    for (const [size, zoom] of views) {
      await page.setViewportSize(size);
      const wide = await page.evaluate((percent) => {
        document.documentElement.style.fontSize = percent === 100 ? "" : `${percent}%`;
        return document.documentElement.scrollWidth - document.documentElement.clientWidth;
      }, zoom);
      check(wide <= 0, `${step}: ${wide} pixels too wide for ${size.width} pixels and text of ${zoom} %`);
      // What is broken in the middle of a word fits as well, and reads badly; buttons may need it where text is largest or the window tiny.
      const roomy = zoom === 100 && size.width >= narrow.width;
      const broken = await page.evaluate(brokenWords, `.languages a, .steps li${roomy ? ", button, .button" : ""}`);
      check(!broken.length, `${step}: ${broken.join(", ")} broken for ${size.width} pixels and text of ${zoom} %`);
    }
    await page.setViewportSize(own);
    await page.evaluate(() => document.documentElement.removeAttribute("style"));
  }

  // Nothing serious for axe, by all its rules or by some. Not where scripts are off, since axe is one.
  async accessible(where, rules) {
    if (!this.scripts) return;
    await this.page.evaluate(axeSource);
    const options = { resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) };
    const { violations } = await this.page.evaluate((options) => globalThis.axe.run(document, options), options);
    const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    const told = grave.map(({ id, help, nodes }) => `${id}: ${help} at ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
    check(!grave.length, `${where}: ${told.join("; ")}`);
  }

  // Moves with Tab to the first thing that fits, every stop on the way visibly marked.
  async tabTo(selector, most = 60) {
    for (let stop = 0; stop < most; stop++) {
      const at = await this.page.evaluate((wanted) => {
        const here = document.activeElement;
        if (!here || here === document.body) return { fits: false, marked: true };
        // Where the skip link leads is marked by being at the top.
        if (here.id === "main") return { fits: false, marked: true };
        const { outlineStyle, boxShadow } = getComputedStyle(here);
        return { fits: here.matches(wanted), marked: outlineStyle !== "none" || boxShadow !== "none", name: here.outerHTML.slice(0, 120) };
      }, selector);
      check(at.marked, `the focus cannot be seen at ${at.name}`);
      if (at.fits) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`${most} presses of Tab do not reach ${selector}`);
  }

  async press(key) {
    await Promise.all([this.page.waitForNavigation(), this.page.keyboard.press(key)]);
  }
}

// Runs in the page: words whose letters stand on more than one line.
function brokenWords(selector) {
  const broken = [];
  for (const thing of document.querySelectorAll(selector)) {
    const texts = document.createTreeWalker(thing, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      for (const { index, 0: word } of texts.currentNode.data.matchAll(/[\p{L}\p{N}]+/gu)) {
        const range = document.createRange();
        range.setStart(texts.currentNode, index);
        range.setEnd(texts.currentNode, index + word.length);
        if (range.getClientRects().length > 1) broken.push(word);
      }
    }
  }
  return broken;
}

const documentName = (url) => decodeURIComponent(new URL(url).pathname.split("/").pop());

function original(url) {
  const bytes = DOCUMENTS[documentName(url)];
  check(bytes, `there is no document ${documentName(url)}`);
  return bytes;
}
