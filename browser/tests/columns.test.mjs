// Secured columns: who reads one, who would, opened with one button, granted by a profile.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, expectQuiet, inspect, picture, signIn } from "../lib.mjs";

const it = company();
const LIMIT = "/columns/accounts/credit_limit";
const BANK = "/columns/accounts/bank_account";
const plainly = { javaScriptEnabled: false };

async function at(address, wishes = {}, who = "System Administrator") {
  const page = await signIn(it, who, wishes);
  await page.goto(it.demo.address + address);
  return page;
}

/** The account that a salesperson owns, filled where only a profile may. */
async function account() {
  const ask = await api(it.demo, "Salesperson");
  return `/accounts/${(await ask("GET", "/accounts?limit=1&view=mine_active")).rows[0].id}`;
}

/** Whether the form of this account offers the field, to a salesperson who looks now. */
async function offers(rep, address, label) {
  await rep.goto(`${it.demo.address}${address}/edit`);
  await rep.getByRole("button", { name: "Save", exact: true }).waitFor();
  return (await rep.getByRole("textbox", { name: new RegExp(`^${label}`) }).count()) > 0;
}

test("the list of secured columns leads to one, which names who reads it and who would", async () => {
  const page = await at("/columns");
  await inspect(page);
  await page.getByRole("combobox", { name: "Columns" }).selectOption({ label: "All of accounts" });
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByRole("link", { name: /^Payment terms/ }).waitFor();
  await inspect(page);
  await page.getByRole("link", { name: /^Credit limit/ }).click();
  await page.getByRole("heading", { level: 1, name: "Credit limit" }).waitFor();
  const [today, then] = [page.locator("section", { has: page.locator("#h-now") }), page.locator("section", { has: page.locator("#h-then") })];
  await today.getByText("by the profile Credit").first().waitFor();
  await today.getByRole("link", { name: "Andrew Fuller" }).waitFor();
  assert.equal(await today.getByRole("link", { name: "Nancy Davolio" }).count(), 0);
  await then.getByRole("link", { name: "Nancy Davolio" }).waitFor();
  await page.setViewportSize({ width: 1440, height: 700 });
  await picture(page, "column");
  await inspect(page);
});

test("a column is opened with one click, a salesperson then sees it, and undo closes it again", async () => {
  const [address, rep] = [await account(), await signIn(it, "Salesperson")];
  assert.equal(await offers(rep, address, "Credit limit"), false);
  const page = await at(LIMIT);
  await page.getByRole("button", { name: "Open this column" }).click();
  await page.getByText("Opened. Whoever reads the record reads it.").waitFor();
  await page.getByRole("button", { name: "Secure this column" }).waitFor();
  await inspect(page);
  assert.equal(await offers(rep, address, "Credit limit"), true);
  await page.locator(".flash").getByRole("button", { name: "Undo" }).click();
  await page.getByText("Secured. Only people with a field profile that opens it can read it.").waitFor();
  await page.getByRole("button", { name: "Open this column" }).waitFor();
  assert.equal(await offers(rep, address, "Credit limit"), false);
  expectQuiet(rep);
});

test("a column is granted by a new profile, which is given to one person and taken again", async () => {
  const [address, rep] = [await account(), await signIn(it, "Salesperson")];
  const { name } = it.demo.people.find((one) => one.role === "Salesperson");
  const page = await at(BANK);
  await page.getByLabel("Name of a new profile").fill("Payments");
  await page.getByLabel("Update", { exact: true }).check();
  await page.getByRole("button", { name: "Grant it" }).click();
  await page.getByRole("heading", { level: 1, name: "Payments" }).waitFor();
  await page.getByText("Nobody holds it.").waitFor();
  await inspect(page);
  assert.equal(await offers(rep, address, "Bank account"), false);
  await page.getByRole("combobox", { name: "Person or team" }).pressSequentially(name.split(" ")[0]);
  await page.getByRole("option", { name: new RegExp(name) }).first().click();
  await page.getByLabel("Reason").fill("Pays invoices");
  await page.getByRole("button", { name: "Give the profile" }).click();
  await page.getByText("The field profile was given.").waitFor();
  await page.getByText("Pays invoices").waitFor();
  await inspect(page);
  assert.equal(await offers(rep, address, "Bank account"), true);
  await page.getByRole("link", { name, exact: true }).click();
  await page.locator("section", { has: page.locator("#h-profiles") }).getByText("Pays invoices").waitFor();
  await inspect(page);
  await page.getByRole("button", { name: "Take away Payments" }).click();
  await page.getByText("The field profile was taken away.").waitFor();
  assert.equal(await offers(rep, address, "Bank account"), false);
  expectQuiet(rep);
  expectQuiet(page);
});

test("without a script a profile is made, given, changed and taken, and a column opened and secured", async () => {
  const page = await at("/field_profiles/new", plainly);
  await page.getByLabel("Name", { exact: true }).fill("Costs");
  await page.getByRole("combobox", { name: /^Add a column/ }).selectOption("products.current_cost");
  await page.getByRole("button", { name: "Save the profile" }).click();
  await page.getByRole("heading", { level: 1, name: "Costs" }).waitFor();
  await page.getByLabel("Person or team").fill("Nancy");
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByLabel(/Nancy Davolio/).check();
  await page.getByRole("button", { name: "Give the profile" }).click();
  await page.getByRole("link", { name: "Nancy Davolio" }).waitFor();
  await page.getByRole("button", { name: "Take away from Nancy Davolio" }).click();
  await page.getByRole("button", { name: "Give it back" }).click();
  await page.getByRole("link", { name: "Nancy Davolio" }).waitFor();
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Update Current cost of Products").check();
  await page.getByRole("button", { name: "Save the profile" }).click();
  assert.match(await page.locator(".grants tbody tr").innerText(), /yes[^]*no[^]*yes/);
  await page.goto(`${it.demo.address}/columns/accounts/payment_terms`);
  await page.getByRole("button", { name: "Secure this column" }).click();
  await page.getByRole("button", { name: "Open this column" }).click();
  await page.getByText("Opened.", { exact: false }).first().waitFor();
  expectQuiet(page);
});

test("whoever does not manage field profiles is told what is missing", async () => {
  const rep = await at(LIMIT, {}, "Salesperson");
  await rep.getByText("Open and grant secured columns", { exact: true }).waitFor();
  assert.equal(await rep.getByRole("link", { name: "Secured columns" }).count(), 0);
  await inspect(rep);
});
