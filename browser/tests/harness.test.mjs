// The watch barks: what the other tests rely on is proved here on a page made for it, without the product.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { expectFits, expectQuiet, open, startBrowser, violations } from "../lib.mjs";

const PAGES = {
  "/good": "<h1>Good</h1><p>Nothing is wrong here.</p>",
  "/unlabelled": "<h1>Bad</h1><form><input type=text></form>",
  "/scripted": "<h1>Bad</h1><script>window.ran = true</script>",
  "/guest": '<h1>Bad</h1><img alt="" src="http://127.0.0.1:9/far.png">',
  "/wide": '<h1>Bad</h1><table style="width:3000px"><tr><td>wide</td></tr></table>',
};

let browser, server, home;

before(async () => {
  server = createServer((asked, answer) => {
    const body = PAGES[asked.url];
    const policy = "default-src 'self'; style-src 'unsafe-inline'";
    answer.writeHead(body ? 200 : 404, { "content-type": "text/html", "content-security-policy": policy });
    answer.end(`<!doctype html><html lang="en"><title>Page</title><main>${body ?? "<h1>None</h1>"}</main></html>`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  home = `http://127.0.0.1:${server.address().port}`;
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  server?.close();
});

async function visit(address) {
  const page = await open(browser, { home });
  await page.goto(home + address);
  return page;
}

test("a good page passes everything under a strict policy", async () => {
  const page = await visit("/good");
  assert.deepEqual(await violations(page), []);
  await expectFits(page);
  expectQuiet(page);
});

test("axe finds a field without a label", async () => {
  const found = await violations(await visit("/unlabelled"));
  assert.deepEqual(found.map((one) => one.id), ["label"]);
});

test("an inline script that the policy stops is noticed", async () => {
  const page = await visit("/scripted");
  assert.throws(() => expectQuiet(page), /Content Security Policy/);
});

test("a request to somebody else is noticed", async () => {
  const page = await visit("/guest");
  assert.throws(() => expectQuiet(page), /left for/);
});

test("a page that scrolls sideways is noticed", async () => {
  await assert.rejects(expectFits(await visit("/wide")), /px wide/);
});
