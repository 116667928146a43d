// People: invited, let in, given roles, stopped.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, enter, expectQuiet, inspect, open, person, signIn } from "../lib.mjs";

const it = company();

/** Opens the page of the person of that name, as the administrator. */
async function pageOf(name) {
  const page = await signIn(it, "System Administrator");
  await page.goto(`${it.demo.address}/people?search=${encodeURIComponent(name)}`);
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("heading", { level: 1 }).waitFor();
  return page;
}

/** Invites somebody and answers the link. */
async function invite(page, name, email) {
  await page.goto(`${it.demo.address}/people/new`);
  await page.getByLabel(/^Full name/).fill(name);
  await page.getByLabel(/^E-mail/).fill(email);
  await page.getByLabel(/^Unit/).selectOption({ index: 1 });
  await page.getByLabel("Salesperson", { exact: true }).check();
  await page.getByRole("button", { name: "Make the invitation" }).click();
  return page.getByRole("textbox", { name: "Invitation link" }).inputValue();
}

test("an invitation is a link shown once, and whoever opens it chooses a password and is in", async () => {
  const page = await signIn(it, "System Administrator");
  const link = await invite(page, "Nina Neu", "nina.neu@northwind.example");
  await inspect(page);
  await page.reload();
  assert.equal(await page.getByRole("textbox", { name: "Invitation link" }).count(), 0, "shown this once");

  const guest = await open(it.browser, { home: it.demo.address });
  await guest.goto(link);
  await guest.getByText("You were invited to Northwind Traders").waitFor();
  await inspect(guest);
  await guest.getByLabel("Password", { exact: true }).fill("northwind");
  await guest.getByRole("button", { name: /^Set the password/ }).click();
  assert.equal(new URL(guest.url()).pathname.split("/")[1], "invitation", "a short password does not do");
  await guest.getByLabel("Password", { exact: true }).fill("seven quiet herons wade");
  await guest.getByText("Very good").waitFor();
  await guest.getByRole("button", { name: /^Set the password/ }).click();
  await guest.getByRole("heading", { level: 1, name: /Nina/ }).waitFor();
  assert.ok(await guest.getByRole("navigation", { name: "Site map" }).getByRole("link", { name: "Accounts" }).count());

  await page.goto(link);
  await page.getByText("was used already or is too old").waitFor();
  expectQuiet(guest);
});

test("a password that everybody tries is refused with the reason", async () => {
  const page = await signIn(it, "System Administrator");
  const link = await invite(page, "Paul Word", "paul.word@northwind.example");
  const guest = await open(it.browser, { home: it.demo.address });
  await guest.goto(link);
  await guest.getByLabel("Password", { exact: true }).fill("passwordpassword");
  await guest.getByRole("button", { name: /^Set the password/ }).click();
  await guest.locator(".error").waitFor();
  await inspect(guest);
});

test("a role that was given shows at once what it opens, and taken away closes it again", async () => {
  const page = await pageOf("Omar Haddad");
  const omar = await signIn(it, "Omar Haddad");
  await omar.goto(`${it.demo.address}/opportunities`);
  const make = omar.getByRole("link", { name: "New opportunity" });
  assert.equal(await make.count(), 0);

  const give = page.getByRole("form", { name: "Give a role" });
  await give.getByLabel("Role").selectOption({ label: "Sales Manager" });
  await give.getByLabel("Reason").fill("Stands in for Andrew");
  await give.getByRole("button", { name: "Give the role" }).click();
  await page.getByText("The role was given.").waitFor();
  await page.getByText("Stands in for Andrew").waitFor();
  await inspect(page);
  await omar.goto(`${it.demo.address}/opportunities`);
  await make.first().waitFor();

  await page.getByRole("button", { name: "Take away Sales Manager" }).click();
  await page.getByText("The role was taken away.").waitFor();
  await omar.reload();
  assert.equal(await make.count(), 0);
  expectQuiet(page);
});

test("a frozen person's next click ends at sign-in, in words, and signing in is refused until unfrozen", async () => {
  const laura = await signIn(it, "Laura Callahan");
  await laura.goto(`${it.demo.address}/accounts`);
  const page = await pageOf("Laura Callahan");
  await page.getByRole("button", { name: "Freeze" }).first().click();
  await page.locator("#freeze").getByLabel("Reason").fill("Lost laptop");
  await page.locator("#freeze").getByRole("button", { name: "Freeze" }).click();
  await page.getByText("Frozen. Every session has ended.").waitFor();
  await inspect(page);

  await laura.locator("tbody tr th a").first().click();
  await laura.waitForURL(/\/sign-in/);
  await laura.getByText("ends by itself, and when an account is frozen").waitFor();
  const { email, password } = person(it.demo, "Laura Callahan");
  await laura.getByLabel("E-mail").fill(email);
  await laura.getByLabel("Password", { exact: true }).fill(password);
  await laura.getByRole("button", { name: "Sign in", exact: true }).click();
  await laura.getByRole("alert").waitFor();

  await page.getByRole("button", { name: "Unfreeze" }).first().click();
  await page.locator("#unfreeze").getByLabel("Reason").fill("Found again");
  await page.locator("#unfreeze").getByRole("button", { name: "Unfreeze" }).click();
  await page.getByText("Unfrozen.").waitFor();
  await enter(laura, { email, password });
  expectQuiet(laura);
  expectQuiet(page);
});

test("nobody can freeze the last administrator, and the page says why", async () => {
  const page = await pageOf("Ada Byrne");
  assert.equal(await page.getByRole("button", { name: "Freeze" }).count(), 0);
  await page.locator(".note", { hasText: /administrator|yourself|own/i }).first().waitFor();
});

test("a role is a matrix in which a level is changed and kept", async () => {
  const page = await signIn(it, "System Administrator");
  await page.goto(`${it.demo.address}/roles/new`);
  await page.getByLabel("Name", { exact: true }).fill("Window shopper");
  await page.getByLabel("Read Accounts").selectOption({ label: "Unit" });
  await page.getByRole("button", { name: "Save the role" }).click();
  await page.getByRole("heading", { level: 1, name: "Window shopper" }).waitFor();
  const row = page.locator(".matrix tr", { hasText: "Accounts" });
  assert.match(await row.innerText(), /Unit/);
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Read Accounts").selectOption({ label: "All" });
  await page.getByRole("button", { name: "Save the role" }).click();
  await page.getByRole("link", { name: "Edit" }).waitFor();
  assert.match(await page.locator(".matrix tr", { hasText: "Accounts" }).innerText(), /All/);
  expectQuiet(page);
});

test("a unit and a team are made where they belong, and a team takes members", async () => {
  const page = await signIn(it, "System Administrator");
  await page.goto(`${it.demo.address}/units`);
  const unit = page.getByRole("form", { name: "New unit" });
  await unit.getByLabel("New unit").fill("Iceland");
  await unit.getByRole("button").click();
  await page.locator(".tree").getByRole("link", { name: "Iceland" }).waitFor();
  const team = page.getByRole("form", { name: "New team", exact: true });
  await team.getByLabel("New team", { exact: true }).fill("Fair in Reykjavik");
  await team.getByLabel("Kind").selectOption("access");
  await team.getByRole("button").click();
  await page.getByRole("heading", { level: 1, name: "Fair in Reykjavik" }).waitFor();
  const member = page.getByRole("combobox", { name: "Person" });
  await member.pressSequentially("Nancy");
  await page.getByRole("option", { name: /Nancy Davolio/ }).click();
  await page.getByRole("button", { name: "Put into the team" }).click();
  await page.getByText("Nancy Davolio").first().waitFor();
  await inspect(page);
});

test("a salesperson reads names of colleagues and changes nobody", async () => {
  const page = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/people`);
  assert.equal(await page.getByRole("link", { name: "Invite a person" }).count(), 0);
  await page.goto(`${it.demo.address}/people/new`);
  await page.getByRole("heading", { name: /None of your roles/ }).waitFor();
  await page.getByText("Who can give it").waitFor();
  const ask = await api(it.demo, "System Administrator");
  const omar = (await ask("GET", "/users?q=Omar")).rows[0].id;
  await page.goto(`${it.demo.address}/people/${omar}`);
  for (const name of ["Freeze", "Give the role", "New invitation link"]) {
    assert.equal(await page.getByRole("button", { name }).count(), 0, name);
  }
  expectQuiet(page);
});
