// The recipient's way in a real browser, against the real program: mail from files and from an SMTP server, with and without scripts, on a
// phone and at a desk, in light and dark, by mouse and by keyboard alone. Started by tests/run.sh; an argument picks tests by name.
import { chromium, chromiumPath, run } from "./tools.mjs";
import { quickstart, serve } from "./door.mjs";
import { Visitor, check } from "./visitor.mjs";

const smtp = process.env.DOORWARD_TEST_SMTP_PORT && {
  port: process.env.DOORWARD_TEST_SMTP_PORT,
  maildir: process.env.DOORWARD_TEST_MAILDIR,
  ca: process.env.DOORWARD_TEST_SMTP_CA,
};

const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--disable-dev-shm-usage"] });
const doors = {};
let failed = true;

const walk = (door, options) => async () => {
  const { email, url } = await doors[door].share(options.name);
  const visitor = await Visitor.arrive(browser, options);
  check((await visitor.open(url, "link")) === 200, "the link does not open");
  check((await doors[door].mailbox.link(email)) === url, "the mailed link is another one");
  await visitor.agree();
  await visitor.enter(await doors[door].mailbox.code(email));
  check(visitor.inside(), `after the code the address is ${visitor.path()}`);
  await visitor.downloadAll();
  await visitor.finish();
  await visitor.leave();
};

async function printedLink() {
  const door = doors.files;
  const visitor = await Visitor.arrive(browser, { name: "quickstart" });
  check((await visitor.open(door.link, "link")) === 200, "the printed link does not open");
  await visitor.agree();
  await visitor.enter(await door.mailbox.code("guest@example.org"));
  check(visitor.inside(), `after the code the address is ${visitor.path()}`);
  await visitor.leave();
}

async function wrongCode() {
  const { email, url } = await doors.files.share("wrong-code");
  const visitor = await Visitor.arrive(browser, { name: "wrong-code", screen: "phone" });
  await visitor.open(url, "link");
  await visitor.agree();
  const code = await doors.files.mailbox.code(email);
  await visitor.enter(String((Number(code[0]) + 1) % 10) + code.slice(1), "refused");
  check(!visitor.inside(), "a wrong code opens the share");
  check(await visitor.page.getByRole("alert").count(), "the page does not say that the code was wrong");
  await visitor.enter(code);
  check(visitor.inside(), "the right code after a wrong one does not open the share");
  await visitor.leave();
}

async function refusals() {
  const { id, url } = await doors.files.share("refusals");
  const visitor = await Visitor.arrive(browser, { name: "refusal" });
  const at = url.length - 12;
  const forged = url.slice(0, at) + (url[at] === "A" ? "B" : "A") + url.slice(at + 1);
  check((await visitor.open(forged, "forged-link")) === 404, "a forged link is not answered as not found");
  check(!(await visitor.page.locator("form").count()), "a forged link shows a form");
  const list = new URL(`/d/${id}/`, url).href;
  check((await visitor.open(list, "no-session")) >= 400, "the list opens without a code");
  await doors.files.command("share", "revoke", id);
  check((await visitor.open(url, "stopped")) === 410, "a stopped share is not answered as gone");
  await visitor.leave();
}

async function previewOnly() {
  const { email, url } = await doors.files.share("preview-only", "--preview-only");
  const visitor = await Visitor.arrive(browser, { name: "preview-only" });
  await visitor.open(url, "link");
  await visitor.agree();
  await visitor.enter(await doors.files.mailbox.code(email));
  check(visitor.inside(), `after the code the address is ${visitor.path()}`);
  const base = visitor.page.url();
  for (const link of [...(await visitor.documents()), new URL("f/scan.pdf", base).href]) {
    const answer = await visitor.context.request.get(link);
    check(answer.status() >= 400 && !(await answer.text()).includes("%PDF"), `${answer.status()} for a document to be seen only`);
  }
  await visitor.leave();
}

async function keyboardAlone() {
  const { email, url } = await doors.files.share("keyboard");
  const visitor = await Visitor.arrive(browser);
  await visitor.open(url, "link");
  await visitor.tabTo("button[type=submit]");
  await visitor.press("Enter");
  const code = await doors.files.mailbox.code(email);
  await visitor.tabTo("input[name=code]");
  await visitor.page.keyboard.type(code);
  await visitor.press("Enter");
  check(visitor.inside(), `after the code the address is ${visitor.path()}`);
  await visitor.tabTo('a[href*="/f/"]');
  await visitor.saved(() => visitor.page.keyboard.press("Enter"));
  await visitor.tabTo("form button[type=submit]");
  await visitor.press("Enter");
  check(!visitor.inside(), "leaving by keyboard does not leave");
  await visitor.leave();
}

// A mail scanner with a whole browser: it opens the link, follows what it finds and presses every button.
async function scanner() {
  const door = doors.files;
  const { id, email, url } = await door.share("scanned");
  const visitor = await Visitor.arrive(browser);
  await visitor.open(url, "link");
  const buttons = await visitor.page.locator("button").count();
  for (let i = 0; i < buttons; i++) {
    await visitor.page.goto(url);
    await visitor.page.locator("button").nth(i).click();
    await visitor.page.waitForLoadState();
  }
  for (const link of await visitor.page.locator("a[href]").evaluateAll((all) => all.map((a) => a.href).filter((href) => href.startsWith("https:")))) {
    await visitor.context.request.get(link);
  }
  await visitor.context.close();
  check((await door.command("receipts", "--share", id)).length === 0, "a scanner made a receipt");
  const person = await Visitor.arrive(browser);
  await person.open(url, "link");
  await person.agree();
  // Each press of the scanner mailed a code too; which of two mails of one second is this browser's shows at the second try.
  const codes = await door.mailbox.codes(email, buttons + 1);
  for (const code of codes.reverse()) if (!person.inside()) await person.enter(code, "try");
  check(person.inside(), "the person does not get in after the scanner");
  await person.leave();
}

const ways = (door) =>
  [["desktop", true], ["desktop", false], ["phone", true], ["phone", false]].map(([screen, scripts]) => {
    const name = `${door}-${screen}-${scripts ? "scripts" : "plain"}`;
    return [`the_whole_way_${name.replaceAll("-", "_")}`, walk(door, { name, screen, scripts })];
  });

const tests = [
  ["quickstart_starts_and_prints_a_link_that_works", async () => {
    doors.files = await quickstart();
    await printedLink();
  }],
  ...ways("files"),
  ["a_wrong_code_is_refused_and_the_right_one_still_works", wrongCode],
  ["refused_links_and_lists_get_calm_pages", refusals],
  ["a_preview_only_share_gives_no_byte", previewOnly],
  ["the_whole_way_by_keyboard_alone", keyboardAlone],
  ["a_scanner_that_presses_every_button_makes_no_receipt", scanner],
  ["quickstart_stops_cleanly", () => doors.files.stop()],
  ["serve_starts_from_its_configuration", async () => {
    check(smtp, "there is no SMTP server to test with");
    doors.smtp = await serve(smtp);
  }],
  ...ways("smtp"),
  ["serve_stops_cleanly", () => doors.smtp.stop()],
];

try {
  failed = !(await run(tests));
} finally {
  await browser.close();
  for (const door of Object.values(doors)) if (!door.how) door.process.kill("SIGKILL");
}
process.exit(failed ? 1 : 0);
