// Documents that a recipient sends in: by the form alone, piece by piece with a bar, and by tus-js-client, cut off and resumed.
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratch, tus, until } from "./tools.mjs";
import { Visitor, check } from "./visitor.mjs";

const MIB = 1024 * 1024;

async function arrive({ browser, taking }, name, options) {
  const share = await taking.share(name, "--upload");
  const visitor = await Visitor.arrive(browser, { name, ...options });
  await visitor.open(share.url);
  await visitor.agree(null);
  await visitor.enter(await taking.mailbox.code(share.email), "list");
  check(visitor.inside(), `after the code the address is ${visitor.path()}`);
  await visitor.follow(visitor.page.getByRole("link", { name: "Send documents" }));
  return { visitor, share, inbox: join(taking.documents, "inbox", share.id.slice(0, 12)) };
}

const choose = (visitor, ...files) => visitor.page.locator("input[type=file]").setInputFiles(files);
// A file on the disk, as people have them.
function file(name, bytes) {
  const path = join(mkdtempSync(join(scratch, "sent-")), name);
  writeFileSync(path, bytes);
  return path;
}
const same = (inbox, name, bytes) => check(Buffer.compare(readFileSync(join(inbox, name)), bytes) === 0, `${name} arrived as something else`);
const state = (visitor, name) => visitor.page.locator("#sent tbody tr", { hasText: name }).first().locator("td").last().innerText();

export const plainUpload = (stage, screen) => async () => {
  const { visitor, inbox } = await arrive(stage, `upload-plain-${screen}`, { screen, scripts: false });
  await visitor.look("upload");
  const big = randomBytes(3 * MIB);
  await choose(visitor, file("photos.bin", big), file("Antwort für Zoë.txt", Buffer.from("Dear office\n")));
  await visitor.send();
  await visitor.look("sent");
  same(inbox, "photos.bin", big);
  same(inbox, "Antwort für Zoë.txt", Buffer.from("Dear office\n"));
  check((await state(visitor, "photos.bin")) === "received", "the page does not say what was received");
  await choose(visitor, file("setup.exe", Buffer.from("MZ")));
  await visitor.send();
  await visitor.look("refused");
  check((await visitor.page.getByRole("alert").innerText()).includes("setup.exe"), "the page does not say what was refused");
  await visitor.leave();
};

export const scriptedUpload = (stage, screen) => async () => {
  const { visitor, inbox } = await arrive(stage, `upload-scripts-${screen}`, { screen });
  await visitor.look("upload");
  const big = randomBytes(20 * MIB);
  // Slow enough for the bar to be seen on its way.
  const held = [];
  await visitor.page.route("**/u/*", async (route) => {
    if (route.request().method() === "PATCH" && held.length === 1) {
      held.push(route);
      await until("the picture to be taken", () => held.done, 30);
    } else if (route.request().method() === "PATCH") held.push(route);
    await route.continue();
  });
  await choose(visitor, file("big.bin", big), file("small.txt", Buffer.from("small")));
  await visitor.page.getByRole("button", { name: "Send" }).click();
  await visitor.page.locator("progress").waitFor({ state: "visible" });
  await until("the second piece", () => held.length === 2);
  await visitor.look("sending");
  const part = Number(await visitor.page.locator("progress").evaluate((bar) => bar.value));
  check(part > 0 && part < 100, `the bar stands at ${part}`);
  held.done = true;
  await visitor.page.getByText("Everything was sent").waitFor();
  await visitor.look("sent");
  same(inbox, "big.bin", big);
  same(inbox, "small.txt", Buffer.from("small"));
  check((await state(visitor, "big.bin")) === "received", "the list does not say what was received");
  await choose(visitor, file("setup.exe", Buffer.from("MZ")), file("too-large.bin", Buffer.alloc(41 * MIB)));
  await visitor.page.getByRole("button", { name: "Send" }).click();
  await visitor.page.getByText("larger than what can be sent").waitFor();
  check((await visitor.page.locator("[data-said]").innerText()).includes("“setup.exe” was not taken"), "a refusal is not told");
  await visitor.look("refused");
  await visitor.leave();
};

export async function uploadInTrouble(stage) {
  const { visitor, inbox } = await arrive(stage, "upload-trouble");
  const big = randomBytes(20 * MIB);
  let pieces = 0;
  await visitor.page.route("**/u/*", (route) => {
    const isPiece = route.request().method() === "PATCH";
    pieces += isPiece ? 1 : 0;
    return isPiece && (pieces === 2 || pieces === 4) ? route.abort("connectionreset") : route.continue();
  });
  await choose(visitor, file("broken off.bin", big));
  await visitor.page.getByRole("button", { name: "Send" }).click();
  await visitor.page.getByText("Everything was sent").waitFor({ timeout: 60_000 });
  check(pieces >= 5, `${pieces} pieces were sent`);
  same(inbox, "broken off.bin", big);
  await visitor.page.unroute("**/u/*");
  await visitor.page.route("**/u/*", (route) => (route.request().method() === "PATCH" ? undefined : route.continue()));
  await choose(visitor, file("never.bin", big));
  await visitor.page.getByRole("button", { name: "Send" }).click();
  await visitor.page.getByRole("button", { name: "Stop" }).click();
  await visitor.page.getByText("You stopped it").waitFor();
  check(!readdirSync(inbox).includes("never.bin"), "what was stopped was kept");
  check(!readdirSync(join(stage.taking.data, "uploads")).length, "something of what was stopped lies about");
  await visitor.leave();
}

export async function resumedByTus(stage) {
  const { visitor, inbox } = await arrive(stage, "upload-tus");
  const cookie = (await visitor.context.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const endpoint = visitor.page.url();
  const content = randomBytes(30 * MIB);
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  let url = null;
  const sendOn = (stopAt) =>
    new Promise((done, failed) => {
      const upload = new tus.Upload(content, {
        endpoint,
        uploadUrl: url,
        chunkSize: 4 * MIB,
        headers: { Cookie: cookie },
        metadata: { filename: "by tus.bin", filetype: "application/octet-stream" },
        retryDelays: [0, 200, 500],
        onError: failed,
        onSuccess: () => done("whole"),
        onProgress: async (sent) => {
          if (!stopAt || sent < stopAt || url === "stopped") return;
          url = upload.url;
          await upload.abort();
          done("cut off");
        },
      });
      upload.start();
    });
  check((await sendOn(9 * MIB)) === "cut off", "it was not cut off");
  check((await sendOn(17 * MIB)) === "cut off", "it was not cut off again");
  check((await sendOn()) === "whole", "it did not come to its end");
  same(inbox, "by tus.bin", content);
  await visitor.page.reload();
  check((await state(visitor, "by tus.bin")) === "received", "the list does not say what was received");
  await visitor.leave();
}
