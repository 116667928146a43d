// One record: opened, changed, disputed, told about, and who can see it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, expectQuiet, inspect, signIn } from "../lib.mjs";

const it = company();
const value = (page, label) => page.locator(".value", { has: page.locator("dt", { hasText: new RegExp(`^${label}$`) }) }).locator("dd").innerText();

/** An account of Nancy's own, made for one test. */
async function account(name, more = {}) {
  const ask = await api(it.demo, "Salesperson");
  return (await ask("POST", "/accounts", { name, ...more })).id;
}

/** Opens the page of a record as somebody. */
async function record(who, address, wishes) {
  const page = await signIn(it, who, wishes);
  await page.goto(it.demo.address + address);
  return page;
}

test("a record opens from the list, with its name, state, owner and figures on top", async () => {
  const page = await record("Salesperson", "/opportunities");
  const name = await page.locator("tbody tr th a").first().innerText();
  await page.locator("tbody tr td").nth(3).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  const figures = await page.locator("dl.figures dt").allInnerTexts();
  assert.deepEqual(figures.slice(0, 4), ["Owner", "Customer", "Stage", "Estimated value"]);
  assert.match(await page.locator("dl.figures").innerText(), /\$[\d,]+\.\d\d/);
  assert.equal(await page.locator("h1 .badge").innerText(), "Open");
  expectQuiet(page);
});

test("a change is saved, shown, and told in the timeline with what it was before", async () => {
  const id = await account("Saved Kiln", { address_city: "Alton" });
  const page = await record("Salesperson", `/accounts/${id}`);
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("City", { exact: true }).fill("Bern");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  assert.equal(await value(page, "City"), "Bern");
  const change = page.locator(".changes li").first();
  assert.match((await change.innerText()).replaceAll(/\s+/g, " "), /City Alton.*Bern/);
  expectQuiet(page);
});

test("what cannot be saved comes back with what was typed and the reason at its field", async () => {
  const id = await account("Wrong Kiln");
  const page = await record("Salesperson", `/accounts/${id}/edit`);
  await page.getByLabel("Number of employees").fill("a few");
  await page.getByLabel("City", { exact: true }).fill("Bern");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Not saved yet.").waitFor();
  const field = page.getByLabel("Number of employees");
  assert.equal(await field.inputValue(), "a few");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.equal(await page.getByLabel("City", { exact: true }).inputValue(), "Bern");
  await inspect(page);
});

test("two people who change the same record see both versions column by column and choose", async () => {
  const id = await account("Disputed Kiln", { address_city: "Alton", phone: "(503) 555-0101" });
  const first = await record("Salesperson", `/accounts/${id}/edit`);
  const second = await record("Sales Manager", `/accounts/${id}/edit`);
  await second.getByLabel("City", { exact: true }).fill("Calais");
  await second.getByLabel("Phone", { exact: true }).fill("(503) 555-0202");
  await second.getByRole("button", { name: "Save", exact: true }).click();
  await second.getByText("Saved.", { exact: true }).waitFor();
  await first.getByLabel("City", { exact: true }).fill("Bern");
  await first.getByLabel("Phone", { exact: true }).fill("(503) 555-0303");
  await first.getByLabel("Website").fill("https://kiln.example");
  await first.getByRole("button", { name: "Save", exact: true }).click();
  await first.getByText("Andrew Fuller changed this").waitFor();
  const city = first.locator(".conflict tr", { hasText: "City" });
  assert.match((await city.innerText()).replaceAll(/\s+/g, " "), /City Alton .*Calais .*Bern/);
  await inspect(first);
  await city.getByLabel("Keep what Andrew Fuller wrote for City").check();
  await first.getByLabel("Keep what you wrote for Phone").check();
  await first.getByRole("button", { name: "Save the chosen" }).click();
  await first.getByText("Saved.", { exact: true }).waitFor();
  assert.equal(await value(first, "City"), "Calais");
  assert.equal(await value(first, "Phone"), "(503) 555-0303");
  assert.match(await value(first, "Website"), /kiln\.example/);
  expectQuiet(first);
});

test("a note, a call and a task are written where one stands, and stay in the timeline", async () => {
  const id = await account("Noted Kiln");
  const page = await record("Salesperson", `/accounts/${id}`);
  const write = async (kind, subject, words) => {
    const composer = page.locator(".composer");
    await composer.getByText(kind, { exact: true }).click();
    await composer.getByLabel("Subject").fill(subject);
    await composer.getByLabel("Text").fill(words);
    await composer.getByRole("button", { name: "Add to timeline" }).click();
    await page.getByText("Added to the timeline.").waitFor();
  };
  await write("Note", "Kiln number four", "Cracked, wants a quote for a new one.");
  await write("Phone call", "Talked to the owner", "Will decide in March.");
  await write("Task", "Send the quote", "With two sizes.");
  const entries = await page.locator(".event-head").allInnerTexts();
  assert.deepEqual(entries.slice(0, 3).map((entry) => entry.split("\n")[0].replace(/ (Open|Completed)$/, "")), [
    "Task Send the quote",
    "Phone call Talked to the owner",
    "Note Kiln number four",
  ]);
  await page.getByRole("navigation", { name: "Filter the timeline" }).getByRole("link", { name: "Notes" }).click();
  await page.getByText("Talked to the owner").waitFor({ state: "detached" });
  assert.equal(await page.getByText("Kiln number four").count(), 1);
  expectQuiet(page);
});

test("related records lead there and back, and a new one knows where it belongs", async () => {
  const id = await account("Related Kiln");
  const page = await record("Salesperson", `/accounts/${id}`);
  await page.locator(".beginnings").getByRole("link", { name: "Contacts" }).click();
  await page.getByLabel("First name").fill("Rea");
  await page.getByLabel("Last name").fill("Lated");
  await page.getByRole("button", { name: "Create contact" }).click();
  await page.getByText("Created.").waitFor();
  await page.getByRole("heading", { level: 1, name: "Related Kiln" }).waitFor();
  await page.locator(".anchors").getByRole("link", { name: "Contacts 1" }).click();
  await page.locator("section[id^='r-contacts']").getByRole("link", { name: "Rea Lated" }).click();
  await page.getByRole("heading", { level: 1, name: "Rea Lated" }).waitFor();
  assert.equal(await value(page, "Account"), "Related Kiln");
  expectQuiet(page);
});

test("a file is attached, taken again as it was, and removed", async () => {
  const id = await account("Filed Kiln");
  const page = await record("Salesperson", `/accounts/${id}`);
  await page.getByLabel(/A file to attach/).setInputFiles({ name: "plan.txt", mimeType: "text/plain", buffer: Buffer.from("four bricks") });
  await page.getByRole("button", { name: "Attach", exact: true }).click();
  await page.getByText("Attached.", { exact: true }).waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "plan.txt" }).click()]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  assert.equal(Buffer.concat(chunks).toString(), "four bricks");
  await page.getByRole("button", { name: "Remove plan.txt" }).click();
  await page.getByText("No files are attached.").waitFor();
  expectQuiet(page);
});

test("a salesperson reads by name who can see a record, and not by which way", async () => {
  const id = await account("Seen Kiln");
  const page = await record("Salesperson", `/accounts/${id}`);
  const panel = page.locator("#who");
  await panel.scrollIntoViewIfNeeded();
  await panel.getByText("Andrew Fuller").waitFor();
  await panel.getByText("is shown only to people who may view access").waitFor();
  assert.equal(await panel.getByText("Why", { exact: true }).count(), 0);
  expectQuiet(page);
});

test("whoever may view access reads by which way each person sees a record", async () => {
  const id = await account("Explained Kiln");
  const page = await record("System Administrator", `/accounts/${id}/who`);
  const line = page.locator(".who li", { hasText: "Nancy Davolio" }).first();
  assert.match(await line.locator(".paths").innerText(), /As Salesperson/);
  await inspect(page);
});

test("an activity is completed where the day begins", async () => {
  const ask = await api(it.demo, "Salesperson");
  await ask("POST", "/tasks", { subject: "Tick me off" });
  const page = await record("Salesperson", "/");
  await page.getByRole("button", { name: "Complete Tick me off" }).click();
  await page.getByText("Completed.").waitFor();
  assert.equal(await page.getByText("Tick me off").count(), 0);
});

test("an address of nothing is told in words, whether there is nothing or it is not ours to see", async () => {
  const ask = await api(it.demo, "System Administrator");
  const owned = (await ask("GET", "/accounts?limit=100")).rows;
  const rep = await api(it.demo, "Salesperson");
  const seen = new Set((await rep("GET", "/accounts?limit=100")).rows.map((row) => row.id));
  const hidden = owned.find((row) => !seen.has(row.id)).id;
  const page = await signIn(it, "Salesperson");
  const told = [];
  for (const id of [hidden, "00000000-0000-7000-8000-000000000000"]) {
    await page.goto(`${it.demo.address}/accounts/${id}`);
    told.push(await page.locator("main").innerText());
  }
  assert.equal(told[0], told[1]);
  await inspect(page);
});
