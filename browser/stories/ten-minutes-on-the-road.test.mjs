// Ten minutes on the road: a rep in a car park, 360 px wide, coming in cold, and the manager who sees at once what was done.
//
// Still missing for the whole story: the view that the administrator made the default, a pinned tab coloured by a rule;
// qualifying a lead into opportunity and order; a page of the customer that proposes a product never bought.
// Not here: sentences about single pages; they are in `../tests/`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, enter, expectAccessible, expectFits, expectQuiet, open, person, signIn } from "../lib.mjs";

const it = company();
const PHONE = 360;

test("a phone number in three actions, a call with its follow-up, a lead thrown away and taken back", async () => {
  const page = await open(it.browser, { home: it.demo.address, width: PHONE });
  // The bookmark is followed cold: sign-in stands between, and leads to where the bookmark points.
  await page.goto(`${it.demo.address}/accounts?view=mine_active`);
  await enter(page, person(it.demo, "Salesperson"));
  await page.getByRole("button", { name: "View: My active accounts" }).waitFor();

  // Filtered by city from the header of its column, as a chip that can be taken away.
  const ask = await api(it.demo, "Salesperson");
  const rows = (await ask("GET", "/accounts?view=mine_active&limit=100")).rows;
  const { name, phone, address_city: city } = rows.find((row) => row.phone && row.address_city);
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  const menu = page.locator(".menu:popover-open");
  await menu.getByLabel("Column").selectOption({ label: "City" });
  await menu.getByLabel("Condition").selectOption({ label: "is" });
  await menu.getByLabel("Value").fill(city);
  await menu.getByRole("button", { name: "Add filter" }).click();
  await page.getByRole("link", { name: /^Remove the filter City/ }).waitFor();
  assert.ok((await page.locator("tbody tr th a").allInnerTexts()).includes(name));
  await expectFits(page);

  // Three actions: the search, its first letters, Enter; the number is there to be dialled.
  await page.goto(`${it.demo.address}/`);
  await page.getByRole("link", { name: "Search", exact: true }).or(page.getByRole("button", { name: "Search", exact: true })).first().click();
  await page.locator("#palette-q").pressSequentially(name.slice(0, 8));
  await page.locator("#palette [role=option]", { hasText: name }).first().waitFor();
  await page.keyboard.press("Enter");
  const dial = page.locator('a[href^="tel:"]').first();
  await dial.waitFor();
  assert.equal(await dial.innerText(), phone);
  const account = new URL(page.url()).pathname;

  // A call, with the day of its follow-up; the manager sees both at the next look.
  const composer = page.locator(".composer");
  const write = async (kind, subject, due) => {
    await composer.getByText(kind, { exact: true }).click();
    await composer.getByLabel("Subject").fill(subject);
    if (due) await composer.getByLabel("Due").fill(due);
    await composer.getByRole("button", { name: "Add to timeline" }).click();
    await page.getByText("Added to the timeline.").waitFor();
  };
  await write("Phone call", "Wants twelve crates more");
  await write("Task", "Send the offer for twelve crates", "2031-03-05");
  const manager = await signIn(it, "Sales Manager");
  await manager.goto(it.demo.address + account);
  await manager.getByText("Wants twelve crates more").first().waitFor();
  const followUp = manager.locator(".event", { hasText: "Send the offer for twelve crates" });
  assert.match(await followUp.innerText(), /2031/);

  // An obsolete lead goes, and comes back with the undo beside the message.
  const lead = await ask("POST", "/leads", { topic: "Obsolete oven", last_name: "Ober" });
  await page.goto(`${it.demo.address}/leads/${lead.id}`);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("link", { name: "Delete" }).click();
  await page.getByRole("button", { name: /^Delete/ }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Put back, with everything that went along.").waitFor();
  assert.equal((await ask("GET", `/leads/${lead.id}`)).topic, "Obsolete oven");
  await expectFits(page);
  await expectAccessible(page);
  expectQuiet(page);
});
