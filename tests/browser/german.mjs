// The recipient's way in German: asked for by the browser, or chosen on a page. Its words are longer, and nothing may be wider than the screen.
import { readFileSync } from "node:fs";
import { Visitor, check } from "./visitor.mjs";

const MESSAGE = "Guten Tag,\n\nanbei die Stellungnahmen. **Bitte lesen Sie die erste** vor Freitag.";

// At a desk the browser asks for German; on a phone a person chooses it, and without scripts.
export const german = (stage, screen, scripts) => async () => {
  const { browser, files } = stage;
  const { email, url } = await files.share(`leserin-${screen}`, "--language", "de", "--subject", "Stellungnahmen vom 4. Mai", "--message", MESSAGE);
  const visitor = await Visitor.arrive(browser, { name: `german-${screen}`, screen, scripts, locale: screen === "desktop" ? "de-AT" : "en-GB" });
  await visitor.open(url);
  if (visitor.language === "en") await visitor.speak("de");
  await visitor.look("link");
  await visitor.agree();
  const code = await files.mailbox.code(email);
  const mails = files.mailbox.to(email);
  check(mails.some(({ text }) => /Das ist Ihr persönlicher Link/.test(text)), "the invitation is not in German");
  const subjects = mails.map((mail) => mail.header("subject"));
  check(subjects.some((subject) => /^Ihr Einmalcode für /.test(subject)), `the mails are called ${subjects.join(", ")}`);
  await visitor.page.locator("summary").click();
  await visitor.enter("12ab", "malformed");
  await visitor.enter(code);
  check(visitor.inside(), `after the code the address is ${visitor.path()}`);
  const list = visitor.page.url();
  const text = await visitor.page.locator("main").innerText();
  check(/Dokumente von|Stellungnahmen/.test(text) && /\d+\u00a0Byte/.test(text) && /Uhr/.test(text), `the list has other words:\n${text}`);
  await visitor.follow(visitor.page.locator('a[href*="/v/"]').last());
  await visitor.look("viewer", { headings: await visitor.page.locator("h1").count() });
  await visitor.open(list);
  await visitor.follow(visitor.page.locator('a[href*="/z"]').first());
  await visitor.look("archive");
  await visitor.open(list);
  await visitor.finish();
  await visitor.leave();
};

// One refusal stands for the shape of all; its words are changed for those of every other.
export async function germanRefusals({ browser, files }) {
  const visitor = await Visitor.arrive(browser, { name: "german-refusal", screen: "phone", locale: "de" });
  await visitor.open(new URL("/nirgends", files.link).href, "not-found");
  for (const language of ["de", "en"]) {
    const said = refusals(language);
    check(said.length >= 40, `only ${said.length} refusals in ${language}`);
    for (const [width, percent] of [[320, 100], [390, 100], [390, 200], [1280, 200]]) {
      await visitor.page.setViewportSize({ width, height: 800 });
      const wide = await visitor.page.evaluate(fitting, { said, percent });
      check(!wide.length, `${language}, ${width} pixels, text of ${percent} %: ${wide.join(", ")} too wide`);
    }
  }
  await visitor.leave();
}

// Runs in the page: the names of the refusals that are wider than it.
function fitting({ said, percent }) {
  const root = document.documentElement;
  root.style.fontSize = `${percent}%`;
  const [title, ...paragraphs] = document.querySelectorAll("main :is(h1, p)");
  return said
    .filter(({ texts }) => {
      title.textContent = texts[0];
      paragraphs.slice(0, 2).forEach((paragraph, at) => (paragraph.textContent = texts[at + 1]));
      return root.scrollWidth > root.clientWidth;
    })
    .map(({ name }) => name);
}

// The texts of all refusals, as the catalogue has them.
function refusals(language) {
  const catalogue = readFileSync(`src/words/${language}/pages.ftl`, "utf8");
  const text = (name, part) => catalogue.match(new RegExp(`^refusal-${name}-${part} = (.*)$`, "m"))?.[1].replaceAll(/\{ \$\w+ \}/g, "Case Office");
  const names = [...catalogue.matchAll(/^refusal-([a-z-]+)-title = /gm)].map(([, name]) => name);
  return names.map((name) => ({ name, texts: ["title", "text", "next"].map((part) => text(name, part)) }));
}

export async function germanUpload({ browser, taking }) {
  const { email, url } = await taking.share("einsenderin", "--upload");
  const visitor = await Visitor.arrive(browser, { name: "german-upload", screen: "phone", locale: "de-CH" });
  await visitor.open(url);
  await visitor.agree(null);
  await visitor.enter(await taking.mailbox.code(email), null);
  await visitor.follow(visitor.page.locator('a[href$="/u"]').first());
  await visitor.look("page");
  const name = "Stellungnahme zur Rechtsschutzversicherungsgesellschaft.txt";
  await visitor.page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from("Guten Tag") });
  await visitor.page.locator("form:has(input[type=file]) button[type=submit]").click();
  await visitor.page.getByText("Alles wurde gesendet").waitFor();
  await visitor.page.getByText("angekommen").waitFor();
  await visitor.look("sent");
  await visitor.leave();
}
