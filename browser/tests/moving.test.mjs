// Somebody moves to another unit: what follows is asked, its job is watched, and who sees the rows changes with it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, expectQuiet, inspect, picture, signIn } from "../lib.mjs";

const it = company();

test("a move asks what follows, with numbers, and the job shows how far it is", async () => {
  const page = await signIn(it, "System Administrator");
  await page.goto(`${it.demo.address}/people?search=Nancy`);
  await page.getByRole("link", { name: "Nancy Davolio", exact: true }).click();
  const place = page.locator("section", { has: page.getByRole("heading", { name: "Name and place" }) });
  const follow = place.getByRole("group", { name: "If the unit changes, the records" });
  assert.equal(await follow.getByRole("radio").count(), 3);
  assert.equal(await follow.getByRole("radio", { checked: true }).count(), 0, "nothing is chosen for anybody");
  assert.match(await place.locator(".counts").innerText(), /Accounts\s+\d+, \d+ open/);
  await inspect(page);

  const unit = place.getByLabel("Unit", { exact: true });
  const other = await unit.locator("option:not(:checked)").last().innerText();
  await unit.selectOption({ label: other });
  await place.getByRole("button", { name: "Save" }).click();
  await page.getByText("Say which records follow: all, open ones or none.").waitFor();
  assert.equal(await unit.locator("option:checked").innerText(), other, "what was entered stays");
  await inspect(page);

  await follow.getByLabel(/^All follow/).check();
  await place.evaluate((section) => scrollTo(0, section.getBoundingClientRect().top + scrollY - 120));
  await picture(page, "move");
  await place.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { level: 1, name: `Records of Nancy Davolio follow to ${other.trim()}` }).waitFor();
  await page.getByRole("status").getByText("Done", { exact: true }).waitFor();
  assert.match(await page.locator(".progress-text").innerText(), /[\d,]+ rows\./);
  await inspect(page);
  await page.getByRole("link", { name: "Nancy Davolio" }).click();
  await page.locator("dl.figures dd", { hasText: other.trim() }).waitFor();

  const ask = await api(it.demo, "System Administrator");
  const nancy = (await ask("GET", "/users?q=Nancy")).rows[0];
  const filter = encodeURIComponent(JSON.stringify({ column: "owner", op: "eq", value: nancy.id }));
  const { rows } = await ask("GET", `/accounts?view=*&select=name,owning_unit&filter=${filter}&limit=100`);
  assert.ok(rows.length > 0);
  for (const row of rows) assert.equal(row.owning_unit.name, other.trim(), row.name);
  await page.goto(`${it.demo.address}/jobs`);
  await page.getByRole("link", { name: /^Records of Nancy Davolio follow/ }).waitFor();
  expectQuiet(page);
});

test("a team is moved on its page, and without an answer nothing happens", async () => {
  const page = await signIn(it, "System Administrator");
  await page.goto(`${it.demo.address}/units`);
  const team = page.getByRole("form", { name: "New team", exact: true });
  await team.getByLabel("New team", { exact: true }).fill("Fair in Oslo");
  await team.getByRole("button").click();
  await page.getByRole("heading", { level: 1, name: "Fair in Oslo" }).waitFor();
  const unit = page.locator("section", { has: page.getByRole("heading", { name: "Unit", exact: true }) });
  const other = await unit.getByLabel("Unit").locator("option:not(:checked)").first().innerText();
  assert.equal(await unit.getByRole("radio").count(), 0, "it owns nothing, so nothing is asked");
  await unit.getByLabel("Unit").selectOption({ label: other });
  await unit.getByRole("button", { name: "Move the team" }).click();
  await page.getByText("Saved.").waitFor();
  assert.match(await page.locator("dl.figures").innerText(), new RegExp(other.trim()));
  await inspect(page);
  expectQuiet(page);
});
