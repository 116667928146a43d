// Without a script every page still works.

import assert from "node:assert/strict";
import { test } from "node:test";
import { company, expectQuiet, signIn } from "../lib.mjs";

const it = company();
const plainly = { javaScriptEnabled: false };

test("without a script somebody signs in, finds, opens, changes and saves", async () => {
  const page = await signIn(it, "Salesperson", plainly);
  await page.getByRole("link", { name: "Contacts", exact: true }).first().click();
  await page.getByLabel("Search in contacts").fill("Howard");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Howard Snyder" }).click();
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Job title").fill("Head of marketing");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  assert.ok((await page.locator(".values").allInnerTexts()).join().includes("Head of marketing"));
  expectQuiet(page);
});

test("without a script a filter, a sort and the next page work", async () => {
  const page = await signIn(it, "Sales Manager", plainly);
  await page.goto(`${it.demo.address}/accounts?view=all`);
  await page.getByRole("link", { name: "City" }).click();
  await page.getByRole("link", { name: "Next" }).click();
  assert.match(page.url(), /after=/);
  await page.getByRole("button", { name: "Sort and filter by City" }).click();
  const menu = page.locator(".menu:popover-open");
  await menu.getByLabel("Value").fill("Lond");
  await menu.getByRole("button", { name: "Add filter" }).click();
  const cities = await page.locator('td[data-label="City"]').allInnerTexts();
  assert.ok(cities.length && cities.every((city) => city.includes("Lond")), cities.join());
});

test("without a script a lookup is found by its button and chosen from what fits", async () => {
  const page = await signIn(it, "Salesperson", plainly);
  await page.goto(`${it.demo.address}/contacts/new`);
  await page.getByLabel("First name").fill("Plain");
  await page.getByLabel(/^Last name/).fill("Person");
  const account = page.locator(".field", { has: page.getByText("Account", { exact: true }) });
  await account.locator("input:not([type=hidden])").fill("Great");
  await account.getByRole("button", { name: "Find" }).click();
  await page.getByLabel(/Great Lakes Food Market/).check();
  await page.getByRole("button", { name: "Create contact" }).click();
  await page.getByText("Created.", { exact: true }).waitFor();
  assert.equal(await page.locator(".values").getByRole("link", { name: "Great Lakes Food Market" }).count(), 1);
});

test("without a script rows are selected and given away, and a call is logged", async () => {
  const page = await signIn(it, "Sales Manager", plainly);
  await page.goto(`${it.demo.address}/leads`);
  await page.locator("tbody input[name=ids]").first().check();
  await page.getByLabel("Assign to").selectOption({ label: "Janet Leverling" });
  await page.getByRole("button", { name: "Assign", exact: true }).click();
  await page.getByText(/were assigned to Janet Leverling|was assigned to Janet Leverling/).first().waitFor();
  await page.getByRole("link", { name: "Back to leads" }).click();
  await page.locator("tbody tr th a").first().click();
  await page.locator(".composer").getByText("Phone call", { exact: true }).click();
  await page.locator(".composer").getByLabel("Subject").fill("Called without a script");
  await page.getByRole("button", { name: "Add to timeline" }).click();
  await page.getByText("Added to the timeline.").waitFor();
  await page.getByRole("link", { name: "Called without a script" }).waitFor();
});

test("without a script who can see a record is one click away", async () => {
  const page = await signIn(it, "Salesperson", plainly);
  await page.goto(`${it.demo.address}/accounts?view=mine_active`);
  await page.locator("tbody tr th a").first().click();
  await page.getByRole("link", { name: "Show names" }).click();
  await page.getByText("Andrew Fuller").waitFor();
});
