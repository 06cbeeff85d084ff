// Machines that open mailed links before their readers do: none of them may make a receipt or keep the person out.
import { Visitor, check } from "./visitor.mjs";

const ROUNDS = 5;
const PAGES = 20;
const PATIENCE = 2000;

// Asks for the link in every way that does not need a browser.
async function fetcher(browser, url) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, userAgent: "Mozilla/5.0 (compatible; link-check)" });
  for (let round = 0; round < ROUNDS; round++) {
    check((await context.request.get(url)).status() === 200, "a GET of the link is refused");
    check((await context.request.head(url)).status() === 200, "a HEAD of the link is refused");
    check((await context.request.get(url, { headers: { "sec-purpose": "prefetch", purpose: "prefetch" } })).ok(), "a prefetch of the link is refused");
  }
  check(!(await context.cookies()).length, "opening the link sets a cookie");
  await context.close();
}

// A whole browser that runs the page's scripts and looks, but touches nothing.
async function onlooker(browser, url, screen) {
  const visitor = await Visitor.arrive(browser, { screen });
  await visitor.page.goto(url, { waitUntil: "networkidle" });
  await visitor.page.mouse.move(300, 300);
  await visitor.page.mouse.wheel(0, 4000);
  await visitor.page.reload({ waitUntil: "networkidle" });
  await visitor.leave();
}

// A whole browser that follows every link and sends every form of every page it comes to, all fields filled.
async function presser(browser, url, scripts) {
  const visitor = await Visitor.arrive(browser, { scripts });
  const { page } = visitor;
  const [seen, open] = [new Set(), [url]];
  let pressed = 0;
  while (open.length && seen.size < PAGES) {
    const address = open.shift();
    if (seen.has(address)) continue;
    seen.add(address);
    await page.goto(address);
    // A choice of language leads back to the page.
    if (page.url() !== address && seen.has(page.url())) continue;
    seen.add(page.url());
    const links = await page.locator("a[href]").evaluateAll((all) => all.map((a) => a.href).filter((href) => href.startsWith("https:")));
    open.push(...links.map((href) => href.replace(/#.*/, "")));
    for (let i = 0; i < (await page.locator("form").count()); i++) {
      // A button that has to wait leads nowhere with scripts; without them the server says so.
      await page.locator("details:not([open]) > summary").evaluateAll((all) => all.forEach((summary) => summary.click()));
      await page.locator("form input:not([type=hidden])").evaluateAll((all) => all.forEach((input) => (input.value = "123456")));
      await Promise.all([page.waitForNavigation({ timeout: PATIENCE }), page.locator("form").nth(i).evaluate((form) => form.requestSubmit())]).catch(() => {});
      pressed++;
      open.push(page.url());
      await page.goto(address);
    }
  }
  await visitor.leave();
  check(pressed >= 3, `only ${pressed} forms were found`);
}

export async function scanners({ browser, files }) {
  // They open nearly as much as one network may; what the tests before opened would be counted with it.
  await files.again();
  const { id, email, url } = await files.share("scanned");
  await files.mailbox.link(email);
  const receipts = () => files.command("receipts", "--share", id);
  await fetcher(browser, url);
  await onlooker(browser, url, "desktop");
  await onlooker(browser, url, "phone");
  check(files.mailbox.to(email).length === 1, "opening the link sends a mail");
  await presser(browser, url, true);
  await presser(browser, url, false);
  check((await receipts()).length === 0, "a scanner made a receipt");

  const person = await Visitor.arrive(browser, { name: "after-scanners" });
  await person.open(url, "link");
  await person.agree();
  // Each presser was mailed a code too; which of the mails of one second is this browser's shows when it is tried.
  const codes = await files.mailbox.codes(email, 3);
  for (const code of codes.reverse()) if (!person.inside()) await person.enter(code, "try");
  check(person.inside(), "the person does not get in after the scanners");
  check((await receipts()).length === 0, "getting in made a receipt");
  await readsAhead(person, receipts);
  await person.leave();
}

// A browser that loads ahead of its person makes no receipt; the person's own click makes one.
async function readsAhead(person, receipts) {
  const [link] = await person.documents();
  const ahead = await person.context.request.get(link, { headers: { "sec-purpose": "prefetch" } });
  check(ahead.status() === 503 && !(await ahead.body()).length, `a document loaded ahead is answered with ${ahead.status()}`);
  check((await person.context.request.head(link)).status() === 200, "a HEAD of a document is refused");
  check((await receipts()).length === 0, "loading ahead made a receipt");
  await person.saved(() => person.page.locator('tbody a[href*="/f/"]:not([aria-hidden])').first().click());
  const made = await receipts();
  check(made.length === 1 && made[0].action === "download", `a download made ${JSON.stringify(made)}`);
}
