// The pictures in docs/pictures: written with CASTELLAN_PICTURES=1, and otherwise only proved to be takable.

import assert from "node:assert/strict";
import { test } from "node:test";
import { api, company, open, picture, signIn } from "../lib.mjs";

const it = company();
const HEAVY = 200_000;

async function keep(page, name) {
  const { width } = page.viewportSize();
  await page.setViewportSize({ width, height: width > 500 ? 700 : 800 });
  await page.mouse.move(0, 0);
  const bytes = await picture(page, name);
  assert.ok(bytes.length < HEAVY, `${name}: ${bytes.length} bytes`);
}

/** A page of somebody, wide and light unless wished otherwise. */
async function at(who, address, wishes = {}) {
  const page = await signIn(it, who, wishes);
  await page.goto(it.demo.address + address);
  return page;
}

/** An account on which something happened, and its address. */
async function busyAccount() {
  const ask = await api(it.demo, "Salesperson");
  const { id } = (await ask("GET", "/accounts?limit=50")).rows.find((row) => row.name === "Great Lakes Food Market");
  await ask("POST", "/phone_calls", {
    subject: "Asked about the spring assortment",
    description: "Wants samples of the new teas, decides in two weeks.",
    regarding: { set: "accounts", id },
  });
  return `/accounts/${id}`;
}

test("the gate, a list and the roles as a matrix", async () => {
  const gate = await open(it.browser, { home: it.demo.address });
  await gate.goto(`${it.demo.address}/sign-in`);
  await keep(gate, "sign-in");
  await keep(await at("Sales Manager", "/opportunities?view=all&sort=-estimated_value"), "list");
  await keep(await at("Sales Manager", "/opportunities?view=all&sort=-estimated_value", { width: 360, colorScheme: "dark" }), "list-360-dark");
  const ask = await api(it.demo, "System Administrator");
  const role = (await ask("GET", "/roles")).rows.find((one) => one.name === "Salesperson").id;
  await keep(await at("System Administrator", `/roles/${role}`), "roles");
});

test("a record, who can see it, and two versions of it", async () => {
  const address = await busyAccount();
  await keep(await at("Salesperson", address), "record");
  await keep(await at("Salesperson", address, { width: 360, colorScheme: "dark" }), "record-360-dark");
  await keep(await at("System Administrator", `${address}/who`), "who");
  const [first, second] = [await at("Salesperson", `${address}/edit`), await at("Sales Manager", `${address}/edit`)];
  for (const [page, phone, street] of [[second, "(503) 555-7500", "2732 Baker Boulevard"], [first, "(503) 555-7566", "2740 Baker Blvd."]]) {
    await page.getByLabel("Phone", { exact: true }).fill(phone);
    await page.getByLabel("Street", { exact: true }).fill(street);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.waitForLoadState();
  }
  await first.getByText("changed this").waitFor();
  await keep(first, "conflict");
});

test("people, an import with a row that does not fit, and an export", async () => {
  const page = await at("System Administrator", "/people");
  await keep(page, "people");
  await page.goto(`${it.demo.address}/imports/new?set=leads`);
  const lines = ["Topic;First name;Last name;Company;E-mail;Owner"];
  const people = ["Rosa;Marin;Bodega Sur", "Jonas;Lind;Lind & Co", "Aiko;Mori;Mori Foods", "Per;Holm;Holm Fisk"];
  for (const [n, one] of people.entries()) lines.push(`Asked at the fair;${one};info@lead-${n}.example;janet.leverling@northwind.example`);
  lines.push("Asked at the fair;;;Nameless Ltd;info@nameless.example;");
  const file = { name: "fair.csv", mimeType: "text/csv", buffer: Buffer.from(lines.join("\r\n")) };
  await page.getByLabel("File").setInputFiles(file);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.waitForURL(/\/imports\/files\//);
  await keep(page, "import");
  await page.goto(`${it.demo.address}/exports/new?set=accounts&view=all`);
  await keep(page, "export");
});
