// A folder as one ZIP, as people get it: the page before it, the file that is saved, and what other programs find in that.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { enter } from "./lists.mjs";
import { check } from "./visitor.mjs";

// Names that some computer would not take as they are.
const CASE = {
  "Letter to Zoë.txt": "Dear Zoë,\n",
  "Statements/Statement of 4 May.txt": "I saw it.\n",
  "Statements/What then?.txt": "I do not know.\n",
  "Statements/empty.txt": "",
  "scan.bin": "0123456789".repeat(200_000),
};
const PLAIN = { "Statements/What then?.txt": "Statements/What then_.txt" };

function put(stage, folder, documents) {
  for (const [name, text] of Object.entries(documents)) {
    const path = join(stage.files.documents, folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

// What Python finds in an archive that `unzip` has nothing to say against: names, and texts as they were put in.
function unpacked(path) {
  execFileSync("unzip", ["-tqq", path]);
  const read = "import json,sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(json.dumps({n:z.read(n).decode() for n in z.namelist()}))";
  return JSON.parse(execFileSync("/usr/bin/python3", ["-c", read, path], { encoding: "utf8", maxBuffer: 1 << 26 }));
}

function holds(path, documents) {
  const found = unpacked(path);
  const manifest = found["MANIFEST.jsonl"].trim().split("\n").map((line) => JSON.parse(line));
  delete found["MANIFEST.jsonl"];
  const wanted = Object.fromEntries(Object.entries(documents).map(([name, text]) => [PLAIN[name] ?? name, text]));
  const names = (all) => Object.keys(all).sort().join(", ");
  check(names(found) === names(wanted), `the ZIP holds ${names(found)}`);
  for (const name of Object.keys(wanted)) check(found[name] === wanted[name], `${name} is another text in the ZIP`);
  check(manifest[0].documents === Object.keys(wanted).length, `the list in the ZIP counts ${manifest[0].documents} documents`);
  return manifest;
}

// Presses the button, or does what is done instead; gives the saved file and what it is called.
async function fetched(visitor, press) {
  const start = press ?? (() => visitor.page.getByRole("button", { name: "Download the ZIP" }).click());
  const [download] = await Promise.all([visitor.page.waitForEvent("download"), start()]);
  return { path: await download.path(), name: download.suggestedFilename() };
}

const says = async (visitor, ...texts) => {
  const text = await visitor.page.locator("main").innerText();
  for (const wanted of texts) check(text.includes(wanted), `the page does not say “${wanted}”: ${text}`);
};

// Documents that may change, all that is in the folder: the page says so, and what is saved is all of it.
export const archive = (stage, screen, scripts) => async () => {
  const name = `zip-${screen}-${scripts ? "scripts" : "plain"}`;
  put(stage, name, CASE);
  const visitor = await enter(stage, name, { hasty: true, screen, scripts }, [`documents:${name}`], "--subject", "Case 8", "--follow");
  await visitor.follow(visitor.page.getByRole("link", { name: "Download all as ZIP" }));
  await visitor.look("offer");
  await says(visitor, "5 documents, 2.0 MB", "has to begin again", "One document has another name in the ZIP");
  const saved = await fetched(visitor);
  check(saved.name === `${name}.zip`, `it is saved as ${saved.name}`);
  holds(saved.path, CASE);
  await visitor.follow(visitor.page.getByRole("link", { name: "Back to the documents" }));
  check(visitor.inside(), `the way back leads to ${visitor.path()}`);
  await visitor.leave();
};

// By keyboard alone, of a pinned share: what is not in it is named, a folder of it is a ZIP of its own, and a change meanwhile is told.
export async function archiveOfPinned(stage) {
  const folder = "zip-pinned";
  put(stage, folder, CASE);
  const visitor = await enter(stage, folder, { hasty: true }, [`documents:${folder}`], "--subject", "Case 9", "--pin");
  put(stage, folder, { "Statements/Statement of 4 May.txt": "I saw nothing, and this is longer.\n" });
  await visitor.tabTo('a[href$="/z"]');
  await visitor.press("Enter");
  await visitor.look("withheld");
  await says(visitor, "4 documents", "can go on where it stopped", "Not included", "Statements/Statement of 4 May.txt", "Changed since it was shared");
  await visitor.tabTo("button[type=submit]");
  const saved = await fetched(visitor, () => visitor.page.keyboard.press("Enter"));
  const { "Statements/Statement of 4 May.txt": changed, ...rest } = CASE;
  const manifest = holds(saved.path, rest);
  check(changed && manifest.some(({ withheld }) => withheld === "Statements/Statement of 4 May.txt"), "the list in the ZIP does not name what is withheld");
  await visitor.follow(visitor.page.getByRole("link", { name: "Back to the documents" }));
  await visitor.follow(visitor.page.getByRole("link", { name: "Open Statements" }));
  await visitor.follow(visitor.page.getByRole("link", { name: "Download all as ZIP" }));
  const { path, name } = await fetched(visitor);
  check(name === "Statements.zip", `it is saved as ${name}`);
  const below = Object.keys(unpacked(path)).sort().join(", ");
  check(below === "MANIFEST.jsonl, What then_.txt, empty.txt", `the ZIP of a folder holds ${below}`);
  await visitor.leave();
}
