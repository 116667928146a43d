// Without a mouse.

import assert from "node:assert/strict";
import { test } from "node:test";
import { company, expectQuiet, signIn } from "../lib.mjs";

const it = company();
const here = (page) => page.locator("tr.is-here th a").innerText();

/** What has the focus, as its role and name. */
const focused = (page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    return at.labels?.[0]?.innerText.trim() || at.getAttribute("aria-label") || at.innerText?.trim() || at.tagName;
  });

test("j and k walk the rows, x selects, Enter opens, and the way back is the same list", async () => {
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/accounts`);
  const names = await page.locator("tbody tr th a").allInnerTexts();
  for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
  assert.equal(await here(page), names[1]);
  await page.keyboard.press("x");
  assert.equal(await page.locator("[data-bulk-count]").innerText(), "1 selected");
  assert.ok(await page.getByLabel(`Select ${names[1]}`).isChecked());
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: names[2] }).waitFor();
  await page.goBack();
  assert.deepEqual(await page.locator("tbody tr th a").allInnerTexts(), names);
  expectQuiet(page);
});

test("a slash goes to the search of the list, a question mark tells the keys, e edits", async () => {
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/accounts?view=mine_active`);
  await page.keyboard.press("/");
  assert.equal(await focused(page), "Search in accounts");
  await page.keyboard.type("great");
  await page.keyboard.press("Enter");
  await page.waitForURL(/search=great/);
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Keyboard" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("e");
  await page.waitForURL(/\/edit$/);
  expectQuiet(page);
});

test("letters typed into a field stay letters", async () => {
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/accounts`);
  await page.getByLabel("Search in accounts").focus();
  await page.keyboard.type("jkxe?");
  assert.equal(await page.getByLabel("Search in accounts").inputValue(), "jkxe?");
  assert.equal(await page.locator("tr.is-here").count(), 0);
});

test("the first key leads past the site map to the content", async () => {
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/accounts`);
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to the content");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.ok(await page.evaluate(() => document.querySelector("#main").contains(document.activeElement)));
});

test("in a form Tab goes from field to field as they are read, and ends at the button", async () => {
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/contacts/new`);
  const fields = await page.locator(".sheet .label").allInnerTexts();
  await page.locator(".sheet input:visible").first().focus();
  const walked = [await focused(page)];
  for (let n = 0; n < 200 && !walked.at(-1).startsWith("Create contact"); n += 1) {
    await page.keyboard.press("Tab");
    walked.push(await focused(page));
  }
  const plain = (text) => text.replaceAll("*", "").replace("(required)", "").trim();
  const order = walked.map(plain).filter((name, n, all) => name !== all[n - 1]);
  const wanted = fields.map(plain).filter((name) => order.includes(name));
  assert.deepEqual(order.filter((name) => wanted.includes(name)), wanted);
  assert.ok(wanted.length > 10, wanted.join());
  assert.equal(order.at(-1), "Create contact");
});

test("a menu opens with Enter, is walked with Tab and closed with Escape", async () => {
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/accounts`);
  await page.getByRole("button", { name: /^View:/ }).focus();
  await page.keyboard.press("Enter");
  await page.locator("#views").waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Active accounts");
  await page.keyboard.press("Escape");
  await page.locator("#views").waitFor({ state: "hidden" });
  assert.match(await focused(page), /^View:/);
});
