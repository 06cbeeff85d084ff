// The whole way of somebody who was sent a link, by mouse or finger and by keyboard alone.
import { Visitor, check } from "./visitor.mjs";

// From the mailed link to "I am finished", with all documents compared byte by byte.
export const walk = (stage, door, options) => async () => {
  const { email, url } = await stage[door].share(options.name);
  const visitor = await Visitor.arrive(stage.browser, options);
  check((await visitor.open(url, "link")) === 200, "the link does not open");
  check((await stage[door].mailbox.link(email)) === url, "the mailed link is another one");
  await visitor.agree();
  await visitor.enter(await stage[door].mailbox.code(email));
  check(visitor.inside(), `after the code the address is ${visitor.path()}`);
  await visitor.downloadAll();
  await visitor.finish();
  await visitor.leave();
};

export async function printedLink({ browser, files }) {
  const visitor = await Visitor.arrive(browser, { name: "quickstart" });
  await visitor.open(new URL("/", files.link).href, "home");
  check((await visitor.open(files.link, "link")) === 200, "the printed link does not open");
  await visitor.agree();
  await visitor.enter(await files.mailbox.code("guest@example.org"));
  check(visitor.inside(), `after the code the address is ${visitor.path()}`);
  await visitor.leave();
}

export async function keyboardAlone({ browser, files }) {
  const { email, url } = await files.share("keyboard");
  const visitor = await Visitor.arrive(browser);
  await visitor.open(url, "link");
  await visitor.page.keyboard.press("Tab");
  await visitor.page.keyboard.press("Enter");
  check(await visitor.page.evaluate(() => document.activeElement?.id === "main"), "the first stop does not skip to the content");
  await visitor.tabTo("button[type=submit]");
  await visitor.press("Enter");
  const code = await files.mailbox.code(email);
  // The field has the focus already.
  await visitor.tabTo("input[name=code]", 1);
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
