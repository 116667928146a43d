// Guided dialogs: a call is logged page by page, with a script, by keys alone, narrow, and without a script.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, expectQuiet, inspect, picture, signIn } from "../lib.mjs";

const it = company();

/** An account of the salesperson, and its page. */
async function begin(page, name) {
  const ask = await api(it.demo, "Salesperson");
  const { id } = await ask("POST", "/accounts", { name });
  await page.goto(`${it.demo.address}/accounts/${id}`);
  return { ask, id };
}

test("a call with a follow-up is logged on its account, and going back loses nothing", async () => {
  const page = await signIn(it, "Salesperson");
  const { id } = await begin(page, "Quiet Harbour");
  await page.locator(".page-actions").getByRole("link", { name: "Log a call" }).click();
  await page.getByText("Step 1 of 3: Who").waitFor();
  assert.equal(await page.getByLabel(/^Account, contact or other record/).inputValue(), "Quiet Harbour");
  await inspect(page);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByLabel(/^Subject/).fill("Late delivery");
  await page.getByLabel("What was said").fill("Two pallets are missing.\nThey want them on Monday.");
  await page.getByLabel(/^Who called/).selectOption({ label: "They called" });
  await inspect(page);
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByText("Step 1 of 3: Who").waitFor();
  await page.getByRole("button", { name: "Next" }).click();
  assert.equal(await page.getByLabel("What was said").inputValue(), "Two pallets are missing.\nThey want them on Monday.");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByText("Step 3 of 3: Follow-up").waitFor();
  assert.equal(await page.getByLabel(/^What is to be done/).count(), 0);
  await page.getByLabel(/^Is there something to follow up/).selectOption({ label: "Yes, make a task" });
  await page.getByRole("button", { name: "Log a call" }).click();
  await page.getByLabel(/^What is to be done/).fill("Ask the carrier");
  await page.getByLabel(/^Due/).fill("2030-05-06");
  await inspect(page);
  await picture(page, "log-a-call");
  await page.getByRole("button", { name: "Log a call" }).click();
  await page.getByText("The call is logged.").waitFor();
  assert.equal(new URL(page.url()).pathname, `/accounts/${id}`);
  for (const name of ["Late delivery", "Ask the carrier"]) await page.locator("#timeline").getByRole("link", { name }).waitFor();
  expectQuiet(page);
});

test("by keys alone in a narrow window, and a missing subject is told at its field", async () => {
  const page = await signIn(it, "Salesperson", { width: 360 });
  await begin(page, "Small Harbour");
  await page.getByRole("link", { name: "Log a call" }).last().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Next" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Step 2 of 3: What").waitFor();
  // Past the browser's own check, as a client without one would send it.
  await page.locator("form[data-form]").evaluate((form) => (form.noValidate = true));
  await page.getByRole("button", { name: "Next" }).focus();
  await page.keyboard.press("Enter");
  await page.locator("#e-subject").waitFor();
  await inspect(page);
  await page.getByLabel(/^Subject/).focus();
  await page.keyboard.type("Short word");
  await page.keyboard.press("Enter");
  await page.getByText("Step 3 of 3: Follow-up").waitFor();
  await page.getByRole("button", { name: "Log a call" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("The call is logged.").waitFor();
  expectQuiet(page);
});

test("without a script, begun from Create, with the record found by its name", async () => {
  const page = await signIn(it, "Salesperson", { javaScriptEnabled: false });
  const { ask } = await begin(page, "Plain Harbour");
  await page.goto(it.demo.address);
  await page.getByRole("button", { name: "Create" }).click();
  await page.locator(".menu:popover-open").getByRole("link", { name: "Log a call" }).click();
  await page.getByLabel(/^Account, contact or other record/).fill("Plain Harb");
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByLabel(/Plain Harbour/).check();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByLabel(/^Subject/).fill("Plainly");
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Log a call" }).click();
  await page.getByText("The call is logged.").waitFor();
  const call = (await ask("GET", `/phone_calls/${new URL(page.url()).pathname.split("/").pop()}`));
  assert.deepEqual([call.subject, call.state, call.regarding.name], ["Plainly", "completed", "Plain Harbour"]);
  expectQuiet(page);
});
