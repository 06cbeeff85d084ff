// The mails as their readers see them: each kind's HTML part in a browser, light and dark, wide and narrow.
import { Visitor, check } from "./visitor.mjs";
import { until } from "./tools.mjs";

const OWNER = "owner@example.org";
const MESSAGE = "Good day,\n\nhere are the statements we spoke about. **Please read the first one** before Friday.\n\n- Page 3 has the dates\n- Page 5 has the names";

export async function mails(stage) {
  const { browser, smtp } = stage;
  const { id, email, url } = await smtp.share("reader", "--subject", "Statements of 4 May", "--message", MESSAGE);
  const reader = await Visitor.arrive(browser);
  await reader.open(url);
  await reader.agree(null);
  await reader.enter(await smtp.mailbox.code(email), null);
  await reader.downloadAll();
  await reader.leave();
  const { id: unread } = await smtp.share("full");
  await smtp.share("late", "--expires", new Date(Date.now() + 1500).toISOString());
  await smtp.command("share", "revoke", id);
  const kinds = {
    invitation: [email, /personal link/],
    code: [email, /This is your code/],
    notice: [OWNER, /new receipt/],
    stopped: [email, /has stopped sharing/],
    ended: [OWNER, /has come to its end/],
    failed: [OWNER, /could not deliver/],
  };
  for (const [kind, [address, words]] of Object.entries(kinds)) {
    const mail = await until(`the mail ${kind} to ${address}`, () => smtp.mailbox.to(address).find(({ text }) => words.test(text)));
    check(mail.header("auto-submitted") === "auto-generated", `${kind}: it does not say that a machine wrote it`);
    check(words.test(strip(mail.html)), `${kind}: the HTML part has other words than the text`);
    check(mail.html.includes("<img src=\"data:image/png"), `${kind}: the logo did not come with it`);
    check(/example\.org\/privacy/.test(mail.text) === (kind !== "code"), `${kind}: the privacy notice is named in every mail but that of the code`);
    for (const screen of ["desktop", "phone"]) {
      const eye = await Visitor.arrive(browser, { name: `mail-${screen}`, screen });
      await eye.page.setContent(mail.html);
      await eye.look(kind, { headings: 0, mail: true });
      await eye.leave();
    }
  }
  const { undelivered } = await smtp.command("share", "show", unread);
  check(undelivered.length === 1, "the share does not show that its invitation was refused");
}

const strip = (html) => html.replace(/<[^>]*>/g, " ");
