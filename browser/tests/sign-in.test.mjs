// Coming in: the page that everybody sees first, and all that a stranger sees.

import assert from "node:assert/strict";
import { test } from "node:test";
import { company, inspect, open, person, signIn } from "../lib.mjs";

const it = company();

test("a stranger is shown the sign-in page", async () => {
  const page = await open(it.browser, { home: it.demo.address });
  await page.goto(`${it.demo.address}/`);
  await page.getByLabel("E-mail").waitFor();
  await page.getByLabel("Password", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  await inspect(page, "sign-in");
});

test("each person of the demo comes in", async () => {
  assert.ok(it.demo.people.length >= 4, "one person per role");
  for (const { role } of it.demo.people) {
    const page = await signIn(it, role);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1, `${role}: a page has one title`);
    await page.context().close();
  }
});

test("a wrong password is told in words, and nobody is in", async () => {
  const { email } = person(it.demo, it.demo.people[0].role);
  const page = await open(it.browser, { home: it.demo.address });
  await page.goto(`${it.demo.address}/`);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("not the password of anybody");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("E-mail").waitFor();
  await inspect(page);
});
