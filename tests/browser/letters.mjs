// A mail with documents attached to it: the list of them, and each looked at in its turn.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Visitor, check } from "./visitor.mjs";
import { DOCUMENTS } from "./door.mjs";
import { until } from "./tools.mjs";

const NAME = "Re the inventory.eml";
const SVG = "<svg xmlns='http://www.w3.org/2000/svg' width='400' height='300'><rect width='400' height='300' fill='#246'/><circle cx='200' cy='150' r='90' fill='#fc3'/></svg>";

function letter(subject, attached) {
  const parts = attached.map(([name, type, bytes]) => {
    const lines = type === "message/rfc822" ? ["", bytes.toString("latin1")] : ["Content-Transfer-Encoding: base64", "", bytes.toString("base64").replace(/.{76}/g, "$&\r\n")];
    return [`Content-Type: ${type}; name="${name}"`, `Content-Disposition: attachment; filename="${name}"`, ...lines].join("\r\n");
  });
  const text = ["Content-Type: text/plain; charset=utf-8", "", "Good day,", "", "the papers are attached."].join("\r\n");
  const mark = `=_${subject.length}`;
  const head = ["From: Anna Berg <anna@example.org>", "To: Case Office <office@example.org>", `Subject: ${subject}`, "Date: Mon, 4 May 2026 10:00:00 +0000", "MIME-Version: 1.0", `Content-Type: multipart/mixed; boundary="${mark}"`, ""];
  return Buffer.from([...head, ...[text, ...parts].map((part) => `--${mark}\r\n${part}`), `--${mark}--`, ""].join("\r\n"), "latin1");
}

const INNER = letter("What Ben wrote", [["list.csv", "text/csv", Buffer.from("Item;Count\nLamp;2\n")]]);
const MAIL = letter("The inventory of the lighthouse", [
  ["scan.pdf", "application/pdf", DOCUMENTS["scan.pdf"]],
  ["plan.svg", "image/svg+xml", Buffer.from(SVG)],
  ["note.txt", "text/plain", Buffer.from("Only a note.\n")],
  ["before.eml", "message/rfc822", INNER],
]);
const ATTACHED = ["scan.pdf", "plan.svg", "note.txt", "before.eml"];

export const attachments = (stage, screen, scripts) => async () => {
  writeFileSync(join(stage.files.documents, NAME), MAIL);
  const name = `letter-${screen}-${scripts ? "scripts" : "plain"}`;
  const { email, url, id } = await stage.files.shareOf(name, [`documents:${NAME}`], "--preview-only");
  const visitor = await Visitor.arrive(stage.browser, { name, screen, scripts });
  const { page } = visitor;
  await visitor.open(url);
  await visitor.agree(null);
  await visitor.enter(await stage.files.mailbox.code(email), null);
  await visitor.follow(page.getByRole("link", { name: /^View/ }).first());
  const mail = page.url();
  const heading = () => page.locator("h1").innerText();
  const links = () => page.locator(".parts a").allInnerTexts();
  const drawn = () => until("the picture", async () => {
    const { came, dots } = await page.locator(".sheet img").first().evaluate((img) => ({ came: img.complete, dots: img.naturalWidth }));
    // The server had too much to do; without a script people load the page again.
    if (came && !dots && !scripts) await page.reload();
    return dots;
  }, 45);
  await drawn();
  check((await page.locator(".parts summary").innerText()) === `${ATTACHED.length} documents are attached`, "the page does not say how many are attached");
  check(JSON.stringify(await links()) === JSON.stringify(ATTACHED.map((label, i) => `Attachment ${i + 1}: ${label}`)), `attached are ${await links()}`);
  await visitor.look("mail");
  for (const [at, label] of ATTACHED.entries()) {
    await visitor.follow(page.locator(".parts a").nth(at));
    check((await heading()) === label, `attachment ${at + 1} is called ${await heading()}`);
    await drawn();
    check(!(await page.locator('main a[href*="/f/"], main a[href*="/w/"]').count()), "an attachment is offered to be downloaded");
    if (label === "before.eml") {
      check((await links()).join() === "Attachment 1: list.csv", `inside of the mail in the mail are ${await links()}`);
      await visitor.look("mail-inside");
      await visitor.follow(page.locator(".parts a").first());
      check((await heading()) === "list.csv", `what is inside of it is called ${await heading()}`);
      await drawn();
      await visitor.follow(page.getByRole("link", { name: "Back to “before.eml”" }));
    } else if (label === "scan.pdf") {
      await visitor.look("attachment");
    }
    await visitor.follow(page.getByRole("link", { name: `Back to “${NAME}”` }));
    check((await heading()) === NAME && new URL(page.url()).pathname === new URL(mail).pathname, `the way back leads to ${page.url()}`);
  }
  const [receipt, ...more] = await until("the pages in the receipt", async () => {
    const all = await stage.files.command("receipts", "--share", id);
    return all[0]?.pages?.length >= 6 && all;
  }, 30);
  const parts = receipt.pages.map(({ part }) => part ?? "").sort().join();
  check(!more.length && parts === ",1,2,3,4,4.1", `the receipt names ${parts} in ${1 + more.length}`);
  await visitor.leave();
};
