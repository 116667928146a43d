// What a page costs: bytes over the wire, time until something is seen, and that nothing moves afterwards.
//
// Bytes are counted as they come over the wire, compressed, by the browser's own record of its requests.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, signIn } from "../lib.mjs";

const it = company();
const PAGE_BYTES = 60_000;
const ASSET_BYTES = 250_000;
/** Against a page with the same style sheet and nothing in it, in the same run. */
const PAINT_RATIO = 2;

/** What was loaded for the page that is open: `[{ path, bytes, type }]`. */
const loaded = (page) =>
  page.evaluate(() =>
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].map((entry) => ({
      path: new URL(entry.name).pathname,
      bytes: entry.encodedBodySize,
      type: entry.initiatorType,
    })),
  );

/** The addresses that a busy day opens. */
async function addresses() {
  const ask = await api(it.demo, "Sales Manager");
  const account = (await ask("GET", "/accounts?limit=1")).rows[0].id;
  return ["/", "/accounts?view=all", `/accounts/${account}`, `/accounts/${account}/edit`, "/opportunities", "/search?q=a", "/people"];
}

test("a list page is less than 60 kB over the wire, and so is every other page", async () => {
  const page = await signIn(it, "Sales Manager");
  for (const address of await addresses()) {
    await page.goto(it.demo.address + address);
    const [{ bytes }] = await loaded(page);
    assert.ok(bytes > 500 && bytes <= PAGE_BYTES, `${address}: ${bytes} bytes`);
  }
});

test("all style sheets, scripts and icons together are less than 250 kB over the wire, and come once", async () => {
  const page = await signIn(it, "Sales Manager");
  await page.goto(`${it.demo.address}/accounts`);
  const assets = (await loaded(page)).filter((one) => one.path.startsWith("/assets/"));
  const names = assets.map((one) => one.path.split("/").at(-1));
  for (const end of [".css", ".js", ".svg"]) assert.ok(names.some((name) => name.endsWith(end)), `${end} in ${names}`);
  const bytes = assets.reduce((sum, one) => sum + one.bytes, 0);
  assert.ok(bytes <= ASSET_BYTES, `${bytes} bytes`);
  await page.goto(`${it.demo.address}/contacts`);
  const again = await page.evaluate(() =>
    performance.getEntriesByType("resource").filter((entry) => entry.transferSize > 0 && entry.name.includes("/assets/")).map((entry) => entry.name),
  );
  assert.deepEqual(again, [], "asked for again");
});

test("nothing moves after a page has appeared", async () => {
  const page = await signIn(it, "Sales Manager");
  await page.addInitScript(() => {
    window.moved = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput) continue;
        const places = entry.sources.map((source) => source.node?.parentElement?.outerHTML.slice(0, 120));
        window.moved.push(`${entry.value}: ${places.join(" | ")}`);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 900 });
    for (const address of await addresses()) {
      await page.goto(it.demo.address + address);
      await page.waitForTimeout(300);
      assert.deepEqual(await page.evaluate(() => window.moved), [], `${address} at ${width} px`);
    }
  }
});

/** The milliseconds until the first paint after the answer began. */
async function firstPaint(page, address) {
  await page.goto(address);
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  return page.evaluate(() => {
    const { responseStart } = performance.getEntriesByType("navigation")[0];
    return performance.getEntriesByName("first-contentful-paint")[0].startTime - responseStart;
  });
}

const middle = (times) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];

test("a list is seen within twice the time of a bare page with the same style sheets", async () => {
  const page = await signIn(it, "Sales Manager");
  await page.goto(`${it.demo.address}/accounts`);
  const sheets = await page.locator("link[rel=stylesheet]").evaluateAll((links) => links.map((link) => link.href));
  const links = sheets.map((href) => `<link rel="stylesheet" href="${href}">`).join("");
  const bare = `<!doctype html><html lang="en"><title>Bare</title>${links}<body><h1>Bare</h1></body></html>`;
  await page.route("**/bare", (route) => route.fulfill({ contentType: "text/html", body: bare }));
  const times = { plain: [], ours: [] };
  // WHY by turns: a machine that is busy is busy for both.
  for (let n = 0; n < 11; n += 1) {
    times.plain.push(await firstPaint(page, `${it.demo.address}/bare`));
    times.ours.push(await firstPaint(page, `${it.demo.address}/accounts`));
  }
  const [floor, ours] = [middle(times.plain), middle(times.ours)];
  assert.ok(ours <= floor * PAINT_RATIO, `${ours.toFixed()} ms against ${floor.toFixed()} ms`);
});
