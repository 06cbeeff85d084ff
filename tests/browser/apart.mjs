// Pictures of documents from a host of their own: shown in the pages of the other, which let nothing else in.
import { Visitor, check } from "./visitor.mjs";
import { DOCUMENTS, PICTURES } from "./door.mjs";
import { enterPlaying, pressPlay } from "./play.mjs";
import { until } from "./tools.mjs";

const hosts = ["localhost", PICTURES];

async function enter({ browser, apart }, name, options) {
  const { email, url, id } = await apart.share(name, "--preview-only");
  const visitor = await Visitor.arrive(browser, { name, hosts, ...options });
  visitor.given = [];
  visitor.page.on("response", (response) => response.url().includes("/p/") && visitor.given.push(response));
  await visitor.open(url);
  await visitor.agree(null);
  await visitor.enter(await apart.mailbox.code(email), null);
  visitor.list = visitor.page.url();
  return Object.assign(visitor, { share: id });
}

export const picturesApart = (stage, scripts) => async () => {
  const visitor = await enter(stage, `apart-${scripts ? "scripts" : "plain"}`, { scripts });
  const { page, context } = visitor;
  for (const name of Object.keys(DOCUMENTS)) {
    visitor.given.length = 0;
    const answer = await page.goto(new URL(`v/${encodeURIComponent(name)}`, visitor.list).href);
    const policy = answer.headers()["content-security-policy"];
    check(policy.includes(`img-src 'self' https://${PICTURES}:${stage.apart.port};`), `the page's policy is ${policy}`);
    const image = page.locator(".sheet img").first();
    await until(`the picture of ${name}`, () => image.evaluate((img) => img.complete && img.naturalWidth), 45);
    const picture = await until("the answer with it", () => visitor.given.find((response) => response.status() === 200));
    check(new URL(picture.url()).hostname === PICTURES, `pictures came from ${picture.url()}`);
    const [asked, headers] = [await picture.request().allHeaders(), await picture.allHeaders()];
    check(!asked.cookie && !headers["set-cookie"], "the other host is sent cookies, or gives them");
    check(headers["content-type"] === "image/jpeg" && headers["content-security-policy"].startsWith("sandbox; default-src 'none'"), "a picture may be more than one");
    // The script of a page cannot read them: they come from another origin.
    check(headers["access-control-allow-origin"] === undefined, "a page's script may read the pictures");
  }
  await visitor.look("viewer");
  const [picture] = visitor.given.filter((response) => response.status() === 200);
  // By the browser, which alone knows where that host is.
  const other = await context.newPage();
  const elsewhere = async (path) => (await other.goto(new URL(path, `https://${PICTURES}:${stage.apart.port}`).href)).status();
  for (const path of ["/", new URL(visitor.list).pathname, new URL(visitor.list).pathname + "f/scan.pdf"]) {
    check((await elsewhere(path)) === 404, `the host of pictures answers ${path}`);
  }
  await stage.apart.command("share", "revoke", visitor.share);
  check((await elsewhere(picture.url())) === 410, "the address of a picture outlives its share");
  await visitor.leave();
};

// Whatever got into a page of ours could fetch nothing from anywhere else.
export async function policyApart(stage) {
  const visitor = await enter(stage, "apart-policy", {});
  const { page } = visitor;
  await page.goto(new URL("v/scan.pdf", visitor.list).href);
  const refused = await page.evaluate((port) =>
    new Promise((told) => {
      const blocked = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        blocked.push(effectiveDirective);
        if (blocked.length === 3) told(blocked);
      });
      document.body.append(
        Object.assign(document.createElement("img"), { src: `https://127.0.0.1:${port}/favicon.ico` }),
        Object.assign(document.createElement("audio"), { src: `https://localhost:${port}/favicon.ico`, preload: "auto" }),
        Object.assign(document.createElement("script"), { textContent: "document.title = 'changed'" }),
      );
    }), stage.apart.port);
  check(refused.map((directive) => directive.split("-")[0]).sort().join() === "img,media,script", `the page refused ${refused}`);
  check((await page.title()) !== "changed", "a script of somebody else ran");
  // These refusals are what was wanted.
  visitor.complaints = visitor.complaints.filter((complaint) => !/Content Security Policy|127\.0\.0\.1/.test(complaint));
  await visitor.leave();
}

// An address that opens without a cookie is good enough for marked pictures and not for originals.
export async function playsAtHome(stage) {
  const visitor = await enterPlaying(stage, stage.apart, "apart-play", { hosts });
  await visitor.follow(visitor.page.getByRole("link", { name: /^Play/ }).first());
  const { from } = await pressPlay(visitor);
  check(new URL(from).hostname === "localhost", `played from ${from}`);
  await visitor.leave();
}
