// What does not open, and how calmly it is said.
import { Visitor, check } from "./visitor.mjs";
import { until } from "./tools.mjs";

const TRIES = 5;

export async function wrongCode({ browser, files }) {
  const { email, url } = await files.share("wrong-code");
  const visitor = await Visitor.arrive(browser, { name: "wrong-code", screen: "phone" });
  await visitor.open(url, "link");
  await visitor.agree();
  const code = await files.mailbox.code(email);
  await visitor.enter(other(code), "refused");
  check(!visitor.inside(), "a wrong code opens the share");
  check(await visitor.page.getByRole("alert").count(), "the page does not say that the code was wrong");
  await visitor.enter("12ab", "malformed");
  check(!visitor.inside(), "half a code opens the share");
  await visitor.enter(`${code.slice(0, 3)} ${code.slice(3)}`);
  check(visitor.inside(), "the right code after a wrong one does not open the share");
  await visitor.leave();
}

export async function voidCode({ browser, files }) {
  const { email, url } = await files.share("void-code");
  const visitor = await Visitor.arrive(browser, { name: "void-code", screen: "phone" });
  await visitor.open(url);
  await visitor.agree("code");
  await visitor.page.locator("summary").click();
  await visitor.look("help");
  const code = await files.mailbox.code(email);
  for (let tries = 1; tries < TRIES; tries++) await visitor.enter(other(code), tries === TRIES - 1 ? "last-try" : null);
  const [stale] = [await visitor.page.locator("form:has(input[name=code]) input[name=token]").inputValue()];
  await visitor.enter(other(code), "void");
  check(!(await visitor.page.locator("input[name=code]").count()), "a void code can still be typed");
  const answer = await visitor.context.request.post(visitor.page.url(), { form: { token: stale, code }, headers: { origin: new URL(url).origin } });
  check(answer.status() === 403 && answer.url().endsWith("/code"), `the right digits of a void code are answered with ${answer.status()}`);
  await visitor.leave();
  const another = await Visitor.arrive(browser);
  await another.open(url, "link");
  await another.agree();
  await another.enter((await files.mailbox.codes(email, 2)).at(-1));
  check(another.inside(), "a new code in another browser does not open the share");
  await another.leave();
}

// A fifth mail in an hour is the last: the page must not say that a sixth was sent.
export async function unsentCode({ browser, files }) {
  const { email, url } = await files.share("unsent-code");
  for (let sent = 1; sent <= 3; sent++) {
    const visitor = await Visitor.arrive(browser);
    await visitor.open(url);
    await visitor.agree(null);
    await visitor.context.close();
    await files.mailbox.codes(email, sent);
  }
  const visitor = await Visitor.arrive(browser, { name: "unsent-code" });
  await visitor.open(url);
  await visitor.agree("code");
  check(!(await visitor.page.locator("input[name=code]").count()), "a code is asked for that was never sent");
  check((await visitor.page.locator("main").innerText()).includes("No code was sent"), "the page does not say that no code was sent");
  await visitor.leave();
}

export async function badLinks({ browser, files }) {
  const { id, email, url } = await files.share("bad-links");
  const visitor = await Visitor.arrive(browser, { name: "refusal" });
  const at = url.length - 12;
  const forged = url.slice(0, at) + (url[at] === "A" ? "B" : "A") + url.slice(at + 1);
  const link = new URL(url).pathname.split("/").pop();
  for (const [address, step] of [[forged, "forged-link"], [url.slice(0, -9), "cut-link"], [`${url}x`], [url.replace(link, link.toUpperCase())]]) {
    check((await visitor.open(address, step)) === 404, `${step ?? address} is not answered as not found`);
    check(!(await visitor.page.locator("form").count()), `${step ?? address} shows a form`);
  }
  check((await visitor.open(new URL("/nothing/here", url).href, "not-found")) === 404, "an address without a page is not answered as not found");
  check((await visitor.open(new URL(`/d/${id}/`, url).href, "no-session")) === 403, "the list opens without a code");
  check((await visitor.open(new URL(`/d/${id}/f/scan.pdf`, url).href)) === 403, "a document opens without a code");
  await files.command("share", "revoke", id, "--to", email);
  check((await visitor.open(url, "recipient-stopped")) === 410, "an ended access is not answered as gone");
  await visitor.leave();
}

export async function stopped({ browser, files }) {
  const { id, email, url } = await files.share("stopped");
  const visitor = await Visitor.arrive(browser, { name: "stopped", screen: "phone" });
  await visitor.open(url);
  await visitor.agree(null);
  await visitor.enter(await files.mailbox.code(email), null);
  const [first] = await visitor.documents();
  const list = visitor.page.url();
  await files.command("share", "revoke", id);
  check((await visitor.open(first, "document")) === 410, "a document of a stopped share is not answered as gone");
  check((await visitor.open(list)) === 410, "the list of a stopped share is not answered as gone");
  check((await visitor.open(url, "link")) === 410, "a stopped share is not answered as gone");
  await visitor.leave();
}

export async function expired({ browser, files }) {
  const end = new Date(Date.now() + 1500).toISOString();
  const { url } = await files.share("expired", "--expires", end);
  const visitor = await Visitor.arrive(browser, { name: "expired" });
  await until("the share to end", async () => (await visitor.context.request.get(url)).status() === 410);
  check((await visitor.open(url, "link")) === 410, "a share that ran out is not answered as gone");
  await visitor.leave();
}

export async function previewOnly({ browser, files }) {
  const { email, url } = await files.share("preview-only", "--preview-only");
  const visitor = await Visitor.arrive(browser, { name: "preview-only" });
  await visitor.open(url, "link");
  await visitor.agree();
  await visitor.enter(await files.mailbox.code(email));
  check(visitor.inside(), `after the code the address is ${visitor.path()}`);
  const base = visitor.page.url();
  check((await visitor.open(new URL("f/scan.pdf", base).href, "document")) === 403, "a document to be seen only is not refused");
  for (const link of ["f/scan.pdf", "f/scan.pdf?download", "f/documents/scan.pdf"].map((path) => new URL(path, base).href)) {
    for (const headers of [{}, { range: "bytes=0-9" }, { accept: "application/pdf" }]) {
      const answer = await visitor.context.request.get(link, { headers });
      check(answer.status() >= 400 && !(await answer.text()).includes("%PDF"), `${answer.status()} for a document to be seen only`);
    }
  }
  await visitor.leave();
}

// As many digits, all others.
const other = (code) => code.replace(/\d/g, (digit) => (Number(digit) + 1) % 10);
