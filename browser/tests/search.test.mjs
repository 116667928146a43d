// Finding something: the palette behind Ctrl-K, and the page of everything found.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, expectAccessible, expectQuiet, signIn } from "../lib.mjs";

const it = company();

test("Ctrl-K finds a record by the beginning of its name and Enter opens it", async () => {
  const page = await signIn(it, "Salesperson");
  await page.keyboard.press("Control+k");
  const palette = page.locator("#palette");
  await palette.getByLabel(/Search, or type/).pressSequentially("great lak");
  await palette.getByRole("option", { name: /Great Lakes Food Market/ }).first().waitFor();
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: /Great Lakes/ }).waitFor();
  expectQuiet(page);
});

test("the palette goes to places and begins new records, and shows only what the person may use", async () => {
  const page = await signIn(it, "Salesperson");
  const options = async (words) => {
    await page.keyboard.press("Control+k");
    await page.locator("#palette-q").fill(words);
    await page.waitForTimeout(500);
    const found = await page.locator("#palette [role=option]").allInnerTexts();
    await page.keyboard.press("Escape");
    return found.map((text) => text.split("\n")[0].trim());
  };
  assert.ok((await options("opportunit")).includes("Opportunities"));
  assert.ok((await options("lead")).includes("Lead"));
  assert.ok(!(await options("roles")).includes("Roles"), "a salesperson has no page of roles");
  await page.keyboard.press("Control+k");
  await page.locator("#palette-q").fill("new task");
  await page.locator("#palette [role=option]", { hasText: "New task" }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/tasks\/new/);
});

test("the page of everything found tells what each is, and finds nothing that is not ours to see", async () => {
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/accounts`);
  await page.getByLabel("Search all records").first().fill("great");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Accounts" }).waitFor();
  assert.ok((await page.locator("main").innerText()).includes("Great Lakes Food Market"));
  await page.getByRole("link", { name: "Great Lakes Food Market", exact: true }).first().click();
  await page.getByRole("heading", { level: 1, name: "Great Lakes Food Market" }).waitFor();

  await (await api(it.demo, "Robert King"))("POST", "/accounts", { name: "Zinnober Porcelain" });
  const everything = await signIn(it, "Sales Manager");
  await everything.goto(`${it.demo.address}/search?q=zinnober`);
  await everything.getByRole("link", { name: "Zinnober Porcelain", exact: true }).waitFor();
  await page.goto(`${it.demo.address}/search?q=zinnober`);
  await page.getByText("Nothing found for").waitFor();
  assert.ok(!(await page.locator("main").innerText()).includes("Porcelain"));
  expectQuiet(page);
});
