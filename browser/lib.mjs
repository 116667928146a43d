// What a browser test stands on: a running demo, a browser, a signed-in person, axe.
//
// The one idea: a page is watched while it is used. `open` notes every error in the console, every broken content
// security policy and every request that leaves for somewhere else, and `expectQuiet` fails on any of them.
// The sample organisation is built once for a binary; every file of tests works on a copy of its own.
// Not here: sentences about single pages; they are in `tests/`. Start reading at `company`.
// Proved by `tests/harness.test.mjs`.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** The widths at which every page is looked at. */
export const WIDTHS = [1440, 768, 360];

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-lcd-text",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// LIMIT: a debug build makes the sample organisation in well under a minute; a loaded machine may need more.
const START_MS = 180_000;
const PAGE_MS = 20_000;

/**
 * The sample organisation, served for the tests of one file, and a browser beside it.
 * `it.demo` and `it.browser` are there inside the tests; both are stopped after the last one. `begin` is done first.
 */
export function company(begin = async () => {}) {
  const it = {};
  before(async () => {
    it.demo = await startDemo();
    it.browser = await startBrowser();
    await begin();
  });
  after(async () => {
    await it.browser?.close();
    await it.demo?.stop();
  });
  return it;
}

/**
 * Starts `castellan demo` on a free port on a copy of the sample organisation: `{ address, people, data, stop }`.
 * CASTELLAN_DEMO takes the line that a running `castellan demo --json` printed, and then nothing is started.
 */
export async function startDemo() {
  if (process.env.CASTELLAN_DEMO) {
    return { ...JSON.parse(process.env.CASTELLAN_DEMO), stop: async () => {} };
  }
  const sample = await builtOnce();
  const folder = await mkdtemp(path.join(tmpdir(), "castellan-browser-"));
  const data = path.join(folder, "data");
  await copy(sample, data);
  const demo = await serve(binary(), "demo", data);
  const stop = async () => {
    await demo.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...demo, stop };
}

/** Starts `castellan serve` on a free port without an organisation: `{ address, set_up, stop }`. */
export async function startEmpty() {
  const folder = await mkdtemp(path.join(tmpdir(), "castellan-browser-"));
  const server = await serve(binary(), "serve", path.join(folder, "data"));
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...server, stop };
}

/** The binary that is tested. */
export function binary() {
  return process.env.CASTELLAN_BINARY ?? path.join(root, "target/debug/castellan");
}

/** The sample organisation that this very binary made: built beside it on the first call, taken from there later. */
async function builtOnce() {
  const shelf = path.join(path.dirname(binary()), "browser");
  const { mtimeMs, size } = await stat(binary());
  const name = `sample-${Math.round(mtimeMs)}-${size}`;
  const kept = path.join(shelf, name);
  if (await stat(kept).catch(() => null)) return kept;
  await mkdir(shelf, { recursive: true });
  for (const old of await readdir(shelf)) {
    if (old !== name && old.startsWith("sample-")) await rm(path.join(shelf, old), { recursive: true, force: true });
  }
  const making = await mkdtemp(path.join(shelf, "making-"));
  const data = path.join(making, "data");
  const demo = await serve(binary(), "demo", data);
  await demo.stop();
  // WHY: another file of tests may have been faster; then its sample is as good as ours.
  await rename(data, kept).catch(() => {});
  await rm(making, { recursive: true, force: true });
  return kept;
}

function copy(from, to) {
  const skipped = ["castellan.sock", "lock"];
  return cp(from, to, { recursive: true, filter: (file) => !skipped.includes(path.basename(file)) });
}

async function serve(binary, command, data) {
  const words = [command, "--json", "--listen", "127.0.0.1:0", "--data", data];
  const server = spawn(binary, words, { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  server.stderr.on("data", (bytes) => (log = (log + bytes).slice(-20_000)));
  const end = () => server.kill("SIGKILL");
  process.once("exit", end);
  const stop = async () => {
    process.off("exit", end);
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    const late = setTimeout(end, 10_000);
    await gone;
    clearTimeout(late);
  };
  try {
    const ready = JSON.parse(await firstLine(server));
    return { ...ready, address: ready.address.replace(/\/$/, ""), data, stop, log: () => log };
  } catch (fault) {
    await stop();
    throw new Error(`castellan ${command} did not start: ${fault.message}\n${log}`);
  }
}

function firstLine(server) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not ready after ${START_MS / 1000} s`)), START_MS);
    const settle = (then) => (value) => {
      clearTimeout(late);
      then(value);
    };
    createInterface({ input: server.stdout }).once("line", settle(resolve));
    server.once("error", settle(reject));
    server.once("exit", settle((code) => reject(new Error(`it ended with ${code}`))));
  });
}

/** Starts the machine's own Chromium. */
export function startBrowser() {
  return chromium.launch({ executablePath: process.env.CASTELLAN_CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/**
 * A fresh page in a context of its own (own cookies), watched from the start.
 * Takes what a browser context takes, such as `colorScheme` and `javaScriptEnabled`, and `width`.
 */
export async function open(browser, { width = WIDTHS[0], home, ...wishes } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    locale: "en-GB",
    timezoneId: "UTC",
    reducedMotion: "reduce",
    ...wishes,
  });
  context.setDefaultTimeout(PAGE_MS);
  const page = await context.newPage();
  page.faults = [];
  page.on("pageerror", (fault) => page.faults.push(`script: ${fault.message}`));
  let left = 0;
  // A part of a page that was still on its way when somebody went on.
  page.on("requestfailed", (request) => (left += request.failure()?.errorText === "net::ERR_ABORTED" ? 1 : 0));
  page.on("console", (line) => {
    // The browser writes a line for every answer of 400 and more; tests ask for such answers on purpose.
    const answered = line.text().startsWith("Failed to load resource: the server responded");
    const went = left > 0 && line.text().startsWith("htmx: htmx:error: Failed to fetch");
    if (line.type() === "error" && !answered && !went) page.faults.push(`console: ${line.text()}`);
  });
  page.on("request", (request) => {
    const origin = new URL(request.url()).origin;
    if (home && origin !== "null" && origin !== new URL(home).origin) page.faults.push(`left for ${request.url()}`);
  });
  return page;
}

/** The sign-in of the first person whose role, or whose name, is this. */
export function person(demo, who) {
  const found = demo.people.find((one) => [one.role, one.name, one.email].some((text) => text?.toLowerCase() === who.toLowerCase()));
  assert.ok(found, `the demo prints no \`${who}\`, only ${demo.people.map((one) => one.role).join(", ")}`);
  return found;
}

/** Opens a page and signs the person of that role or name in; ends on the page that the product shows first. */
export async function signIn(it, who, wishes = {}) {
  const page = await open(it.browser, { home: it.demo.address, ...wishes });
  await page.goto(`${it.demo.address}/sign-in`);
  await enter(page, person(it.demo, who));
  return page;
}

/** Fills the sign-in page and waits until it has gone. */
export async function enter(page, { email, password }) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByLabel("Password", { exact: true }).waitFor({ state: "detached" });
  await page.waitForLoadState();
}

/** A bearer token for the API of the person of that role or name. */
export async function token(demo, who) {
  const { email, password } = person(demo, who);
  const answer = await fetch(`${demo.address}/api/v1/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  return (await answer.json()).token;
}

/** Asks the API as somebody: `await (await api(demo, "Salesperson"))("GET", "/accounts?limit=1")`. */
export async function api(demo, who) {
  const authorization = `Bearer ${await token(demo, who)}`;
  return async (method, address, body) => {
    const answer = await fetch(`${demo.address}/api/v1${address}`, {
      method,
      headers: { authorization, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    assert.ok(answer.ok, `${method} ${address}: ${answer.status} ${text}`);
    return text && JSON.parse(text);
  };
}

/** Fails unless axe finds nothing against WCAG 2.2 AA on the page as it stands, or in what lies over it. */
export async function expectAccessible(page, within) {
  const found = await violations(page, within);
  const told = found.map(({ id, help, nodes }) => {
    const places = nodes.map((node) => `    ${node.target.join(" ")}  ${node.html.slice(0, 160)}`);
    return `  ${id}: ${help}\n${places.join("\n")}`;
  });
  assert.equal(found.length, 0, `${page.url()} breaks WCAG 2.2 AA:\n${told.join("\n")}`);
}

/** What axe finds on the page, or within what this selects. */
export async function violations(page, within) {
  // WHY: page.evaluate runs through the debugger, so the page's own content security policy stays in force.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const result = await page.evaluate(
    (within) =>
      window.axe.run(within ?? document, {
        runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"] },
        resultTypes: ["violations"],
      }),
    within,
  );
  return result.violations;
}

/** Fails if a script failed, the content security policy was broken, or anything was asked of somebody else. */
export function expectQuiet(page) {
  assert.deepEqual(page.faults, [], `${page.url()} was not quiet`);
}

/** Fails if the page can be scrolled sideways at its present width. */
export async function expectFits(page) {
  const [content, window] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth];
  });
  assert.ok(content <= window, `${page.url()} is ${content} px wide in a window of ${window} px`);
}

/**
 * Looks at the page as it stands, wide and narrow, light and dark: axe, nothing sideways, no noise.
 * The window is put back afterwards.
 */
export async function inspect(page, widths = [WIDTHS[0], WIDTHS[2]]) {
  const before = page.viewportSize();
  for (const width of widths) {
    await page.setViewportSize({ width, height: before.height });
    await expectFits(page);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await expectAccessible(page);
    }
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize(before);
  expectQuiet(page);
}

/** Keeps a picture in docs/pictures, if pictures are asked for with CASTELLAN_PICTURES=1; otherwise only takes it. */
export async function picture(page, name) {
  const bytes = await page.screenshot();
  if (process.env.CASTELLAN_PICTURES === "1") {
    const folder = path.join(root, "docs/pictures");
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, `${name}.png`), bytes);
  }
  return bytes;
}
