// Every page there is, looked at: wide and narrow, light and dark, against WCAG 2.2 AA, and quiet.
//
// The list of doors that the router's tests keep says which addresses there are; a page that is looked at nowhere here
// fails the last test.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { api, company, expectAccessible, expectFits, expectQuiet, inspect, open, person, signIn, startEmpty } from "../lib.mjs";

const seen = new Set();
let page, ask;
const it = company(async () => {
  page = await signIn(it, "System Administrator");
  ask = await api(it.demo, "System Administrator");
});

/** The page of an address, at every width and in both colours. */
async function look(address, at = page) {
  await at.goto(it.demo.address + address);
  seen.add(new URL(at.url()).pathname);
  await inspect(at);
}

const first = async (set, query = "") => (await ask("GET", `/${set}?limit=1${query}`)).rows[0].id;

test("the pages of the day, of search and of work in the background", async () => {
  for (const address of ["/", "/search", "/search?q=great", "/search?q=nothing+like+it", "/jobs", "/imports", "/imports/new", "/exports"]) {
    await look(address);
  }
});

test("a list, its form, its removed rows, and everything about one record", async () => {
  const id = await first("accounts", "&view=all");
  await look("/accounts?view=all");
  await look(`/accounts?view=all&search=no+such+account`);
  await look("/accounts/new");
  await look(`/dialogs/log_a_call?for=accounts/${id}`);
  await look("/accounts/removed");
  for (const part of ["", "/edit", "/who", "/history", "/share", "/assign", "/delete"]) await look(`/accounts/${id}${part}`);
  await page.goto(`${it.demo.address}/accounts/${id}`);
  await page.locator("#who").scrollIntoViewIfNeeded();
  await page.locator("#who .who li").first().waitFor();
  await page.evaluate(() => scrollTo(0, 0));
  await inspect(page);
});

test("the list, the form and a record of every table, narrow and dark", async () => {
  const doors = await page.locator(".sitemap a").evaluateAll((links) => links.map((link) => link.pathname));
  const own = ["/", "/approvals", "/workflows", "/mail", "/imports", "/exports", "/jobs", "/people", "/roles", "/columns", "/field_profiles", "/units", "/departures", "/tables", "/sign-in-rules", "/audit"];
  await page.setViewportSize({ width: 360, height: 900 });
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  const glance = async (address) => {
    const answer = await page.goto(it.demo.address + address);
    assert.equal(answer.status(), 200, address);
    await expectFits(page);
    await expectAccessible(page);
  };
  for (const set of doors.filter((path) => !own.includes(path))) {
    await glance(`${set}?view=all`);
    const row = page.locator("tbody tr[data-href]").first();
    const href = (await row.count()) ? await row.getAttribute("data-href") : null;
    if (await page.locator(".page-actions .btn-primary").count()) await glance(`${set}/new`);
    if (href) await glance(href);
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize({ width: 1440, height: 900 });
  expectQuiet(page);
});

test("people, roles, units and teams", async () => {
  const nancy = (await ask("GET", "/users?q=Nancy")).rows[0].id;
  const role = (await ask("GET", "/roles")).rows.find((one) => one.name === "Salesperson").id;
  const unit = (await ask("GET", "/business_units")).rows.at(-1).id;
  const team = (await ask("GET", "/teams")).rows[0].id;
  const addresses = ["/audit", "/audit?refused=true", "/people", "/people?search=nobody+there", "/people/new", "/people/finder", `/people/${nancy}`, "/roles", "/roles/new", `/roles/${role}`];
  for (const address of [...addresses, `/roles/${role}?edit`, "/units", `/units/${unit}`, `/teams/${team}`]) await look(address);
  const moved = await ask("PATCH", `/users/${nancy}`, { business_unit: unit, rows: "all" });
  await look(`/jobs/${moved.job}`);
  const profile = (await ask("GET", "/field_profiles")).rows[0].id;
  const profiles = ["/field_profiles", "/field_profiles/new", `/field_profiles/${profile}`, `/field_profiles/${profile}?edit`];
  for (const address of ["/columns", "/columns?set=accounts", "/columns/accounts/credit_limit", ...profiles]) await look(address);
  await ask("POST", "/tables/accounts/columns", { label: "Standing", kind: "choice", options: ["Gold", "Tin"], listed: true });
  const column = "/tables/accounts/columns/x_standing";
  for (const address of ["/tables", "/tables/accounts", "/tables/accounts/columns/new", column, `${column}/retire`]) await look(address);
});

test("somebody leaves: the list, the form, the rules, the checklist in each state, the certificate", async () => {
  for (const address of ["/departures", "/departures/new", "/departures/policy"]) await look(address);
  const user = (await ask("GET", "/users?q=Laura")).rows[0].id;
  const made = await ask("POST", "/departures", { user, reason: "Retires", plan: { proposals: true } });
  const departure = `/departures/${made.id}`;
  await look(departure);
  await ask("POST", `${departure}/submit`, {});
  for (const address of [departure, `${departure}?edit=1`, "/departures"]) await look(address);
  await ask("POST", `${departure}/run`, {});
  while ((await ask("GET", departure)).state === "running");
  for (const address of [departure, `${departure}/certificate`]) await look(address);
});

test("mail without a mail server: its settings and an empty outbox", async () => {
  for (const address of ["/mail", "/mail/outbox"]) await look(address);
});

test("what is told, what waits for a decision, and what happens by itself", async () => {
  const steve = await signIn(it, "Sales Manager");
  const id = (await ask("GET", `/users?q=${encodeURIComponent(person(it.demo, "Sales Manager").name)}`)).rows[0].id;
  const steps = [{ do: "approve", of: id, words: "Take on {topic}?" }, { do: "set", columns: { description: "taken on" } }];
  const made = await ask("POST", "/workflows", { name: "Taking on", set: "leads", definition: { trigger: { on: "created" }, steps } });
  await ask("POST", `/workflows/${made.id}/resume`, {});
  const nancy = (await ask("GET", "/users?q=Nancy")).rows[0].id;
  await ask("POST", "/leads", { topic: "An oven", last_name: "Ober", owner: nancy });
  let run;
  while (!run || run.state === "waiting") [run] = (await ask("GET", `/workflows/${made.id}/runs`)).rows;
  const workflow = `/workflows/${made.id}`;
  for (const address of ["/workflows", "/workflows/new", "/workflows/new?set=leads", workflow, `${workflow}/edit`, `${workflow}/runs/${run.id}`]) await look(address);
  await look("/approvals", steve);
  await look(await steve.locator("tbody a").first().getAttribute("href"), steve);
  await look("/notifications", steve);
});

test("an import and an export, asked for and done", async () => {
  await page.goto(`${it.demo.address}/imports/new?set=leads`);
  const file = { name: "leads.csv", mimeType: "text/csv", buffer: Buffer.from("Topic,Last name\nNew oven,Ober\nNo name at all,\n") };
  await page.getByLabel("File").setInputFiles(file);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.waitForURL(/\/imports\/files\//);
  seen.add(new URL(page.url()).pathname);
  await inspect(page);
  await page.locator(".form-foot .btn-primary").click();
  await page.getByRole("heading", { name: "Rows that were not imported" }).waitFor();
  seen.add(new URL(page.url()).pathname);
  await inspect(page);
  await look("/imports");
  await look("/exports/new?set=accounts&view=all");
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("link", { name: "Download the file" }).waitFor();
  seen.add(new URL(page.url()).pathname);
  await inspect(page);
  await look("/exports");
  await look("/jobs");
});

test("the answer of rows changed together, and the question before", async () => {
  await page.goto(`${it.demo.address}/leads`);
  for (const n of [0, 1]) await page.locator("tbody input[name=ids]").nth(n).check();
  await page.getByRole("button", { name: "Delete 2" }).click();
  await page.getByRole("heading", { name: "2 can be changed" }).waitFor();
  await inspect(page);
  await page.getByRole("button", { name: "Delete 2 leads" }).click();
  await page.getByText("All 2 were deleted").waitFor();
  await inspect(page);
  await look("/leads/removed");
});

test("menus and dialogs that lie over the page", async () => {
  await page.goto(`${it.demo.address}/accounts`);
  for (const name of [/^View:/, "Filter", "Sort and filter by City", "More", "Create", /^Notifications/, /your menu/]) {
    await page.getByRole("button", { name, exact: typeof name === "string" }).click();
    await expectAccessible(page, ".menu:popover-open");
    await page.keyboard.press("Escape");
  }
  await page.keyboard.press("?");
  await expectAccessible(page, "dialog[open]");
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 360, height: 800 });
  await page.getByRole("button", { name: "Site map" }).click();
  await expectAccessible(page, ".sitemap");
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("what is refused, what is not there, and what cannot be read", async () => {
  const rep = await signIn(it, "Salesperson");
  for (const address of ["/people/new", "/roles/new", "/nothing-of-the-kind", "/accounts?sort=nonsense", "/accounts?filter=%7B"]) {
    await look(address, rep);
    assert.equal(await rep.getByRole("heading", { level: 1 }).count(), 1, address);
    assert.doesNotMatch(await rep.locator("main").innerText(), /\b(403|404|400|null|undefined|Err)\b/, address);
  }
});

test("the own account, setting up a second factor, and the rules of signing in", async () => {
  for (const address of ["/account", "/account/second-factor", "/sign-in-rules"]) await look(address);
  const rep = await signIn(it, "Salesperson");
  await look("/sign-in-rules", rep);
});

test("pages before sign-in: the gate, an invitation, the setting up", async () => {
  const stranger = await open(it.browser, { home: it.demo.address });
  await look("/sign-in", stranger);
  const unit = (await ask("GET", "/business_units")).rows[0].id;
  const invited = await ask("POST", "/users", { name: "Nora Neu", email: "nora.neu@northwind.example", business_unit: unit });
  await look(`/invitation/${invited.invitation.token}`, stranger);
  await look("/invitation/0000", stranger);
  await look("/password-reset/0000", stranger);
  await look("/forgotten-password", stranger);
  const empty = await startEmpty();
  after(() => empty.stop());
  const founder = await open(it.browser, { home: empty.address });
  await founder.goto(empty.set_up);
  seen.add(new URL(founder.url()).pathname);
  await inspect(founder);
  await founder.getByRole("button", { name: "Set up" }).waitFor();
});

test("an organisation is set up by the link alone, and its founder is in", async () => {
  const empty = await startEmpty();
  try {
    const founder = await open(it.browser, { home: empty.address });
    await founder.goto(`${empty.address}/accounts`);
    await founder.getByText("There is no organisation here yet").waitFor();
    await founder.goto(empty.set_up);
    await founder.getByLabel("Organisation").fill("Blue Kiln");
    await founder.getByLabel("Your name").fill("Bea Kiln");
    await founder.getByLabel("Your e-mail").fill("bea@kiln.example");
    await founder.getByLabel("Password", { exact: true }).fill("seven quiet herons wade");
    await founder.getByRole("button", { name: "Set up" }).click();
    await founder.getByRole("heading", { level: 1, name: /Bea/ }).waitFor();
    await founder.getByText("First steps").waitFor();
    await inspect(founder);
    await founder.goto(`${empty.address}/accounts`);
    await founder.getByRole("heading", { name: "No accounts here yet" }).waitFor();
    await inspect(founder);
  } finally {
    await empty.stop();
  }
});

test("no page scrolls sideways in a window of 320 px", async () => {
  const narrow = await signIn(it, "Sales Manager", { width: 320 });
  const id = await first("opportunities");
  const addresses = ["/", "/accounts", "/accounts/new", `/opportunities/${id}`, `/opportunities/${id}/edit`, "/people", "/units", "/search?q=a", "/imports/new"];
  for (const address of addresses) {
    await narrow.goto(it.demo.address + address);
    await expectFits(narrow);
  }
});

test("text twice as large still fits", async () => {
  const large = await signIn(it, "Sales Manager", { width: 640 });
  for (const address of ["/", "/accounts", "/accounts/new", "/people"]) {
    await large.goto(it.demo.address + address);
    await large.evaluate(() => (document.documentElement.style.fontSize = "200%"));
    await expectFits(large);
  }
});

test("no page was left out", async () => {
  // Parts of a page, files, and addresses that lead on to another.
  const parts = ["/search/palette", "/lookup/{sets}", "/files/{id}/content", "/imports/{id}/progress", "/imports/{id}/errors.csv", "/departures/{id}/certificate.json", "/departures/{id}/archive"];
  // The steps between password and session are looked at where somebody takes them: second-factor.test.mjs.
  const steps = ["/sign-in/code", "/sign-in/password"];
  const others = [...parts, ...steps, "/exports/{id}/file", "/{set}/{id}/timeline"];
  const lines = (await readFile(new URL("../../crates/web/tests/it/doors.txt", import.meta.url), "utf8")).split("\n");
  const doors = lines.map((line) => line.split(/\s+/)).filter(([method, , who]) => method === "GET" && ["page", "entry"].includes(who));
  const paths = doors.map(([, path]) => path).filter((path) => !others.includes(path));
  assert.ok(paths.length > 25, "the list of doors is read");
  const matches = (path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
  const missed = paths.filter((path) => ![...seen].some((one) => matches(path).test(one)));
  assert.deepEqual(missed, []);
});
