// Forgotten accounts: a time that ends by itself, a service account whose owner is gone, and the page that finds both.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, enter, expectQuiet, inspect, open, person, picture, signIn } from "../lib.mjs";

const it = company();
const NEW = "seven quiet herons wade";
/** Upkeep looks every minute. */
const SOON = 90_000;

/** The page of the person of that name, as the administrator. */
async function pageOf(name, wishes) {
  const page = await signIn(it, "System Administrator", wishes);
  const ask = await api(it.demo, "System Administrator");
  const { id } = (await ask("GET", `/users?q=${encodeURIComponent(name)}`)).rows[0];
  await page.goto(`${it.demo.address}/people/${id}`);
  return { page, ask, id };
}


test("the end of a time here is said on a person's page, and taken away again", async () => {
  const { page } = await pageOf("Laura Callahan");
  const until = page.getByLabel("Day and hour");
  const save = page.locator("section", { has: page.getByRole("heading", { name: "Works here until" }) }).getByRole("button", { name: "Save" });
  await until.fill("2020-01-01T17:00");
  await save.click();
  await page.getByRole("alert").getByText("The end lies in the past").waitFor();
  assert.equal(await until.inputValue(), "2020-01-01T17:00", "what was entered is kept");
  await inspect(page);
  const day = `${new Date().getUTCFullYear() + 1}-03-31`;
  await until.fill(`${day}T17:00`);
  await save.click();
  await page.getByText("Saved.").waitFor();
  assert.match(await page.locator(".figures").innerText(), /Works here until\s+31 Mar \d{4} 17:00/);
  await inspect(page);
  await page.getByRole("heading", { name: "Works here until" }).scrollIntoViewIfNeeded();
  await picture(page, "end-of-time");
  await until.fill("");
  await save.click();
  await page.getByText("Saved.").waitFor();
  assert.doesNotMatch(await page.locator(".figures").innerText(), /Works here until/);
});

test("a service account is invited by keyboard alone, and no page opens for it", async () => {
  const page = await signIn(it, "System Administrator");
  await page.goto(`${it.demo.address}/people/new`);
  await page.getByLabel(/^Full name/).fill("Web form");
  await page.getByLabel(/^E-mail/).fill("web.form@northwind.example");
  await page.getByLabel(/^Unit/).selectOption({ index: 1 });
  const program = page.getByLabel("A program uses this account, no person");
  await program.focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.getByText("A service account names a person who answers for it").first().waitFor();
  await inspect(page);
  const owner = page.getByLabel("Answers for it", { exact: true });
  await owner.focus();
  await page.keyboard.type("Laura");
  await page.getByRole("option", { name: /Laura Callahan/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Make the invitation" }).focus();
  await page.keyboard.press("Enter");
  const link = await page.getByRole("textbox", { name: "Invitation link" }).inputValue();
  await page.locator(".figures a", { hasText: "Laura Callahan" }).waitFor();
  await inspect(page);

  const guest = await open(it.browser, { home: it.demo.address });
  await guest.goto(link);
  await guest.getByLabel("Password", { exact: true }).fill(NEW);
  await guest.getByRole("button", { name: /^Set the password/ }).click();
  await guest.waitForURL(/\/sign-in/);
  await guest.getByLabel("E-mail").fill("web.form@northwind.example");
  await guest.getByLabel("Password", { exact: true }).fill(NEW);
  await guest.getByRole("button", { name: "Sign in", exact: true }).click();
  await guest.getByRole("alert").waitFor();
  expectQuiet(guest);
  const session = await fetch(`${it.demo.address}/api/v1/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "web.form@northwind.example", password: NEW }),
  });
  assert.equal(session.status, 201, "the API opens");

  const laura = await pageOf("Laura Callahan");
  await laura.page.getByRole("heading", { name: "Answers for" }).waitFor();
  await laura.page.getByRole("link", { name: "Web form" }).waitFor();
  await inspect(laura.page);
});

test("the page of forgotten accounts says in words that there are none, and who may not look finds no way there", async () => {
  const page = await signIn(it, "System Administrator");
  await page.goto(`${it.demo.address}/people`);
  await page.getByRole("link", { name: "Forgotten accounts" }).click();
  await page.getByText("Nobody’s time here is over.").waitFor();
  await page.getByText("Everybody who is active was here lately.").waitFor();
  await inspect(page);
  const days = page.getByLabel("Not seen for so many days");
  await days.fill("5");
  await page.keyboard.press("Enter");
  await page.getByText("A number of days from 7 to 365 belongs here.").waitFor();
  await inspect(page);
  const janet = await signIn(it, "Salesperson");
  await janet.goto(`${it.demo.address}/people`);
  assert.equal(await janet.getByRole("link", { name: "Forgotten accounts" }).count(), 0);
});

test("a time that ends freezes by itself, tells under the bell, and both accounts are found", { timeout: 2 * SOON }, async () => {
  const { page, ask, id } = await pageOf("Laura Callahan");
  const laura = await signIn(it, "Laura Callahan");
  await ask("PATCH", `/users/${id}`, { ends_at: new Date(Date.now() + 2_000).toISOString() });
  const begun = Date.now();
  while ((await ask("GET", `/users/${id}`)).state !== "frozen") {
    assert.ok(Date.now() - begun < SOON, "nobody acted on the end");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await laura.reload();
  await laura.waitForURL(/\/sign-in/);

  await page.goto(`${it.demo.address}/notifications`);
  await page.locator("main").getByText("The time of Laura Callahan here ended; the account is frozen. Plan the departure.").waitFor();
  await inspect(page);
  await page.goto(`${it.demo.address}/people/finder`);
  const past = page.getByRole("row", { name: /Laura Callahan/ });
  await past.getByText(/The time here ended/).waitFor();
  await page.getByText("Laura Callahan, who answers for it, is frozen").waitFor();
  await inspect(page);
  await picture(page, "finder");
  await page.setViewportSize({ width: 360, height: 800 });
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await picture(page, "finder-360-dark");
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize({ width: 1440, height: 900 });

  await page.getByRole("link", { name: "Name who answers: Web form" }).focus();
  await page.keyboard.press("Enter");
  const owner = page.getByLabel("Answers for it", { exact: true });
  await owner.fill("Nancy Davolio");
  await page.getByRole("option", { name: /Nancy Davolio/ }).click();
  await page.locator("section", { has: page.getByRole("heading", { name: "Service account" }) }).getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  await page.goto(`${it.demo.address}/people/finder`);
  await page.getByText("Somebody active answers for every service account.").waitFor();

  await page.getByRole("link", { name: "Set the end: Laura Callahan" }).click();
  await page.getByText("This hour is over.").waitFor();
  await inspect(page);
  await page.getByRole("button", { name: "Unfreeze" }).first().click();
  await page.locator("#unfreeze").getByLabel("Reason").fill("Came back");
  await page.locator("#unfreeze").getByRole("button", { name: "Unfreeze" }).click();
  await page.getByRole("alert").getByText("give another end, or none, first").waitFor();
  await ask("PATCH", `/users/${id}`, { ends_at: null });
  await ask("POST", `/users/${id}/unfreeze`, { reason: "Came back" });
  await enter(laura, person(it.demo, "Laura Callahan"));
  expectQuiet(page);
});
