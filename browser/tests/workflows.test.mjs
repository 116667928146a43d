// Workflows, approvals and the bell: put together, switched on, run, decided, told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, expectQuiet, inspect, person, picture, signIn } from "../lib.mjs";

const it = company();

/** Asks until something is so. */
async function until(isSo) {
  for (let n = 0; n < 100; n++) {
    const found = await isSo();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail("it did not happen");
}

test("a workflow is put together, switched on, and its run stands in its log", async () => {
  const page = await signIn(it, "System Administrator");
  await page.goto(`${it.demo.address}/workflows`);
  await page.getByText("No workflows yet").waitFor();
  await inspect(page);
  await page.getByRole("main").getByRole("link", { name: "New workflow" }).first().click();
  await page.getByLabel("Table").selectOption({ label: "Leads" });
  await inspect(page);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByLabel("Name", { exact: true }).fill("New leads of the fair");
  await page.getByLabel(/^It starts when/).selectOption({ label: "A row is made" });
  await page.getByLabel("Column 1").selectOption({ label: "Topic" });
  await page.getByLabel("How it compares").first().selectOption({ label: "begins with" });
  await page.getByLabel("Value", { exact: true }).first().fill("Fair");
  await page.getByRole("button", { name: "Assign the row" }).click();
  await page.getByLabel("Nancy Davolio").check();
  await page.getByRole("button", { name: "Make a task" }).click();
  assert.ok(await page.getByLabel("Nancy Davolio").isChecked(), "what was chosen stays");
  await page.getByLabel(/^Subject/).fill("Call {colour}");
  await page.getByLabel("Whose task it is").selectOption({ label: "The owner of the row" });
  await page.getByRole("button", { name: "Save the workflow" }).click();
  await page.getByText("Leads have no column `colour`").waitFor();
  await inspect(page);
  await page.getByLabel(/^Subject/).fill("Call {last_name}");
  await page.getByRole("button", { name: "Save the workflow" }).click();
  await page.getByText("Assign to Nancy Davolio").waitFor();
  await inspect(page);
  await page.getByRole("button", { name: "Switch on" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();

  const ask = await api(it.demo, "System Administrator");
  await ask("POST", "/leads", { topic: "Fair in May", last_name: "Ober" });
  await until(async () => {
    await page.reload();
    return page.getByText("Done", { exact: true }).count();
  });
  await page.evaluate(() => scrollTo(0, 0));
  await page.mouse.move(0, 0);
  await picture(page, "workflow");
  await page.locator('tr[data-href*="/runs/"] a').first().click();
  await page.getByText("Assigned to Nancy Davolio.").waitFor();
  await inspect(page);
  expectQuiet(page);
});

test("what waits for a decision is told by the bell, decided on its page, and goes on", async () => {
  const ask = await api(it.demo, "System Administrator");
  const manager = person(it.demo, "Sales Manager").name;
  const andrew = (await ask("GET", `/users?q=${encodeURIComponent(manager)}`)).rows[0].id;
  const steps = [{ do: "approve", of: andrew, words: "Take on {topic}?", approved: [{ do: "set", columns: { description: "taken on" } }] }];
  const made = await ask("POST", "/workflows", { name: "Taking on", set: "leads", definition: { trigger: { on: "created" }, steps } });
  await ask("POST", `/workflows/${made.id}/resume`, {});
  const nancy = (await ask("GET", "/users?q=Nancy")).rows[0].id;
  const lead = await ask("POST", "/leads", { topic: "A large oven", last_name: "Ober", owner: nancy });

  const page = await signIn(it, "Sales Manager");
  await until(async () => {
    await page.goto(`${it.demo.address}/approvals`);
    return page.getByRole("link", { name: "Take on A large oven?" }).count();
  });
  await inspect(page);
  await page.getByRole("button", { name: /^Notifications, \d+ new/ }).click();
  await page.getByRole("button", { name: /Waits for your decision/ }).first().waitFor();
  await page.keyboard.press("Escape");
  await page.goto(`${it.demo.address}/notifications`);
  await inspect(page);
  await picture(page, "notifications");
  await page.getByRole("main").getByRole("button", { name: "Waits for your decision", exact: true }).first().click();
  await page.getByLabel(/^Note/).fill("As agreed");
  await inspect(page);
  await picture(page, "approval");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("Approved", { exact: true }).first().waitFor();
  await until(async () => (await ask("GET", `/leads/${lead.id}`)).description === "taken on");
  expectQuiet(page);
});

test("whoever's access changed reads what, by whom and why at the next look, by keyboard alone", async () => {
  const nancy = await signIn(it, "Salesperson");
  const ask = await api(it.demo, "System Administrator");
  const id = (await ask("GET", `/users?q=${encodeURIComponent(person(it.demo, "Salesperson").name)}`)).rows[0].id;
  const role = (await ask("GET", "/roles")).rows.find((one) => one.name === "Auditor").id;
  await ask("PUT", `/users/${id}/roles/${role}`, { reason: "The yearly audit" });
  await nancy.goto(`${it.demo.address}/notifications`);
  await nancy.getByRole("main").getByText(/gave you the role “Auditor”: The yearly audit/).waitFor();
  await nancy.getByRole("main").getByRole("button", { name: "Your access changed" }).first().focus();
  await nancy.keyboard.press("Enter");
  await nancy.waitForURL(/\/people\//);
  await nancy.goto(`${it.demo.address}/notifications`);
  await nancy.getByRole("button", { name: "Mark all as read" }).click().catch(() => {});
  await nancy.getByRole("button", { name: "Notifications", exact: true }).waitFor();
  expectQuiet(nancy);
});
