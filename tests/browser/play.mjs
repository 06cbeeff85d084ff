// Sound and film: played by the browser itself where downloading is allowed, and told of everywhere else.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Visitor, check } from "./visitor.mjs";
import { screenshots, until } from "./tools.mjs";

const SOUND = "Call of 4 May.wav";
const FILM = "Entrance, camera 2.webm";
const SECONDS = 20;

// A tone, a byte each eight-thousandth of a second.
function tone() {
  const data = Buffer.from(Array.from({ length: 8000 * SECONDS }, (_, i) => 128 + Math.round(40 * Math.sin(i / 3))));
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  [16, 0x00010001, 8000, 8000, 0x00080001].forEach((word, i) => head.writeUInt32LE(word, 16 + 4 * i));
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

// A short film that the browser makes itself.
async function film(browser) {
  const page = await browser.newPage();
  const letters = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const brush = canvas.getContext("2d");
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
    const pieces = [];
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.start();
    for (let at = 0; at < 60; at++) {
      brush.fillStyle = `hsl(${at * 6} 60% 45%)`;
      brush.fillRect(0, 0, 320, 180);
      brush.fillStyle = "#fff";
      brush.fillRect(at * 5, 70, 40, 40);
      await new Promise((next) => setTimeout(next, 40));
    }
    await new Promise((end) => {
      recorder.onstop = end;
      recorder.stop();
    });
    const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
    return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  });
  await page.close();
  return Buffer.from(letters, "latin1");
}

export async function enterPlaying({ browser }, door, name, options, ...share) {
  writeFileSync(join(door.documents, SOUND), tone());
  writeFileSync(join(door.documents, FILM), (door.film ??= await film(browser)));
  const { email, url, id } = await door.shareOf(name, [`documents:${SOUND}`, `documents:${FILM}`], ...share);
  const visitor = await Visitor.arrive(browser, { name, ...options });
  await visitor.open(url);
  await visitor.agree(null);
  await visitor.enter(await door.mailbox.code(email), null);
  visitor.list = visitor.page.url();
  return Object.assign(visitor, { share: id });
}

const receipts = (door, share) => door.command("receipts", "--share", share);
const state = (visitor) =>
  visitor.page.locator(".player").evaluate((player) => ({
    at: player.currentTime, error: player.error?.message ?? null, paused: player.paused, width: player.videoWidth ?? 0, loaded: player.readyState, from: player.currentSrc,
  }));

// Presses play as people do: at the beginning of the bar, which a film has at its foot.
export async function pressPlay(visitor) {
  const player = visitor.page.locator(".player");
  const { height } = await player.boundingBox();
  const sound = await player.evaluate((element) => element.tagName === "AUDIO");
  await player.click({ position: { x: 26, y: sound ? height / 2 : height - 48 } });
  return until("time to pass in the player", async () => {
    const now = await state(visitor);
    check(!now.error, `the browser cannot play it: ${now.error}`);
    return now.at > 0.3 && now;
  }, 30);
}

export const plays = (stage, screen, scripts) => async () => {
  const door = stage.files;
  const visitor = await enterPlaying(stage, door, `play-${screen}-${scripts ? "scripts" : "plain"}`, { screen, scripts });
  const { page } = visitor;
  await visitor.look("list");
  for (const [name, step] of [[SOUND, "sound"], [FILM, "film"]]) {
    await visitor.open(visitor.list);
    await visitor.follow(page.getByRole("link", { name: `Play ${name}` }).first());
    check((await page.locator("h1").innerText()) === name, `the page is called ${await page.locator("h1").innerText()}`);
    await visitor.look(step);
    check((await page.locator("main").innerText()).includes("counts as a download"), "the page does not say what playing does");
    check((await state(visitor)).loaded === 0, "something was fetched before anybody pressed play");
    const before = await receipts(door, visitor.share);
    check(!before.some(({ document }) => document.endsWith(name)), "there is a receipt before anybody pressed play");
    const { from, width } = await pressPlay(visitor);
    check(decodeURIComponent(from) === `${visitor.list}f/${name}`, `played from ${from}`);
    check((width > 0) === (step === "film"), `the picture is ${width} dots wide`);
    await page.screenshot({ path: join(screenshots, `${visitor.name}-${step}-playing.png`) });
    const after = await until("the receipt", async () => (await receipts(door, visitor.share)).filter(({ document }) => document.endsWith(name)));
    check(after.length === 1 && after[0].action === "download", `${JSON.stringify(after)} for playing`);
    check((await page.getByRole("link", { name: "Download" }).last().getAttribute("href")) === new URL(from).pathname, "no download beside the player");
  }
  // Forward and back, within one receipt.
  await visitor.open(new URL(`v/${encodeURIComponent(SOUND)}`, visitor.list).href);
  await pressPlay(visitor);
  await page.locator(".player").evaluate((player, to) => (player.currentTime = to), SECONDS - 4);
  await until("the player to go on further behind", async () => (await state(visitor)).at > SECONDS - 3.8);
  check((await receipts(door, visitor.share)).length === 2, "going forward makes another receipt");
  await visitor.leave();
};

export async function playsNothing(stage) {
  for (const form of ["--preview-only", "--watermarked"]) {
    const visitor = await enterPlaying(stage, stage.files, `play-not${form.slice(1)}`, { screen: form === "--preview-only" ? "phone" : "desktop" }, form);
    const { page } = visitor;
    await visitor.look("list");
    check((await page.getByText("only where downloading is allowed").count()) === 2, "the list does not say why nothing is played");
    check(!(await page.getByRole("link", { name: /^(Play|View|Download)/ }).count()), "the list offers sound or film");
    for (const name of [SOUND, FILM]) {
      check((await visitor.open(new URL(`v/${encodeURIComponent(name)}`, visitor.list).href, name === SOUND ? "sound" : null)) === 422, `${name} is not refused`);
      const text = await page.locator("main").innerText();
      check(text.includes("only where downloading is allowed") && text.includes("Ask "), `the page says: ${text}`);
      check(!(await page.locator("audio, video").count()), "there is a player");
      const answer = await visitor.context.request.get(new URL(`f/${encodeURIComponent(name)}`, visitor.list).href, { headers: { range: "bytes=0-99" } });
      check(answer.status() === 403, `${answer.status()} for ${name} itself`);
    }
    check((await receipts(stage.files, visitor.share)).length === 0, "a refusal makes a receipt");
    await visitor.leave();
  }
}
