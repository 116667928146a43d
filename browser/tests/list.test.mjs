// Lists: found, narrowed down, walked through, and changed many rows at a time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, expectQuiet, signIn } from "../lib.mjs";

const it = company();
const names = (page) => page.locator("tbody tr th a").allInnerTexts();
const count = (page) => page.locator(".count").innerText();
const text = (page, selector) => page.locator(selector).innerText();

/** Opens a list as somebody. */
async function list(who, address) {
  const page = await signIn(it, who);
  await page.goto(it.demo.address + address);
  return page;
}

/** Makes so many leads of somebody, for a test to use up. */
async function leads(who, names) {
  const ask = await api(it.demo, who);
  for (const name of names) await ask("POST", "/leads", { topic: name, last_name: name });
}

test("a list opens on its first view, says how many there are, and another view is one choice away", async () => {
  const page = await list("Salesperson", "/accounts");
  await page.getByRole("button", { name: "View: Active accounts" }).waitFor();
  const all = Number.parseInt(await count(page), 10);
  assert.equal((await names(page)).length, Math.min(all, 25));
  await page.getByRole("button", { name: "View: Active accounts" }).click();
  await page.getByRole("link", { name: "My active accounts" }).click();
  await page.getByRole("button", { name: "View: My active accounts" }).waitFor();
  const mine = (await names(page)).length;
  assert.ok(mine > 0 && mine < all, `${mine} of ${all}`);
  for (const owner of await page.locator('td[data-label="Owner"]').allInnerTexts()) assert.equal(owner, "Nancy Davolio");
  expectQuiet(page);
});

test("a click on a heading sorts, another click turns it round, and the address keeps it", async () => {
  const page = await list("Salesperson", "/accounts?view=mine_active");
  await page.getByRole("link", { name: "City" }).click();
  await page.waitForURL(/sort=address_city/);
  const up = await page.locator('td[data-label="City"]').allInnerTexts();
  await page.getByRole("link", { name: "City" }).click();
  await page.waitForURL(/sort=-address_city/);
  const down = await page.locator('td[data-label="City"]').allInnerTexts();
  assert.deepEqual([...up].sort(), [...down].sort());
  assert.notDeepEqual(up, down);
  assert.equal(await page.locator('th[aria-sort="descending"]').count(), 1);
  await page.goto(page.url());
  assert.deepEqual(await page.locator('td[data-label="City"]').allInnerTexts(), down);
});

test("a filter is a chip with its words, and taking it away brings the others back", async () => {
  const page = await list("Salesperson", "/accounts");
  const before = await count(page);
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByLabel("Column").selectOption({ label: "City" });
  await page.getByLabel("Condition").selectOption({ label: "contains" });
  await page.locator("#add-filter").getByLabel("Value").fill("México");
  await page.getByRole("button", { name: "Add filter" }).click();
  const chip = page.locator(".chip");
  assert.match(await chip.innerText(), /City contains México/);
  const cities = await page.locator('td[data-label="City"]').allInnerTexts();
  assert.ok(cities.length > 0 && cities.every((city) => city.includes("México")), cities.join());
  await chip.getByRole("link").click();
  await page.locator(".chip").waitFor({ state: "detached" });
  assert.equal(await count(page), before);
  expectQuiet(page);
});

test("the menu of a heading offers the values that the column knows", async () => {
  const page = await list("Salesperson", "/opportunities?view=all");
  await page.getByRole("button", { name: "Sort and filter by Stage" }).click();
  const menu = page.locator(".menu:popover-open");
  await menu.getByLabel("Value").selectOption({ label: "Close" });
  await menu.getByRole("button", { name: "Add filter" }).click();
  await page.locator(".chip").waitFor();
  const stages = await page.locator('td[data-label="Stage"]').allInnerTexts();
  assert.ok(stages.length > 0 && stages.every((stage) => stage === "Close"), stages.join());
});

test("a filter that makes no sense is told, and the list stays", async () => {
  const page = await list("Salesperson", "/accounts");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByLabel("Column").selectOption({ label: "Number of employees" });
  await page.getByLabel("Condition").selectOption({ label: "is at least" });
  await page.locator("#add-filter").getByLabel("Value").fill("a lot");
  await page.getByRole("button", { name: "Add filter" }).click();
  assert.match(await text(page, ".note"), /filter was not added/);
  assert.ok((await names(page)).length > 0);
});

test("nothing found is told in words, with the way back", async () => {
  const page = await list("Salesperson", "/accounts");
  await page.getByLabel("Search in accounts").fill("no such account anywhere");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No accounts match" }).waitFor();
  await page.getByRole("link", { name: "Clear" }).click();
  assert.ok((await names(page)).length > 0);
});

test("the next page goes on where this one ends, and the way back is the same rows", async () => {
  const page = await list("Sales Manager", "/accounts?view=all");
  const first = await names(page);
  assert.equal(first.length, 25);
  await page.getByRole("link", { name: "Next" }).click();
  await page.waitForURL(/after=/);
  const second = await names(page);
  assert.equal(second.filter((name) => first.includes(name)).length, 0);
  await page.getByRole("link", { name: "Previous" }).click();
  await page.waitForURL((url) => !url.searchParams.has("after"));
  assert.deepEqual(await names(page), first);
});

test("a page of 50 rows is one choice away, kept for the next list, and taken back the same way", async () => {
  const page = await list("Sales Manager", "/accounts?view=all");
  await page.getByRole("button", { name: "50 rows a page" }).click();
  await page.getByRole("button", { name: "25 rows a page" }).waitFor();
  assert.equal((await names(page)).length, 50);
  await page.goto(`${it.demo.address}/products?view=all`);
  assert.equal((await names(page)).length, 50);
  await page.getByRole("button", { name: "25 rows a page" }).click();
  await page.getByRole("button", { name: "50 rows a page" }).waitFor();
  assert.equal((await names(page)).length, 25);
  expectQuiet(page);
});

test("rows that were selected go to somebody else, with an answer for each", async () => {
  await leads("Sales Manager", ["Given Along One", "Given Along Two", "Given Along Three"]);
  const page = await list("Sales Manager", "/leads?view=all&search=Given+Along");
  assert.equal((await names(page)).length, 3);
  await page.getByLabel("Select Given Along One").check();
  await page.getByLabel("Select Given Along Three").check();
  assert.equal(await text(page, "[data-bulk-count]"), "2 selected");
  await page.getByLabel("Assign to").selectOption({ label: "Janet Leverling" });
  await page.getByRole("button", { name: "Assign 2" }).click();
  await page.getByText("All 2 were assigned to Janet Leverling").waitFor();
  assert.equal(await page.locator(".answer").count(), 2);
  await page.getByRole("link", { name: "Back to leads" }).click();
  const owners = await page.locator('td[data-label="Owner"]').allInnerTexts();
  assert.deepEqual(owners.sort(), ["Andrew Fuller", "Janet Leverling", "Janet Leverling"]);
  expectQuiet(page);
});

test("before rows are deleted it is said which, after it what became of each, and they can be put back", async () => {
  await leads("Sales Manager", ["Thrown Away One", "Thrown Away Two"]);
  const page = await list("Sales Manager", "/leads?view=all&search=Thrown+Away");
  await page.getByLabel("Select all rows on this page").check();
  await page.getByRole("button", { name: "Delete 2" }).click();
  await page.getByRole("heading", { name: "2 can be changed" }).waitFor();
  await page.getByRole("button", { name: "Delete 2 leads" }).click();
  await page.getByText("All 2 were deleted").waitFor();
  await page.getByRole("link", { name: "Put some back" }).click();
  await page.getByRole("button", { name: "Restore Thrown Away One" }).click();
  await page.getByText("Put back, with everything").waitFor();
  await page.goto(`${it.demo.address}/leads?view=all&search=Thrown+Away`);
  assert.deepEqual(await names(page), ["Thrown Away One"]);
});

test("of rows that may only be seen, the bar says how many it can change", async () => {
  const page = await list("Salesperson", "/accounts");
  await page.getByLabel("Select all rows on this page").check();
  const rows = (await names(page)).length;
  const label = await page.locator('[data-bulk="assign"]').innerText();
  assert.match(label, new RegExp(`Assign \\d+ of ${rows}$`));
});

test("one record deleted from its page is put back by the undo beside the message", async () => {
  await leads("Sales Manager", ["Deleted By Mistake"]);
  const page = await list("Sales Manager", "/leads?view=all&search=Deleted+By+Mistake");
  await page.getByRole("link", { name: "Deleted By Mistake" }).click();
  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("link", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete Deleted By Mistake" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("heading", { name: "Deleted By Mistake" }).waitFor();
  expectQuiet(page);
});
