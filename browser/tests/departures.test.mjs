// Somebody leaves: an administrator plans, the manager approves, it runs, is proved, and is undone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, expectAccessible, expectFits, expectQuiet, inspect, picture, signIn } from "../lib.mjs";

let ask;
const it = company(async () => (ask = await api(it.demo, "System Administrator")));
const idOf = async (name) => (await ask("GET", `/users?q=${encodeURIComponent(name)}`)).rows[0].id;

async function at(address, who = "System Administrator", wishes = {}) {
  const page = await signIn(it, who, wishes);
  await page.goto(it.demo.address + address);
  return page;
}

/** A workflow that gives leads to these, a column that names the first, and the departure of that one. */
async function planned(name, ...others) {
  const ids = [];
  for (const one of [name, ...others]) ids.push(await idOf(one));
  const definition = { trigger: { on: "created" }, steps: [{ do: "assign", to: ids }] };
  const workflow = await ask("POST", "/workflows", { name: `New leads of ${name}`, set: "leads", definition });
  await ask("POST", `/workflows/${workflow.id}/resume`, {});
  const made = await ask("POST", "/departures", { user: ids[0], reason: "Moves to another city" });
  return `/departures/${made.id}`;
}

const keep = async (page, name) => {
  await page.setViewportSize({ width: 1440, height: 780 });
  await page.mouse.move(0, 0);
  await picture(page, name);
};

test("what was handed over goes back, and what somebody changed since stays with them", async () => {
  const nobody = await at("/departures");
  await nobody.getByText("Nobody leaves").waitFor();
  await inspect(nobody);
  const address = await planned("Robert King", "Michael Suyama");
  const own = encodeURIComponent(JSON.stringify({ column: "owner", op: "eq", value: await idOf("Robert King") }));
  const [lead] = (await ask("GET", `/leads?limit=1&filter=${own}`)).rows;
  const page = await at(address);
  await page.getByRole("button", { name: "Take all proposals" }).click();
  await page.getByRole("button", { name: "All is decided" }).click();
  await page.getByRole("button", { name: "Run now", exact: true }).click();
  await expectAccessible(page, "#run");
  await page.locator("#run button").click();
  await page.getByRole("link", { name: "Certificate" }).waitFor({ timeout: 60_000 });
  await ask("POST", `/leads/${lead.id}/assign`, { owner: await idOf("Michael Suyama") });
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expectAccessible(page, "#undo");
  await page.getByRole("button", { name: "Give it all back" }).click();
  await page.getByText("stays signed out until somebody else lets them in again").waitFor({ timeout: 60_000 });
  await page.getByRole("columnheader", { name: "Gone back" }).waitFor();
  await page.locator("section", { has: page.locator("#h-conflicts") }).getByRole("link", { name: lead.full_name }).waitFor();
  await inspect(page);
  await page.goto(`${it.demo.address}/people/${await idOf("Robert King")}`);
  await page.getByText("Disabled").first().waitFor();
  await inspect(page);
  expectQuiet(page);
});

test("a departure is planned from the person's page by keyboard, and cancelled", async () => {
  const id = await idOf("Laura Callahan");
  const page = await at(`/people/${id}`);
  await page.getByRole("link", { name: "Plan a departure" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Plan a departure" }).waitFor();
  assert.equal(await page.getByRole("combobox", { name: /^Who leaves/ }).inputValue(), "Laura Callahan");
  await inspect(page);
  await page.getByLabel("Reason").fill("Retires");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: "Laura Callahan leaves" }).waitFor();
  const choice = page.getByLabel("What becomes of Accounts", { exact: true });
  await choice.focus();
  await page.keyboard.type("Leave as");
  assert.equal(await choice.inputValue(), "leave");
  await page.getByRole("button", { name: "Save", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Saved.").waitFor();
  await page.getByText("Stays as it is").or(page.locator('option[value="leave"][selected]')).first().waitFor({ state: "attached" });
  await page.goto(`${it.demo.address}/people/${id}`);
  await page.getByRole("link", { name: "Departure: being planned" }).click();
  await page.getByRole("button", { name: "Cancel the departure" }).first().click();
  await expectAccessible(page, "#cancel");
  await page.locator("#cancel").getByLabel("Note").fill("She stays");
  await page.keyboard.press("Enter");
  await page.getByText("Cancelled. Nothing was done.").waitFor();
  await page.getByText("Cancelled: She stays").waitFor();
  await inspect(page);
  expectQuiet(page);
});

test("without a script everything is found, chosen, decided and run", async () => {
  const page = await at("/departures/new", "System Administrator", { javaScriptEnabled: false });
  await page.getByLabel(/^Who leaves/).fill("Margaret");
  await page.getByRole("button", { name: "Find", exact: true }).click();
  await page.getByLabel(/Margaret Peacock/).check();
  await page.getByRole("button", { name: "Find everything" }).click();
  await page.getByRole("heading", { level: 1, name: "Margaret Peacock leaves" }).waitFor();
  await page.getByLabel("What becomes of Accounts", { exact: true }).selectOption("give");
  await page.getByLabel("To: Accounts", { exact: true }).fill("Michael Suyama");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  assert.equal(await page.getByLabel("To: Accounts", { exact: true }).inputValue(), "Michael Suyama");
  await page.getByRole("button", { name: "Take all proposals" }).click();
  await page.getByRole("button", { name: "All is decided" }).click();
  await page.getByRole("button", { name: "Run now", exact: true }).click();
  await page.locator("#run button").click();
  for (let n = 0; n < 60 && !(await page.getByRole("link", { name: "Certificate" }).count()); n++) await page.reload();
  await page.getByText("Margaret Peacock has left").waitFor();
  assert.match(await page.locator("section", { has: page.locator("#h-done") }).innerText(), /Accounts\s+Goes to Michael Suyama/);
});

test("what cannot be is said in words, and who has no part in it finds nothing", async () => {
  const page = await at("/departures/new");
  const { name } = it.demo.people.find((one) => one.role === "System Administrator");
  await page.getByLabel(/^Who leaves/).pressSequentially(name.split(" ")[0]);
  await page.getByRole("option", { name: new RegExp(name) }).first().click();
  await page.getByRole("button", { name: "Find everything" }).click();
  await page.getByText("Nobody plans their own departure").first().waitFor();
  await inspect(page);
  const made = await ask("POST", "/departures", { user: await idOf("Michael Suyama") });
  const rep = await at(`/departures/${made.id}`, "Janet Leverling");
  await rep.getByRole("heading", { level: 1, name: "Not there" }).waitFor();
  assert.equal(await rep.getByRole("link", { name: "Departures", exact: true }).count(), 0);
  await expectFits(rep);
});

test("the rules are chosen with one button, and each by itself", async () => {
  const page = await at("/departures/policy");
  await inspect(page);
  await page.getByRole("button", { name: /^Use this.*Two people and an archive/ }).click();
  await page.getByText("Saved.").waitFor();
  await keep(page, "departure-rules");
  await inspect(page);
  await page.getByLabel("Public key for archives").fill("no key of age");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText(/This is no public key of age/).waitFor();
  assert.equal(await page.getByLabel("Public key for archives").inputValue(), "no key of age");
  await inspect(page);
  const rep = await at("/departures/policy", "Salesperson");
  await rep.getByText("Whoever may both invite and disable people can change this.").waitFor();
  await inspect(rep);
  assert.equal(await rep.getByRole("button", { name: "Save", exact: true }).count(), 0);
});

test("an administrator plans, a wrong choice stands at its item, and the manager approves what then runs", async () => {
  const page = await at("/departures");
  await page.getByRole("link", { name: "Plan a departure" }).waitFor();
  const address = await planned("Nancy Davolio", "Janet Leverling");
  await page.goto(it.demo.address + address);
  await page.getByRole("heading", { level: 1, name: "Nancy Davolio leaves" }).waitFor();
  await page.getByText("0 of").waitFor();
  await keep(page, "departure-plan");
  await inspect(page);

  await page.getByLabel("What becomes of Accounts", { exact: true }).selectOption({ label: "Give to somebody else (proposed)" });
  await page.getByLabel("To: Accounts", { exact: true }).fill("Nobody At All");
  await page.getByLabel("What becomes of Orders", { exact: true }).selectOption({ label: "Leave as it is" });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByRole("alert").getByRole("link", { name: /^Accounts:/ }).click();
  assert.equal(new URL(page.url()).hash, "#i-owned:accounts");
  assert.equal(await page.getByLabel("What becomes of Orders", { exact: true }).inputValue(), "leave");
  await inspect(page);
  await page.getByLabel("To: Accounts", { exact: true }).fill("");
  await page.getByLabel("To: Accounts", { exact: true }).pressSequentially("Janet");
  await page.getByRole("option", { name: /Janet Leverling/ }).click();
  await page.locator('[id="i-owned:accounts"] summary').click();
  await page.getByLabel("In turn with: Accounts", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  await page.getByText("2 of").waitFor();

  await page.getByLabel("Give all that is owned and not decided to").pressSequentially("Anne");
  await page.getByRole("option", { name: /Anne Dodsworth/ }).click();
  await page.getByRole("button", { name: "Give", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  await page.getByRole("button", { name: "Take all proposals" }).click();
  await page.getByText("Every proposal was taken").waitFor();
  await page.getByRole("button", { name: "Send for approval" }).click();
  await page.getByText("Waits for approval").first().waitFor();
  await inspect(page);
  assert.equal(await page.getByRole("button", { name: "Approve" }).count(), 0, "whoever planned it does not approve");

  const manager = await at("/approvals", "Sales Manager");
  await manager.getByRole("link", { name: "Nancy Davolio leaves: approve the departure" }).click();
  await manager.getByRole("button", { name: "Approve", exact: true }).waitFor();
  await keep(manager, "departure-approve");
  await inspect(manager);
  assert.equal(await manager.getByRole("button", { name: "Run now" }).count(), 0);
  const rep = await signIn(it, "Salesperson");
  await manager.getByRole("button", { name: "Approve", exact: true }).click();
  await expectAccessible(manager, "#approve");
  await manager.getByLabel("Note", { exact: true }).fill("Thank you, Nancy");
  await manager.locator("#approve button").click();
  await manager.getByRole("heading", { level: 1 }).waitFor();
  await rep.goto(`${it.demo.address}/accounts`);
  await rep.getByRole("heading", { name: "Sign in" }).waitFor();

  // The page follows the job by itself.
  await page.goto(it.demo.address + address);
  await page.getByRole("link", { name: "Certificate" }).waitFor({ timeout: 60_000 });
  await page.getByText("Nancy Davolio has left").waitFor();
  assert.match(await page.locator("section", { has: page.locator("#h-done") }).innerText(), /Accounts\s+Goes to Janet Leverling/);
  await inspect(page);
  await page.getByRole("link", { name: "Certificate" }).click();
  await page.getByRole("heading", { level: 1, name: "Certificate of departure" }).waitFor();
  await page.getByText(/Left as decided: 123 references to Nancy Davolio/).waitFor();
  await page.getByText("restored into an empty database; counts and sums are equal").waitFor();
  await keep(page, "departure-certificate");
  await inspect(page);
  const sheets = await onPaper(page);
  assert.equal(sheets, 1, "it is one sheet of paper");
  await page.goto(`${it.demo.address}/departures`);
  await page.getByRole("link", { name: "Nancy Davolio" }).waitFor();
  await inspect(page);
  for (const one of [page, manager, rep]) expectQuiet(one);
});

/** How many sheets of A4 the page takes. */
async function onPaper(page) {
  const bytes = await page.pdf({ format: "A4", margin: { top: "12mm", bottom: "12mm", left: "12mm", right: "12mm" } });
  return bytes.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
}
