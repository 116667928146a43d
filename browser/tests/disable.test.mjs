// Somebody leaves for good and comes back: disabled, knocked at the door, told of, let back in by another.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, expectAccessible, expectQuiet, inspect, open, person, picture, signIn } from "../lib.mjs";

const it = company();
const NEW = "seven quiet herons wade";
/** Upkeep looks every minute. */
const SOON = 90_000;

/** The page of Laura Callahan, as somebody. */
async function laurasPage(who) {
  const page = await signIn(it, who);
  const ask = await api(it.demo, who);
  const { id } = (await ask("GET", "/users?q=Laura+Callahan")).rows[0];
  await page.goto(`${it.demo.address}/people/${id}`);
  return { page, ask, id };
}

test("a person is disabled by keyboard alone, their next click ends at sign-in, and what was given has ended", { timeout: 2 * SOON }, async () => {
  const laura = await signIn(it, "Laura Callahan");
  await laura.goto(`${it.demo.address}/accounts`);
  const { page } = await laurasPage("System Administrator");
  await page.getByRole("button", { name: "Disable" }).first().focus();
  await page.keyboard.press("Enter");
  await page.getByText("Records stay where they are.").first().waitFor();
  await expectAccessible(page);
  await page.setViewportSize({ width: 360, height: 800 });
  const panel = await page.locator("#disable").boundingBox();
  assert.ok(panel.x >= 0 && panel.x + panel.width <= 360, "the panel fits a phone");
  await page.setViewportSize({ width: 1440, height: 900 });
  await picture(page, "disable");
  await page.locator("#disable").getByLabel("Reason").focus();
  await page.keyboard.type("Left for a competitor");
  await page.keyboard.press("Enter");
  await page.getByText("Disabled. Every session and token has ended").waitFor();
  await page.getByText(/Disabled .* by Ada Byrne: Left for a competitor/).waitFor();
  await page.getByRole("heading", { name: "Held before" }).waitFor();
  assert.equal(await page.getByRole("button", { name: /Give again/ }).count(), 0, "nothing is given to somebody who is out");
  await page.getByText("Whoever disabled somebody does not let them back in").waitFor();
  await inspect(page);

  await laura.locator("tbody tr th a").first().click();
  await laura.waitForURL(/\/sign-in/);
  const { email, password } = person(it.demo, "Laura Callahan");
  const refusal = async (address) => {
    await laura.getByLabel("E-mail").fill(address);
    await laura.getByLabel("Password", { exact: true }).fill(password);
    await laura.getByRole("button", { name: "Sign in", exact: true }).click();
    await laura.getByRole("alert").waitFor();
    return laura.getByRole("alert").innerText();
  };
  assert.equal(await refusal(email), await refusal("nobody.at.all@northwind.example"), "the answer tells nothing");
  expectQuiet(laura);

  await page.reload();
  await page.getByRole("heading", { name: "Refused sign-ins" }).waitFor();
  await page.getByText("1 try at the sign-in page").waitFor();
  await inspect(page);
  await picture(page, "disabled");
  await page.goto(`${it.demo.address}/people?state=disabled`);
  await page.getByRole("link", { name: "Laura Callahan" }).waitFor();
  await inspect(page);
});

test("those who may disable are told of the try under the bell", { timeout: 2 * SOON }, async () => {
  const page = await signIn(it, "Security Administrator");
  const words = page.locator("main").getByText("Somebody tried once to sign in as Laura Callahan, who was disabled, and was refused.");
  const begun = Date.now();
  do {
    await page.goto(`${it.demo.address}/notifications`);
    await page.waitForTimeout(500);
  } while (!(await words.count()) && Date.now() - begun < SOON);
  await words.waitFor();
  await inspect(page);
});

test("somebody else lets the person back in, with a new password, and gives again what is needed", async () => {
  const { page, id } = await laurasPage("Security Administrator");
  const begin = page.getByRole("button", { name: "Let back in" }).first();
  await begin.focus();
  await page.keyboard.press("Enter");
  await page.locator("#enable").getByLabel("Reason").focus();
  await expectAccessible(page);
  await page.keyboard.type("Came back to us");
  await page.keyboard.press("Enter");
  const link = await page.getByRole("textbox", { name: "Invitation link" }).inputValue();
  await inspect(page);

  const guest = await open(it.browser, { home: it.demo.address });
  await guest.goto(link);
  const { password } = person(it.demo, "Laura Callahan");
  await guest.getByLabel("Password", { exact: true }).fill(password);
  await guest.getByRole("button", { name: /^Set the password/ }).click();
  await guest.getByText("This is a password of yours already").waitFor();
  await guest.getByLabel("Password", { exact: true }).fill(NEW);
  await guest.getByRole("button", { name: /^Set the password/ }).click();
  await guest.getByRole("heading", { level: 1, name: /Laura/ }).waitFor();
  const map = guest.getByRole("navigation", { name: "Site map" });
  assert.equal(await map.getByRole("link", { name: "Accounts" }).count(), 0, "no role came back");
  expectQuiet(guest);

  await page.goto(`${it.demo.address}/people/${id}`);
  await page.getByText("Give again what is still needed.").waitFor();
  await inspect(page);
  await picture(page, "let-back-in");
  await page.setViewportSize({ width: 360, height: 800 });
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  await page.getByRole("heading", { name: "Held before" }).evaluate((heading) => heading.scrollIntoView({ block: "start" }));
  await page.evaluate(() => scrollBy(0, -80));
  await picture(page, "let-back-in-360-dark");
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize({ width: 1440, height: 900 });
  const again = page.locator("section", { has: page.getByRole("heading", { name: "Held before" }) });
  const roles = await again.getByRole("button", { name: /Give again/ }).count();
  assert.ok(roles > 0);
  await again.getByRole("button", { name: /Give again/ }).first().focus();
  await page.keyboard.press("Enter");
  await page.getByText("The role was given.").waitFor();
  assert.equal(await again.getByRole("button", { name: /Give again/ }).count(), roles - 1);
  await guest.reload();
  await map.getByRole("link", { name: "Accounts" }).waitFor();
  expectQuiet(page);
});
