// Team templates, and the team of a record: made, put into, seen, taken out of.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, expectQuiet, inspect, person, signIn } from "../lib.mjs";

const it = company();

test("a template is made once, and a record's team lets somebody see it until they are taken out", async () => {
  const page = await signIn(it, "System Administrator");
  await page.goto(`${it.demo.address}/units`);
  const form = page.getByRole("form", { name: "New team template" });
  await form.getByLabel("New team template").fill("Account team");
  await form.getByLabel("For").selectOption({ label: "Accounts" });
  await form.getByLabel("Change", { exact: true }).check();
  await form.getByRole("button", { name: "Make the template" }).click();
  await page.getByRole("button", { name: "End the template Account team of Accounts" }).waitFor();
  await inspect(page);

  const ask = await api(it.demo, "System Administrator");
  const account = (await ask("POST", "/accounts", { name: "Quiet Harbour" })).id;
  const seller = person(it.demo, "Salesperson");
  const theirs = await signIn(it, "Salesperson");
  assert.equal((await theirs.goto(`${it.demo.address}/accounts/${account}`)).status(), 404);

  await page.goto(`${it.demo.address}/accounts/${account}/share`);
  const team = page.getByRole("region", { name: "Account team" });
  await team.getByText("Nobody is in it").waitFor();
  await team.getByRole("combobox", { name: "Person" }).pressSequentially(seller.name.split(" ")[0]);
  await page.getByRole("option", { name: new RegExp(seller.name) }).click();
  await team.getByRole("button", { name: "Put into the team" }).click();
  await page.getByText("Put into the team.").waitFor();
  await team.getByRole("link", { name: seller.name }).waitFor();
  await page.getByRole("button", { name: "End the share with Account team" }).waitFor();
  await inspect(page);

  await theirs.goto(`${it.demo.address}/accounts/${account}`);
  await theirs.getByRole("heading", { level: 1, name: "Quiet Harbour" }).waitFor();
  assert.equal(await theirs.getByRole("link", { name: "Share" }).count(), 0, "the template lets them change it, not share it");

  await team.getByRole("button", { name: `Take out ${seller.name} of Account team` }).click();
  await team.getByText("Nobody is in it").waitFor();
  await page.getByText("It is shared with nobody").waitFor();
  assert.equal((await theirs.goto(`${it.demo.address}/accounts/${account}`)).status(), 404);
  expectQuiet(page);
});
