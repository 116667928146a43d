// The rep leaves, and comes back: everything that refers to them is found and decided, the manager approves, the archive is
// made and compared, the next lead goes to the second rep; then somebody else lets the rep back in, with nothing.
//
// Still missing for the two stories: a scheduled report (there are none yet); after the waiting period erasure, a record
// under legal hold, the pseudonym in the trail.
// Not here: a file that breaks off while it is delivered, which needs more rows than the sample has
// (crates/castellan/tests/it/taking_out.rs); last week's backup that revives nobody (crates/castellan/tests/it/backup.rs);
// the pages one by one (tests/departures.test.mjs).

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { api, binary, company, enter, expectAccessible, expectQuiet, open, person, signIn, token } from "../lib.mjs";

const [REP, SECOND, MANAGER] = ["Nancy Davolio", "Janet Leverling", "Andrew Fuller"];
const ADMIN = "System Administrator";
const found = {};
const castellan = async (...words) => JSON.parse((await promisify(execFile)(binary(), [...words, "--json"])).stdout);
after(() => found.folder && rm(found.folder, { recursive: true, force: true }));
const it = company(async () => {
  found.ask = await api(it.demo, ADMIN);
  for (const name of [REP, SECOND, MANAGER]) found[name] = await idOf(name);
});
const idOf = async (name) => (await found.ask("GET", `/users?q=${encodeURIComponent(name)}`)).rows[0].id;

/** The status and the body of an answer, whatever it is. */
async function answer(secret, address, method = "GET", body, more = {}) {
  const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json", ...more };
  const given = await fetch(`${it.demo.address}/api/v1${address}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await given.text();
  return { status: given.status, body: text && given.headers.get("content-type")?.includes("json") ? JSON.parse(text) : text };
}

const owned = (set, owner) =>
  `/${set}?limit=1&count=true&filter=${encodeURIComponent(JSON.stringify({ column: "owner", op: "eq", value: owner }))}`;
const count = async (set, owner) => (await found.ask("GET", owned(set, owner))).count.value;
const all = async (set) => (await found.ask("GET", `/${set}?limit=1&count=true`)).count.value;

/** Waits until the departure is in this state; fails when it stops. */
async function until(state) {
  for (let n = 0; n < 300; n++) {
    const now = await found.ask("GET", found.departure);
    if (now.state === state) return now;
    assert.notEqual(now.state, "stopped", now.why ?? "");
    await new Promise((then) => setTimeout(then, 100));
  }
  throw new Error(`the departure is not ${state}`);
}

test("what refers to the rep is set up as work does: a workflow, a column, cases, a token, an open tab, a file", async () => {
  const { ask } = found;
  found.folder = await mkdtemp(path.join(tmpdir(), "castellan-story-"));
  found.key = path.join(found.folder, "key");
  const { recipient } = await castellan("backup", "key", found.key);
  await ask("PATCH", "/policies/departures", { preset: "two_people", archive_key: recipient });
  const definition = { trigger: { on: "created" }, steps: [{ do: "assign", to: [found[REP]] }] };
  const workflow = await ask("POST", "/workflows", { name: "New leads North", set: "leads", definition });
  await ask("POST", `/workflows/${workflow.id}/resume`, {});
  await ask("POST", "/tables/accounts/columns", { label: "Key account of", kind: "lookup", targets: ["users"] });
  await ask("PUT", "/accounts/columns/x_key_account_of/secured", { secured: false });
  const [account] = (await ask("GET", owned("accounts", found[SECOND]))).rows;
  const changed = await answer(await token(it.demo, ADMIN), `/accounts/${account.id}`, "PATCH", { x_key_account_of: found[REP] }, { "if-match": `"${account.version}"` });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  for (const title of ["The crate came broken", "Two jars are missing"]) {
    await ask("POST", "/cases", { title, customer: { set: "accounts", id: account.id }, owner: found[REP] });
  }
  found.tab = await signIn(it, REP);
  await found.tab.goto(`${it.demo.address}/accounts`);
  found.session = await token(it.demo, REP);
  const ends = new Date(Date.now() + 60 * 86_400_000).toISOString();
  const own = await answer(found.session, "/tokens", "POST", { name: "Own reports", scopes: ["read", "export"], expires_at: ends });
  assert.equal(own.status, 201, JSON.stringify(own.body));
  found.token = own.body.token;
  assert.equal((await answer(found.token, "/accounts?limit=1")).status, 200);
  const asked = await answer(found.session, "/exports", "POST", { set: "accounts", reason: "the weekly report" });
  assert.equal(asked.body.decision, "allowed", JSON.stringify(asked.body));
  found.file = `/exports/${asked.body.id}`;
  for (let n = 0; n < 100 && (await answer(found.session, found.file)).body.state !== "ready"; n++) await new Promise((then) => setTimeout(then, 50));
  assert.equal((await answer(found.session, `${found.file}/file`)).status, 200);
});

test("the departure lists each of it with its consequence, and nothing goes on before each has a choice", async () => {
  found.rows = {};
  for (const set of ["accounts", "contacts", "leads", "opportunities", "orders", "cases", "tasks", "phone_calls"]) found.rows[set] = await all(set);
  found.accounts = await count("accounts", found[REP]);
  const page = await signIn(it, ADMIN);
  await page.goto(`${it.demo.address}/people/${found[REP]}`);
  await page.getByRole("link", { name: "Plan a departure" }).click();
  await page.getByLabel("Reason").fill("Goes to a competitor");
  await page.getByRole("button", { name: "Find everything" }).click();
  await page.getByRole("heading", { level: 1, name: `${REP} leaves` }).waitFor();
  found.departure = new URL(page.url()).pathname;
  const { items } = await found.ask("GET", found.departure);
  const item = (key) => items.find((one) => one.key.startsWith(key));
  assert.equal(item("owned:accounts").count, found.accounts);
  assert.equal(item("open:cases").count, 2);
  assert.equal(item("named:accounts.x_key_account_of").count, 1);
  assert.match(item("workflow_step:").label, /New leads North/);
  assert.match(item("credentials").consequence, /sessions and tokens\. They end at once and for good/);
  for (const one of items) assert.ok(one.consequence, `${one.key} says what happens when nothing is done`);
  for (const words of ["New leads North", "Key account of", "Open cases", "Ways in"]) await page.getByText(words).first().waitFor();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Send for approval" }).click();
  await page.getByRole("alert").getByText(/Nobody has chosen what becomes of/).waitFor();
  assert.equal((await found.ask("GET", found.departure)).state, "draft");

  for (const what of ["Accounts", "Named in workflow: New leads North"]) {
    await page.getByLabel(`What becomes of ${what}`, { exact: true }).selectOption("give");
    await page.getByLabel(`To: ${what}`, { exact: true }).fill("");
    await page.getByLabel(`To: ${what}`, { exact: true }).pressSequentially(SECOND.split(" ")[0]);
    await page.getByRole("option", { name: SECOND }).first().click();
  }
  await page.getByLabel("What becomes of Orders", { exact: true }).selectOption("read_only");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  await page.getByRole("button", { name: "Take all proposals" }).click();
  await page.getByText("Every proposal was taken").waitFor();
  await page.getByRole("button", { name: "Send for approval" }).click();
  await page.getByText("Waits for approval").first().waitFor();
  assert.equal(await page.getByRole("button", { name: "Approve" }).count(), 0);
  const { version } = await found.ask("GET", found.departure);
  const own = await answer(await token(it.demo, ADMIN), `${found.departure}/approve`, "POST", { version });
  assert.deepEqual([own.status, own.body.type], [403, "guarded"], "whoever planned it does not approve it");
  assert.equal((await answer(found.token, "/accounts?limit=1")).status, 200, "until it runs the rep works as before");
  expectQuiet(page);
});

test("the manager approves, and the rep's tab, session, token and file are refused on the next request", async () => {
  const page = await signIn(it, MANAGER);
  await page.goto(`${it.demo.address}/approvals`);
  await page.getByRole("link", { name: `${REP} leaves: approve the departure` }).click();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await page.locator("#approve button").click();
  await page.getByText("Approved.").waitFor();
  for (const secret of [found.token, found.session]) {
    assert.equal((await answer(secret, "/accounts?limit=1")).status, 401);
    assert.equal((await answer(secret, `${found.file}/file`)).status, 401);
  }
  await found.tab.getByRole("link", { name: "Contacts" }).first().click();
  await found.tab.getByRole("heading", { name: "Sign in" }).waitFor();
  const { email, password } = person(it.demo, REP);
  const back = await fetch(`${it.demo.address}/api/v1/sessions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password }),
  });
  assert.equal(back.status, 401);
  await until("done");
  await page.goto(it.demo.address + found.departure);
  await page.getByText(`${REP} has left`).waitFor();
  await expectAccessible(page);
  expectQuiet(page);
});

test("the second rep has the accounts and the next lead, no table has fewer rows, and the certificate names all of it", async () => {
  const { ask } = found;
  assert.equal(await count("accounts", found[REP]), 0);
  const lead = await ask("POST", "/leads", { topic: "Twelve crates of tea", last_name: "Ober" });
  for (let n = 0; n < 100; n++) {
    const now = await ask("GET", `/leads/${lead.id}`);
    if (now.owner.name === SECOND) break;
    assert.ok(n < 99, `the lead went to ${now.owner.name}`);
    await new Promise((then) => setTimeout(then, 100));
  }
  for (const [set, rows] of Object.entries(found.rows)) assert.ok((await all(set)) >= rows, `${set} has fewer rows`);
  const proof = await ask("GET", `${found.departure}/certificate`);
  const told = (key) => proof.items.find((one) => one.key.startsWith(key));
  assert.deepEqual([told("owned:accounts").done, told("owned:accounts").became], [found.accounts, `goes to ${SECOND}`]);
  assert.match(told("workflow_step:").became, new RegExp(SECOND));
  assert.equal(told("open:cases").done, 2);
  for (const { set, before, after } of proof.tables) assert.ok(after >= before, `${set}: ${before} → ${after}`);
  assert.equal(proof.approved_by.name, MANAGER);
  assert.ok(proof.proof.signature && proof.trail.length, "it is signed, and stands in the trail");
  assert.deepEqual(proof.left.places.map((place) => place.table), ["orders"], "only what was left on purpose refers to the rep");
  assert.equal(proof.archive.compared, true);
  const secret = await token(it.demo, ADMIN);
  const archive = await fetch(`${it.demo.address}/api/v1${found.departure}/archive`, { headers: { authorization: `Bearer ${secret}` } });
  const bytes = Buffer.from(await archive.arrayBuffer());
  assert.equal(bytes.subarray(0, 21).toString(), "age-encryption.org/v1", "it is sealed");
  assert.equal(createHash("sha256").update(bytes).digest("hex"), proof.archive.sha256);
  const file = path.join(found.folder, "nancy.age");
  await writeFile(file, bytes);
  const restored = await castellan("backup", "verify", file, "--key", found.key);
  assert.equal(restored.rows, proof.archive.rows, "restored elsewhere, with a key of one's own, it has as many rows");
});

test("the manager changes what was the rep's, and what was left read-only refuses with the reason", async () => {
  const secret = await token(it.demo, MANAGER);
  const change = (set, row, body) => answer(secret, `/${set}/${row.id}`, "PATCH", body, { "if-match": `"${row.version}"` });
  const [account] = (await answer(secret, owned("accounts", found[SECOND]))).body.rows;
  const changed = await change("accounts", account, { description: "Janet looks after them now" });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  const [order] = (await answer(secret, owned("orders", found[REP]))).body.rows;
  const refused = await change("orders", order, { description: "mine now" });
  assert.equal(refused.status, 403, JSON.stringify(refused.body));
  assert.match(refused.body.detail, /read-only|until somebody else owns/i);
  const page = await signIn(it, MANAGER);
  await page.goto(`${it.demo.address}/orders/${order.id}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  expectQuiet(page);
});

test("another administrator lets the rep back in: old roles are offered, none is given, old cookie and token stay dead", async () => {
  const admin = await signIn(it, ADMIN);
  await admin.goto(`${it.demo.address}/people/${found[REP]}`);
  await admin.getByText("Disabled").first().waitFor();
  assert.equal(await admin.getByRole("button", { name: "Let back in" }).count(), 0, "not whoever ran it");
  const secret = await token(it.demo, ADMIN);
  const own = await answer(secret, `/users/${found[REP]}/enable`, "POST", { reason: "comes back" });
  assert.deepEqual([own.status, own.body.type], [403, "guarded"]);
  const roles = (await found.ask("GET", "/roles")).rows;
  const administrator = roles.find((one) => one.name === ADMIN).id;
  const invited = await found.ask("POST", "/users", {
    name: "Bela Second",
    email: "bela.second@northwind.example",
    business_unit: (await found.ask("GET", "/business_units")).rows[0].id,
  });
  await found.ask("PUT", `/users/${invited.id}/roles/${administrator}`, { reason: "A second administrator" });
  const password = "gravel-orbit-mosaic-lantern-77";
  const join = async (page, link) => {
    await page.goto(`${it.demo.address}/invitation/${link}`);
    await page.getByLabel("Password", { exact: true }).fill(password);
    await page.getByRole("button").last().click();
    await page.waitForLoadState();
  };
  const second = await open(it.browser, { home: it.demo.address });
  await join(second, invited.invitation.token);
  if (await second.getByLabel("E-mail").count()) await enter(second, { email: "bela.second@northwind.example", password });
  await second.goto(`${it.demo.address}/people/${found[REP]}`);
  await second.getByRole("button", { name: "Let back in" }).first().click();
  await expectAccessible(second, "#enable");
  await second.locator("#enable").getByLabel("Reason").fill("Changed her mind");
  await second.locator("#enable button").click();
  const link = await second.locator("#invitation").inputValue();
  await second.locator("section", { has: second.locator("#h-before") }).getByRole("button", { name: /Give again.*Salesperson/ }).waitFor();
  await expectAccessible(second);
  assert.deepEqual((await found.ask("GET", `/users/${found[REP]}`)).roles, [], "old roles are offered, none is given");
  for (const old of [found.token, found.session]) assert.equal((await answer(old, "/accounts?limit=1")).status, 401);
  await found.tab.goto(`${it.demo.address}/accounts`);
  await found.tab.getByRole("heading", { name: "Sign in" }).waitFor();
  const rep = await open(it.browser, { home: it.demo.address });
  await join(rep, link.split("/").at(-1));
  if (await rep.getByLabel("E-mail").count()) await enter(rep, { email: person(it.demo, REP).email, password });
  await rep.goto(`${it.demo.address}/accounts`);
  await rep.getByRole("heading", { name: "None of your roles allows this" }).waitFor();
  for (const one of [admin, second, rep, found.tab]) expectQuiet(one);
});
