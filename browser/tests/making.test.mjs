// New records, what they point to, and giving others a part in them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, expectQuiet, signIn } from "../lib.mjs";

const it = company();

test("an account and its contact are made, and each is picked by typing the beginning of its name", async () => {
  const page = await signIn(it, "Salesperson");
  await page.getByRole("button", { name: "Create" }).click();
  await page.locator("#create").getByRole("link", { name: "Account" }).click();
  await page.getByLabel(/^Name/).fill("Picked Kiln");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("Created.", { exact: true }).waitFor();

  await page.goto(`${it.demo.address}/contacts/new`);
  await page.getByLabel("First name").fill("Pia");
  await page.getByLabel(/^Last name/).fill("Cked");
  const lookup = page.getByRole("combobox", { name: "Account", exact: true });
  await lookup.pressSequentially("Picked K");
  await page.getByRole("option", { name: "Picked Kiln" }).waitFor();
  await page.keyboard.press("Enter");
  assert.equal(await lookup.inputValue(), "Picked Kiln");
  await page.getByRole("button", { name: "Create contact" }).click();
  await page.getByText("Created.", { exact: true }).waitFor();
  await page.locator(".values").getByRole("link", { name: "Picked Kiln" }).click();
  await page.getByRole("heading", { level: 1, name: "Picked Kiln" }).waitFor();
  expectQuiet(page);
});

test("a name that fits nothing is told at the field, and nothing that was typed is lost", async () => {
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/contacts/new`);
  await page.getByLabel("First name").fill("Nobody");
  await page.getByLabel(/^Last name/).fill("Knows");
  await page.getByRole("combobox", { name: "Account", exact: true }).fill("No such account at all");
  await page.getByRole("button", { name: "Create contact" }).click();
  await page.getByText("Not saved yet.").waitFor();
  assert.equal(await page.getByRole("combobox", { name: "Account", exact: true }).getAttribute("aria-invalid"), "true");
  assert.equal(await page.getByLabel("First name").inputValue(), "Nobody");
  expectQuiet(page);
});

test("saving and beginning another leads to an empty form", async () => {
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/leads/new`);
  await page.getByLabel(/^Topic/).fill("One after another");
  await page.getByLabel(/^Last name/).fill("First");
  await page.getByRole("button", { name: "Save and new" }).click();
  await page.getByText("Created.", { exact: true }).waitFor();
  assert.equal(await page.getByLabel(/^Last name/).inputValue(), "");
});

test("a colleague to whom a record is shared finds it, may do what was said, and not after the share ends", async () => {
  const name = "Shared Kiln";
  const id = (await (await api(it.demo, "Salesperson"))("POST", "/accounts", { name })).id;
  const address = `${it.demo.address}/accounts/${id}`;
  const colleague = await signIn(it, "Robert King");
  await colleague.goto(address);
  assert.equal(await colleague.getByRole("heading", { level: 1, name }).count(), 0);

  const page = await signIn(it, "Salesperson");
  await page.goto(`${address}/share`);
  await page.getByRole("combobox", { name: "Person or team" }).pressSequentially("Robert");
  await page.getByRole("option", { name: "Robert King" }).click();
  await page.getByLabel("Change").check();
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await page.getByText("Shared.", { exact: true }).waitFor();

  await colleague.goto(address);
  await colleague.getByRole("heading", { level: 1, name }).waitFor();
  await colleague.getByRole("link", { name: "Edit" }).waitFor();
  assert.equal(await colleague.getByRole("link", { name: "Share", exact: true }).count(), 0);

  await page.goto(`${address}/share`);
  await page.getByRole("button", { name: "End the share with Robert King" }).click();
  await page.getByText("The share has ended.").waitFor();
  await colleague.goto(address);
  assert.equal(await colleague.getByRole("heading", { level: 1, name }).count(), 0);
  expectQuiet(page);
  expectQuiet(colleague);
});

test("a record given to a colleague out of reach is gone for the giver, and the page says so", async () => {
  const id = (await (await api(it.demo, "Salesperson"))("POST", "/accounts", { name: "Given Kiln" })).id;
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/accounts/${id}/assign`);
  await page.getByRole("combobox", { name: "New owner" }).pressSequentially("Robert");
  await page.getByRole("option", { name: "Robert King" }).click();
  await page.getByRole("button", { name: "Assign" }).click();
  await page.getByText("It is not visible to you any more").waitFor();
  expectQuiet(page);
});
