// Columns of an organisation's own: added, opened, in form, list and filter at the next page, changed and retired.

import assert from "node:assert/strict";
import { test } from "node:test";
import { company, expectQuiet, inspect, picture, signIn } from "../lib.mjs";

const it = company();
const TABLE = "/tables/accounts";

async function at(address, wishes = {}, who = "System Administrator") {
  const page = await signIn(it, who, wishes);
  await page.goto(it.demo.address + address);
  return page;
}

test("a lookup to people is added, opened on the next page, and in form, list and filter at the next look", async () => {
  const rep = await at("/accounts", {}, "Salesperson");
  const page = await at("/tables");
  await inspect(page);
  await page.getByRole("link", { name: "Accounts", exact: true }).last().click();
  await page.getByText("No column of your own yet").waitFor();
  await inspect(page);
  await page.getByRole("link", { name: "New column" }).click();
  await page.getByLabel("Label").fill("Key account manager");
  assert.equal(await page.getByLabel("Options").isVisible(), false, "a text has no options");
  await page.getByLabel("Kind").selectOption("choice");
  await page.getByLabel("Options").fill("Gold\nTin");
  await inspect(page);
  await page.getByLabel("Kind").selectOption("lookup");
  assert.equal(await page.getByLabel("Options").isVisible(), false);
  await page.getByRole("checkbox", { name: "People" }).check();
  await page.getByLabel("Help").fill("Who looks after the customer.");
  await page.getByLabel("Show in lists").check();
  await page.setViewportSize({ width: 1440, height: 1000 });
  await picture(page, "new-column");
  await inspect(page);
  await page.getByRole("button", { name: "Add the column" }).click();
  await page.getByRole("heading", { level: 1, name: "Key account manager" }).waitFor();
  await page.getByText("The column was added. Nobody reads it yet.").waitFor();
  await inspect(page);
  await rep.goto(`${it.demo.address}/accounts/new`);
  assert.equal(await rep.getByLabel("Key account manager").count(), 0, "closed until it is opened");
  await page.getByRole("button", { name: "Open this column" }).click();
  await page.getByText("Opened.", { exact: false }).first().waitFor();
  await rep.goto(`${it.demo.address}/accounts/new`);
  await rep.getByRole("group", { name: "More" }).waitFor();
  await rep.getByLabel("Name", { exact: false }).first().fill("Harbour Mill");
  await rep.getByLabel("Key account manager").pressSequentially("Nancy");
  await rep.getByRole("option", { name: /Nancy Davolio/ }).first().click();
  await rep.getByRole("button", { name: "Create account" }).click();
  await rep.getByRole("heading", { level: 1, name: "Harbour Mill" }).waitFor();
  await rep.getByText("Key account manager", { exact: true }).first().waitFor();
  await rep.getByRole("link", { name: "Nancy Davolio" }).first().waitFor();
  await inspect(rep);
  await rep.goto(`${it.demo.address}/accounts?view=all`);
  await rep.getByRole("columnheader", { name: /Key account manager/ }).waitFor();
  await page.goto(it.demo.address + TABLE);
  await page.getByText("Lookup to people").waitFor();
  await page.getByText("Open", { exact: true }).waitFor();
  await inspect(page);
  expectQuiet(page);
  expectQuiet(rep);
});

test("what does not fit is said at its field, and what was typed stays", async () => {
  const page = await at(`${TABLE}/columns/new`);
  await page.getByLabel("Label").fill("Rank");
  await page.getByLabel("Name").fill("x_select");
  await page.getByLabel("Kind").selectOption("choice");
  await page.getByLabel("Options").fill("Gold\ngold");
  await page.getByRole("button", { name: "Add the column" }).click();
  await page.getByText("Not saved yet.").waitFor();
  await page.getByText("`select` is a word of SQL", { exact: false }).first().waitFor();
  await page.getByText("The option `gold` is there twice").first().waitFor();
  assert.equal(await page.getByLabel("Label").inputValue(), "Rank");
  await inspect(page);
  expectQuiet(page);
});

test("without a script a choice is added, its options change, and it is retired", async () => {
  const page = await at(`${TABLE}/columns/new`, { javaScriptEnabled: false });
  await page.getByLabel("Label").fill("Standing");
  await page.getByLabel("Kind").selectOption("choice");
  await page.getByLabel("Options").fill("Gold\nTin");
  await page.getByRole("button", { name: "Add the column" }).click();
  await page.getByRole("heading", { level: 1, name: "Standing" }).waitFor();
  await page.goto(it.demo.address + TABLE);
  await page.getByRole("link", { name: "Standing", exact: true }).click();
  await page.getByLabel("Label of gold").fill("Golden");
  await page.getByRole("checkbox", { name: "Tin" }).check();
  await page.getByLabel("New options").fill("Lead");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Choice: Golden, Lead").waitFor();
  await page.getByRole("link", { name: "Standing", exact: true }).click();
  await page.getByRole("link", { name: "Retire" }).click();
  await page.getByText("its name stays taken", { exact: false }).waitFor();
  await page.getByRole("button", { name: "Retire the column" }).click();
  await page.getByText("Retired", { exact: true }).waitFor();
  expectQuiet(page);
});

test("whoever does not shape tables is told what is missing", async () => {
  const page = await at(TABLE, {}, "Salesperson");
  await page.getByText("Shape tables, forms and views", { exact: true }).waitFor();
  await inspect(page);
});
