// What the tests stand on: browser and accessibility libraries from the folder that tests/run.sh made, paths, waiting, running.
import { createRequire } from "node:module";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

const need = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: start these tests through tests/run.sh`);
  return value;
};

const require = createRequire(join(resolve(need("DOORWARD_NODE_TOOLS")), "package.json"));
export const { chromium } = require("playwright-core");
export const tus = require("tus-js-client");
export const axeSource = require("axe-core").source;

export const program = need("DOORWARD_BIN");
export const scratch = resolve(need("DOORWARD_BROWSER_SCRATCH"));
export const screenshots = resolve(process.env.DOORWARD_SCREENSHOTS ?? "target/screenshots");
export const chromiumPath =
  process.env.DOORWARD_CHROMIUM ??
  ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
mkdirSync(screenshots, { recursive: true });
mkdirSync(scratch, { recursive: true });

// Asks again until there is an answer, at most `seconds`; says what it waited for when there is none.
export async function until(what, ask, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

// Runs named tests one after the other and reports them in the words of cargo's test runner, so that one sum covers all.
export async function run(tests, seconds = 120) {
  const failures = [];
  const only = process.argv[2] ?? "";
  const chosen = tests.filter(([name]) => !only || only.split(",").some((part) => name.includes(part)));
  console.log(`\nrunning ${chosen.length} tests`);
  for (const [name, test, most = seconds] of chosen) {
    let timer;
    const late = new Promise((_, fail) => {
      timer = setTimeout(() => fail(new Error(`not done after ${most} s`)), most * 1000);
    });
    try {
      await Promise.race([test(), late]);
      console.log(`test ${name} ... ok`);
    } catch (problem) {
      failures.push(name);
      console.log(`test ${name} ... FAILED\n${problem.stack ?? problem}`);
    }
    clearTimeout(timer);
  }
  const passed = chosen.length - failures.length;
  const ended = failures.length || !chosen.length ? "FAILED" : "ok";
  console.log(`\ntest result: ${ended}. ${passed} passed; ${failures.length} failed; 0 ignored\n`);
  return ended === "ok";
}
