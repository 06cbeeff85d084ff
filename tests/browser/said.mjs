// What recipients say besides agreeing, the warning before a session ends, and the page about privacy.
import { Visitor, check } from "./visitor.mjs";
import { until } from "./tools.mjs";

const OWNER = "owner@example.org";
const press = (visitor, name) => visitor.follow(visitor.page.getByRole("button", { name, exact: true }));
const unfold = (visitor, title) => visitor.page.locator("summary", { hasText: title }).click();
const mailed = (door, subject) => until(`a mail: ${subject}`, () => door.mailbox.to(OWNER).find((mail) => mail.header("subject").includes(subject)));

// On the link's page: both buttons, what the page says afterwards, and getting in after all.
export const saysNo = (stage, screen, scripts) => async () => {
  const { files, browser } = stage;
  const name = `says-no-${screen}-${scripts ? "scripts" : "plain"}`;
  const { id, email, url } = await files.share(name);
  const visitor = await Visitor.arrive(browser, { name, screen, scripts });
  await visitor.open(url);
  await press(visitor, "I do not agree");
  check((await visitor.page.locator(".note").innerText()).includes("is not agreed to"), "the page does not say that the text was not agreed to");
  await unfold(visitor, "Not meant for you?");
  await visitor.look("unfolded");
  await press(visitor, "This is not meant for me");
  await visitor.look("said");
  check((await visitor.page.locator(".note").count()) === 2, "the page does not say both things that were said");
  await mailed(files, `Not agreed to by ${email}`);
  check((await mailed(files, `Not meant for ${email}`)).text.includes(`doorward share revoke ${id}`), "the mail does not say how to end access");
  check(files.says("share", "show", id).includes("says that it is not meant for them"), "share show does not tell it");
  await visitor.agree(null);
  await visitor.enter(await files.mailbox.code(email), "list");
  check(visitor.inside(), "who thought better of it does not get in");
  await unfold(visitor, "Not meant for you?");
  await visitor.look("give-up");
  await press(visitor, "Not meant for me: end my access");
  await visitor.look("ended");
  check((await visitor.page.locator("h1").innerText()) === "Your access has been ended", "access is not ended");
  await visitor.leave();
};

// By keyboard alone, on the page of a share that has ended; then the owner says yes with the command of the mail.
export async function asksForTime({ browser, files }) {
  const { email, url } = await files.share("asks-for-time", "--expires", new Date(Date.now() + 1500).toISOString());
  const visitor = await Visitor.arrive(browser, { name: "asks-for-time", screen: "phone" });
  await until("the share to end", async () => (await visitor.context.request.get(url)).status() === 410);
  check((await visitor.open(url, "ended")) === 410, "a share that ran out is not answered as gone");
  await visitor.tabTo("select");
  await visitor.page.keyboard.press("ArrowDown");
  await visitor.tabTo("form button[type=submit]");
  await visitor.press("Enter");
  await visitor.look("asked");
  check((await visitor.page.locator("main").innerText()).includes("We asked Case Office"), "the page does not say that it was asked");
  const [, command] = (await mailed(files, `More time asked for by ${email}`)).text.match(/^- doorward (share update .*)$/m);
  files.says(...command.split(" "));
  await until("the mail that says yes", () => files.mailbox.to(email).find((mail) => mail.header("subject").includes("You have more time")));
  check((await visitor.open(url)) === 200, "the link does not open again");
  await visitor.leave();
}

// The page of the list with a clock of the test's own: the warning comes, its button keeps the session without leaving the page.
export async function staysSignedIn({ browser, files }) {
  const { email, url } = await files.share("stays");
  const visitor = await Visitor.arrive(browser, { name: "stays", screen: "phone" });
  const { page } = visitor;
  await visitor.open(url);
  await visitor.agree(null);
  await visitor.enter(await files.mailbox.code(email), null);
  await page.clock.install();
  await page.reload();
  check(!(await page.locator(".session .note").count()), "the warning stands there from the start");
  await page.clock.fastForward("25:10");
  const button = page.getByRole("button", { name: "Stay signed in" });
  await button.waitFor();
  await visitor.look("warned");
  const [answer] = await Promise.all([page.waitForResponse(/\/stay$/), button.click()]);
  check(answer.status() === 303, `staying is answered with ${answer.status()}`);
  await page.getByText("Done: you stay signed in.").waitFor();
  check(await page.evaluate(() => document.activeElement.id === "main"), "the focus is lost with the button");
  await page.clock.fastForward("00:10");
  await page.locator(".session .note").waitFor({ state: "detached" });
  await page.clock.fastForward("29:55");
  check((await page.locator(".session").innerText()).includes("may have been signed out"), "the end is not told");
  await visitor.open(new URL("stay", page.url()).href, "warning");
  await visitor.follow(page.getByRole("button", { name: "Stay signed in" }));
  check(visitor.inside(), "staying without scripts does not lead to the list");
  await visitor.open(new URL("/privacy", url).href, "privacy");
  await visitor.leave();
}
