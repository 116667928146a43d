// Coming in: the page that everybody sees first, and all that a stranger sees.

import assert from "node:assert/strict";
import { test } from "node:test";
import { company, enter, expectQuiet, open, person, signIn } from "../lib.mjs";

const it = company();

test("a stranger who asks for a list is shown the sign-in page, and after it the list", async () => {
  const page = await open(it.browser, { home: it.demo.address });
  await page.goto(`${it.demo.address}/accounts?sort=-name`);
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  await enter(page, person(it.demo, "Salesperson"));
  assert.equal(page.url(), `${it.demo.address}/accounts?sort=-name`);
  expectQuiet(page);
});

test("a wrong password is told in words, the address typed stays, and nobody is in", async () => {
  const { email } = person(it.demo, "Salesperson");
  const page = await open(it.browser, { home: it.demo.address });
  await page.goto(`${it.demo.address}/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("not the password of anybody");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  assert.match(await page.getByRole("alert").innerText(), /do not match/);
  assert.equal(await page.getByLabel("E-mail").inputValue(), email);
  await page.goto(`${it.demo.address}/accounts`);
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  expectQuiet(page);
});

test("the right password leads to the day of whoever came in", async () => {
  for (const role of ["Salesperson", "Sales Manager", "Customer Service Representative", "System Administrator"]) {
    const page = await signIn(it, role);
    assert.equal(new URL(page.url()).pathname, "/", role);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, `${role}: a page has one title`);
    expectQuiet(page);
    await page.context().close();
  }
});

test("whoever signs out is out, also of the page before", async () => {
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/accounts`);
  await page.getByRole("button", { name: /your menu/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByText("You are signed out").waitFor();
  await page.goBack();
  await page.reload();
  assert.equal(new URL(page.url()).pathname, "/sign-in");
});

test("times are shown in the zone of the browser from the first page on", async () => {
  const page = await signIn(it, "Salesperson", { timezoneId: "Asia/Tokyo" });
  await page.goto(`${it.demo.address}/accounts`);
  await page.locator("tbody tr th a").first().click();
  await page.locator("time").first().waitFor();
  const exact = await page.locator("time").evaluateAll((times) => times.map((time) => time.title));
  assert.ok(exact.some((text) => text.includes("JST")), exact.join("; "));
});

test("colours, height of rows and site map are kept for the next visit", async () => {
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/accounts`);
  const answer = () => page.waitForResponse((one) => one.url().endsWith("/preferences"));
  await page.getByRole("button", { name: /your menu/ }).click();
  await Promise.all([answer(), page.getByRole("button", { name: "Dark" }).click()]);
  await page.keyboard.press("Escape");
  await Promise.all([answer(), page.getByRole("button", { name: "Compact rows" }).click()]);
  await Promise.all([answer(), page.getByRole("button", { name: "Fold" }).click()]);
  await page.reload();
  const html = page.locator("html");
  assert.equal(await html.getAttribute("data-bs-theme"), "dark");
  assert.equal(await html.getAttribute("data-density"), "compact");
  assert.equal(await html.getAttribute("data-sitemap"), "narrow");
  expectQuiet(page);
});
