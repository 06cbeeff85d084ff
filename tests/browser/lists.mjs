// Folders, hard names and documents that are no longer what they were, as a recipient sees them.
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Visitor, check } from "./visitor.mjs";

const NAMES = [
  "<img src=x onerror=alert(1)>.html",
  "\"quoted\" 'name'; filename=other.exe",
  "report\u202efdp.exe",
  " blanks on both sides.txt ",
  "-rf.txt",
  "100% #1 ?a=b&c;d+e.txt",
  "%2e%2e%2fetc%2fpasswd",
  "back\\slash.txt",
  "日本語 🎉.txt",
  "שלום עולם.txt",
  "re\u0301sume\u0301.pdf",
  ".hidden",
  "...",
  "CON.txt",
  `${"a-name-as-long-as-names-can-be-".repeat(9).slice(0, 251)}.txt`,
  Buffer.from([0x6c, 0x61, 0x74, 0x69, 0x6e, 0xe9, 0xff, 0x2e, 0x74, 0x78, 0x74]),
];

// Somebody new with the list of a share in front of them; `hasty` people look at no page on the way.
export async function enter({ browser, files }, name, { hasty, ...options }, ...share) {
  const { email, url } = await files.shareOf(name, ...share);
  const visitor = await Visitor.arrive(browser, { name, ...options });
  await visitor.open(url, hasty ? null : "link");
  await visitor.agree(null);
  await visitor.enter(await files.mailbox.code(email), hasty ? null : "list");
  check(visitor.inside(), `after the code the address is ${visitor.path()}`);
  return visitor;
}

export async function folders(stage) {
  const top = join(stage.files.documents, "Case 7");
  mkdirSync(join(top, "Statements", "Drafts & notes"), { recursive: true });
  mkdirSync(join(top, "Empty"));
  writeFileSync(join(top, "Read me first.txt"), "Begin here.\n");
  writeFileSync(join(top, "Statements", "Statement of 4 May.txt"), "I saw it.\n");
  writeFileSync(join(top, "Statements", "Drafts & notes", "First.txt"), "I believe I saw it.\n");
  symlinkSync("/etc/passwd", join(top, "Statements", "outside.txt"));
  const message = "Please read **the statement** first.\n\n- It is short\n- Call us with questions";
  const visitor = await enter(stage, "folders", {}, ["documents:Case 7"], "--subject", "Case 7: statements", "--message", message);
  const here = () => visitor.page.locator("h1").innerText();
  // Crumbs have the bare name, lines of the list say first what following them does.
  const go = (label) => visitor.follow(visitor.page.getByRole("link", { name: label, exact: true }));
  await go("Open Statements");
  await visitor.look("folder");
  check((await here()) === "Statements", `the folder is called ${await here()}`);
  check(!(await visitor.page.getByText("outside.txt").count()), "a link that leads out of the store is listed");
  check((await visitor.page.locator("main").innerText()).includes("cannot be handed out"), "nothing is said of what is left out");
  await go("Open Drafts & notes");
  await visitor.look("folder-below");
  await visitor.saved(() => visitor.page.locator('a[href*="/f/"][href$="First.txt"]:not([aria-hidden])').click(), Buffer.from("I believe I saw it.\n"));
  await go("Statements");
  check((await here()) === "Statements", "the way back does not lead to the folder above");
  await go("Case 7: statements");
  check(visitor.inside(), "the way back does not lead to the share");
  await go("Open Empty");
  await visitor.look("empty");
  check((await visitor.page.locator("main").innerText()).includes("This folder is empty"), "an empty folder is not called empty");
  for (const path of ["f/Case%207/Statements/outside.txt", "f/Case%207/Statements/..%2f..%2fscan.pdf", "f/scan.pdf", "f/Case%207/../scan.pdf"]) {
    const answer = await visitor.context.request.get(new URL(`../../${path}`, visitor.page.url()).href);
    check(answer.status() >= 400, `${answer.status()} for ${path}`);
  }
  await visitor.leave();
}

export async function hardNames(stage) {
  const folder = join(stage.files.documents, "Names");
  mkdirSync(folder);
  // No page, mail or log could show this one as it is.
  writeFileSync(join(folder, "line\nbreak.txt"), "never\n");
  const texts = NAMES.map((name, i) => {
    const text = `The document number ${i}\n`;
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(name)]), text);
    return text;
  });
  const visitor = await enter(stage, "hard-names", { screen: "phone" }, ["documents:Names"]);
  await visitor.look("list");
  const links = await visitor.documents();
  check(links.length === NAMES.length, `${links.length} of ${NAMES.length} names are listed`);
  check((await visitor.page.locator("main").innerText()).includes("One more entry"), "nothing is said of the name that is left out");
  const got = [];
  for (let i = 0; i < links.length; i++) {
    const [download] = await Promise.all([visitor.page.waitForEvent("download"), visitor.page.locator('tbody a[href*="/f/"]:not([aria-hidden])').nth(i).click()]);
    got.push(readFileSync(await download.path(), "utf8"));
    const name = download.suggestedFilename();
    check(!/[\0-\x1f/\u202a-\u202e\u2066-\u2069]/.test(name), `a name to save under is ${JSON.stringify(name)}`);
    check(!name.includes("..%2f") && !name.startsWith(".."), `a name to save under is ${JSON.stringify(name)}`);
  }
  check(JSON.stringify(got.sort()) === JSON.stringify([...texts].sort()), "not every name leads to its own document");
  await visitor.leave();
}

export async function changedDocuments(stage) {
  const at = (name) => join(stage.files.documents, name);
  for (const name of ["stays.txt", "changes.txt", "goes.txt"]) writeFileSync(at(name), `This one ${name}\n`);
  const shared = ["stays.txt", "changes.txt", "goes.txt"].map((name) => `documents:${name}`);
  const visitor = await enter(stage, "changed", {}, shared);
  writeFileSync(at("changes.txt"), "Other words than those that were shared\n");
  rmSync(at("goes.txt"));
  await visitor.open(visitor.page.url(), "list");
  const list = visitor.page.url();
  const row = (name) => visitor.page.locator("tbody tr", { hasText: name });
  check((await row("changes.txt").innerText()).includes("Changed since it was shared"), "the list does not say that a document changed");
  check((await row("goes.txt").innerText()).includes("No longer in its place"), "the list does not say that a document is gone");
  check((await visitor.documents()).length === 1, "a document that changed can be clicked");
  await visitor.saved(() => row("stays.txt").locator('a[href*="/f/"]:not([aria-hidden])').click(), Buffer.from("This one stays.txt\n"));
  for (const [name, step, words] of [["changes.txt", "document-changed", "has changed since it was shared"], ["goes.txt", "document-gone", "no longer there"]]) {
    check((await visitor.open(new URL(`f/${name}`, list).href, step)) >= 400, `${name} is given out`);
    check((await visitor.page.locator("h1").innerText()).includes(words), `the page does not say what became of ${name}`);
    await visitor.follow(visitor.page.locator("main a"));
    check(visitor.inside(), "the page of a refusal does not lead back to the list");
  }
  await visitor.leave();
}
