// Reads mails where they arrived: files of an outbox directory, or the Maildir that a real mail server delivers to.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "./tools.mjs";

export class Mailbox {
  // `folders` hold one mail in each file: `[DATA/outbox]` or `[MAILDIR/new, MAILDIR/cur]`.
  constructor(folders) {
    this.folders = folders;
  }

  // All mails to an address, oldest first.
  to(address) {
    const files = this.folders.filter((folder) => existsSync(folder)).flatMap((folder) =>
      readdirSync(folder).filter((name) => !name.startsWith(".") && !name.endsWith(".tmp")).map((name) => join(folder, name)));
    const mails = files.map((file) => parse(readFileSync(file))).filter((mail) => mail.header("to").includes(address));
    return mails.sort((a, b) => new Date(a.header("date")) - new Date(b.header("date")));
  }

  link(address) {
    return until(`an invitation to ${address}`, () => first(this.to(address), /https:\/\/\S+\/s\/[A-Za-z0-9_-]+/));
  }

  // The digits of the one code mail to an address.
  async code(address) {
    const [code, ...more] = await this.codes(address, 1);
    if (more.length) throw new Error(`${1 + more.length} mails with a code instead of one`);
    return code;
  }

  // The digits of all code mails to an address, oldest first, as soon as there are `count`. None of these mails may have a link.
  async codes(address, count) {
    const digits = /^[ \t]*(\d{6}|\d{8})[ \t]*$/m;
    const mails = await until(`${count} codes for ${address}`, () => {
      const found = this.to(address).filter((mail) => digits.test(mail.text));
      return found.length >= count && found;
    });
    if (mails.some((mail) => /https?:|\/s\/|href=/i.test(mail.text + mail.html))) throw new Error("a mail with a code has a link");
    return mails.map((mail) => mail.text.match(digits)[1]);
  }
}

const first = (mails, pattern) => mails.map((mail) => mail.text.match(pattern)?.[0]).find(Boolean);

// A mail's header lookup and its plain text.
export function parse(bytes) {
  const { header, body } = split(bytes.toString("latin1"));
  return { header: (name) => words(header(name)), text: plainText(header, body), html: withPicture(partOf(header, body, "text/html") ?? "", partOf(header, body, "image/png")) };
}

function split(raw) {
  const text = raw.replace(/\r\n/g, "\n");
  const end = text.indexOf("\n\n");
  const lines = (end < 0 ? text : text.slice(0, end)).replace(/\n[ \t]+/g, " ").split("\n");
  const header = (name) => lines.find((line) => line.toLowerCase().startsWith(`${name}:`))?.slice(name.length + 1).trim() ?? "";
  return { header, body: end < 0 ? "" : text.slice(end + 2) };
}

const plainText = (header, body) => partOf(header, body, "text/plain") ?? "";

// A mail program shows the picture that comes with a mail in its place.
const withPicture = (html, picture) => (picture ? html.replace("cid:logo@doorward", `data:image/png;base64,${picture.replaceAll("/", "%2F")}`) : html);

// The first part of a type, decoded; multiparts are looked through.
function partOf(header, body, type) {
  const kind = header("content-type") || "text/plain";
  const boundary = kind.match(/boundary="?([^";]+)"?/i)?.[1];
  if (boundary) {
    const parts = `\n${body}`.split(`\n--${boundary}`).slice(1).filter((part) => !part.startsWith("--"));
    return parts.map((part) => split(part.replace(/^[^\n]*\n/, ""))).map((part) => partOf(part.header, part.body, type)).find((text) => text !== undefined);
  }
  if (!kind.toLowerCase().startsWith(type)) return undefined;
  return decode(body, header("content-transfer-encoding")).toString(type.startsWith("image/") ? "base64" : "utf8");
}

function decode(body, encoding) {
  switch (encoding.toLowerCase()) {
    case "base64":
      return Buffer.from(body, "base64");
    case "quoted-printable":
      return quoted(body.replace(/=[ \t]*\n/g, ""));
    default:
      return Buffer.from(body, "latin1");
  }
}

const quoted = (text) => Buffer.from(text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1");

// Encoded words of RFC 2047.
const words = (value) =>
  value.replace(/\?=\s+=\?/g, "?==?").replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, how, text) =>
    (how.toLowerCase() === "b" ? Buffer.from(text, "base64") : quoted(text.replace(/_/g, " "))).toString("utf8"));
