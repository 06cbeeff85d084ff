// The real program, started as its users start it, with documents of its own.
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { get } from "node:https";
import { join } from "node:path";
import { promisify } from "node:util";
import { Mailbox } from "./mailbox.mjs";
import { program, scratch, until } from "./tools.mjs";

const GRACE_SECONDS = 20;
// Browsers know by themselves that this is their own machine.
export const PICTURES = "pictures.localhost";
const LINK = /https:\/\/localhost:\d+\/s\/[A-Za-z0-9_-]+/;

// Documents with names that browsers and headers find hard.
export const DOCUMENTS = {
  "Letter of 3 March.txt": Buffer.from("Dear reader,\n\nplease find what we spoke of.\n\nYours\n"),
  "Jahresübersicht für Zoë & Söhne (Entwurf #2) 100%.csv": Buffer.from("Monat;Summe\nMärz;12,50\n"),
  "scan.pdf": pdf(),
};

// `doorward quickstart`: one process, mail as files in DATA/outbox; with `samples`, on the documents it makes itself.
export async function quickstart({ samples = false } = {}) {
  const home = mkdtempSync(join(scratch, "quickstart-"));
  const data = join(home, "data");
  const [documents, port] = [samples ? join(data, "documents") : writeDocuments(home), await freePort()];
  const door = new Door({ home, data, documents, port }, ["quickstart", "--data", data, "--listen", `127.0.0.1:${port}`, ...(samples ? [] : ["--documents", documents])]);
  door.mailbox = new Mailbox([join(data, "outbox")]);
  door.link = await until("the link that quickstart prints", () => door.printed(LINK), GRACE_SECONDS);
  return door;
}

// `doorward serve` with a configuration file, handing mail to the SMTP server that tests/run.sh started.
export async function serve(smtp, pictures) {
  const home = mkdtempSync(join(scratch, "serve-"));
  const [data, documents, port] = [join(home, "data"), writeDocuments(home), await freePort()];
  certificate(home);
  writeFileSync(join(home, "logo.png"), LOGO);
  // One of the servers wears the colours of an organisation.
  writeFileSync(join(home, "doorward.toml"), configuration({ data, documents, port, smtp, pictures }) + (smtp ? BRANDING : ""));
  const door = new Door({ home, data, documents, port }, ["serve", "--config", join(home, "doorward.toml")]);
  door.mailbox = new Mailbox(smtp ? ["new", "cur"].map((folder) => join(smtp.maildir, folder)) : [join(data, "outbox")]);
  await until("/readyz to answer 200", () => door.ready(), GRACE_SECONDS);
  return door;
}

// The same with mail as files, and with pictures of documents from a host of their own, PICTURES.
export const serveApart = () => serve(null, PICTURES);

// The same with mail as files, and a store into which recipients may send documents.
export async function taking() {
  const home = mkdtempSync(join(scratch, "taking-"));
  const [data, documents, port] = [join(home, "data"), writeDocuments(home), await freePort()];
  certificate(home);
  const text = configuration({ data, documents, port, smtp: { port: 25 } });
  const [before, after] = [text.slice(0, text.indexOf("[mail.smtp]")), text.slice(text.indexOf("[disclaimer]"))];
  const written = before.replace('transport = "smtp"', 'transport = "directory"').replace('name = "documents"\n', 'name = "documents"\nwritable = true\n');
  writeFileSync(join(home, "doorward.toml"), `${written}[uploads]\nfree_mib = 0\nfile_mib = 40\n\n${after}`);
  const door = new Door({ home, data, documents, port }, ["serve", "--config", join(home, "doorward.toml")]);
  door.mailbox = new Mailbox([join(data, "outbox")]);
  await until("/readyz to answer 200", () => door.ready(), GRACE_SECONDS);
  return door;
}

class Door {
  constructor(places, args) {
    Object.assign(this, { ...places, args });
    this.start();
  }

  start() {
    Object.assign(this, { output: "", how: null });
    this.process = spawn(program, this.args, { cwd: this.home, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on("data", (text) => (this.output += text));
    this.ended = new Promise((end) => this.process.on("exit", (code, signal) => end({ code, signal })));
    this.ended.then((how) => (this.how = how));
  }

  printed(pattern) {
    if (this.how) throw new Error(`the program ended (${JSON.stringify(this.how)}):\n${this.output}`);
    return this.output.match(pattern)?.[0];
  }

  ready() {
    this.printed(/$/);
    const options = { host: "127.0.0.1", port: this.port, path: "/readyz", rejectUnauthorized: false, headers: { connection: "close" } };
    return new Promise((answer) => get(options, (response) => answer(response.resume().statusCode === 200)).on("error", () => answer(false)));
  }

  // A command of the program on this server's data, its answer as JSON.
  async command(...args) {
    const { stdout } = await promisify(execFile)(program, [...args, "--data", this.data, "--json"], { cwd: this.home });
    return JSON.parse(stdout);
  }

  // The same as people read it.
  says(...args) {
    return execFileSync(program, [...args, "--data", this.data], { cwd: this.home, encoding: "utf8" });
  }

  // Shares all documents with somebody new; gives id, address and link.
  share(who, ...options) {
    return this.shareOf(who, Object.keys(DOCUMENTS).map((name) => `documents:${name}`), ...options);
  }

  async shareOf(who, names, ...options) {
    const email = `${who}@example.org`;
    const share = await this.command("share", "create", ...names, "--to", email, ...options);
    return { id: share.id, email, url: share.links[0].url };
  }

  // Stops the quickstart and starts it again on the same data: it must show the same link.
  async again() {
    await this.stop();
    this.start();
    const link = await until("the link that quickstart prints again", () => this.printed(LINK), GRACE_SECONDS);
    if (link !== this.link) throw new Error("started again, the quickstart shows another link");
  }

  // Ends as with Ctrl-C; the program must do so cleanly.
  async stop() {
    const late = setTimeout(() => this.process.kill("SIGKILL"), GRACE_SECONDS * 1000);
    if (!this.how) this.process.kill("SIGINT");
    const { code, signal } = await this.ended;
    clearTimeout(late);
    if (code !== 0) throw new Error(`the program ended with ${code ?? signal}:\n${this.output}`);
  }
}

function writeDocuments(home) {
  const folder = join(home, "documents");
  mkdirSync(folder);
  for (const [name, bytes] of Object.entries(DOCUMENTS)) writeFileSync(join(folder, name), bytes);
  return folder;
}

function freePort() {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => found(port));
    });
  });
}

function certificate(home) {
  const made = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost"];
  const names = ["-addext", `subjectAltName=DNS:localhost,DNS:${PICTURES}`, "-keyout", join(home, "server.key"), "-out", join(home, "server.pem")];
  execFileSync("openssl", ["req", ...made, ...names], { stdio: "ignore" });
}

// A picture of 120 by 40 dots.
const LOGO = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAHgAAAAoCAYAAAA16j4lAAAAmElEQVR42u3ZsQ2AMBRDwQzCRIyWpWECiqQK9j2JjgL5KvTHkCQlN6/7+XqsE4gKuwwWdAks6CJcyAW4kAtwIRfgQgasv+NCBrz0rd4/EHcHGTBgwIBLgE/AXUUGDBgwYMCAAQMGDBgwYP/BgAEDBtwK7JoE2D3YTRguYMBdyNYORrZyMLJ1g5GtGgptxVBoqwViW0eSdnsBNFc/xX2EH/cAAAAASUVORK5CYII=", "base64");

const BRANDING = `
[branding]
logo = "logo.png"
colour = "#8a1c4a"
privacy = "https://example.org/privacy"
`;

const configuration = ({ data, documents, port, smtp, pictures }) => `
data = ${JSON.stringify(data)}

[organisation]
name = "Example Organisation"
contact = "documents@example.org"

[[staff]]
name = "Case Office"
address = "owner@example.org"

[[store]]
name = "documents"
path = ${JSON.stringify(documents)}

[server]
listen = "127.0.0.1:${port}"
public_url = "https://localhost:${port}"
hsts = false
${pictures ? `content_url = "https://${pictures}:${port}"` : ""}

[tls]
certificate = "server.pem"
key = "server.key"

[mail]
from = { address = "doorward@example.org" }
transport = "${smtp ? "smtp" : "directory"}"
notice_window = "1s"
${smtp ? mailServer(smtp) : ""}

[disclaimer]
version = "1"
title = "Before you read"
text = """
What you find here is confidential.

Opening a document makes a receipt with your address and the time.
"""
`;

const mailServer = (smtp) => `
[mail.smtp]
host = "localhost"
port = ${smtp.port}
security = "${smtp.ca ? "starttls" : "plain"}"
${smtp.ca ? `ca_file = ${JSON.stringify(smtp.ca)}` : ""}`;

// One page that says what it is, small enough to write down.
function pdf() {
  const draw = "BT /F1 24 Tf 72 720 Td (A document of one page) Tj ET";
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${draw.length} >>\nstream\n${draw}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  const table = `xref\n0 6\n0000000000 65535 f \n${offsets.join("")}`;
  return Buffer.from(`${text}${table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`);
}
