// Every page in every state and language, as the page tests write them out (DOORWARD_GALLERY): each fits every screen and is accessible. All of them
// under --full; else some of them, a walk through the program being the rest.
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { Visitor, check } from "./visitor.mjs";

const SOME = 16;
// Nobody listens there: the browser is given the files of the gallery instead, as axe may read style sheets of a site, and not those of a folder.
const SITE = "https://localhost/";

export async function gallery({ browser }) {
  const folder = resolve(process.env.DOORWARD_GALLERY ?? "");
  check(process.env.DOORWARD_GALLERY && existsSync(folder), "there is no gallery: DOORWARD_GALLERY names its folder, which the page tests fill");
  const pages = readdirSync(folder).filter((name) => name.endsWith(".html")).sort();
  for (const language of ["de", "en"]) check(pages.filter((name) => name.startsWith(`${language}-`)).length >= 70, `there are too few pages in ${language}`);
  const full = Boolean(process.env.DOORWARD_FULL);
  const chosen = pages.filter((_, at) => full || at % SOME === 0);
  for (const screen of ["desktop", "phone"]) {
    const visitor = await Visitor.arrive(browser, { name: full ? `gallery-${screen}` : undefined, screen });
    await visitor.page.route(`${SITE}**`, (route) => {
      const path = join(folder, new URL(route.request().url()).pathname);
      return existsSync(path) ? route.fulfill({ path }) : route.fulfill({ status: 404 });
    });
    for (const [at, page] of chosen.entries()) {
      if (!full && at % 2 === (screen === "phone" ? 0 : 1)) continue;
      visitor.language = page.slice(0, 2);
      await visitor.page.goto(SITE + page);
      await visitor.look(page.replace(".html", ""));
    }
    await visitor.leave();
  }
  console.log(`${chosen.length} of ${pages.length} pages looked at`);
}
