// The second factor: set up, asked for at sign-in, asked for again before a task, asked for by a role; and one's account.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { company, expectQuiet, inspect, open, person, picture, signIn } from "../lib.mjs";

const it = company();

/** The secret of a telephone, read from the page as somebody would type it. */
const secretOn = async (page) => (await page.locator("code.secret").textContent()).replaceAll(" ", "");

/** The code of RFC 6238 for a secret in base 32, `steps` of 30 seconds from now. */
function code(secret, steps = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const sum = createHmac("sha1", key).update(counter).digest();
  const at = sum[19] & 15;
  return String((sum.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** Sets a second factor up on the page where it begins; answers its secret and the recovery codes. */
async function setUp(page, look = async () => {}) {
  await page.getByRole("button", { name: "Begin" }).click();
  await page.getByRole("img", { name: "QR code of the second factor" }).waitFor();
  await look("set-up");
  const secret = await secretOn(page);
  await page.getByLabel("The code that the app shows").fill(code(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("heading", { name: "Keep these recovery codes" }).waitFor();
  await look("codes");
  const codes = await page.locator(".codes code").allTextContents();
  await page.getByRole("link", { name: "I have kept them" }).click();
  return { secret, codes };
}

/** Types address and password; answers the page of the second step. */
async function knock(who, wishes = {}) {
  const page = await open(it.browser, { home: it.demo.address, ...wishes });
  await page.goto(`${it.demo.address}/sign-in?back=/accounts`);
  const { email, password } = person(it.demo, who);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  return page;
}

const held = {};

test("from the person's menu one sets a second factor up, and is asked for its code at the next sign-in", async () => {
  const page = await signIn(it, "System Administrator");
  await page.getByRole("button", { name: /your menu/ }).click();
  await page.getByText("Signed in with a password", { exact: true }).waitFor();
  await page.getByRole("link", { name: "Your account" }).click();
  await page.getByRole("heading", { level: 1, name: "Your account" }).waitFor();
  await inspect(page);
  await page.getByRole("link", { name: "Set up a second factor" }).click();
  await inspect(page);
  Object.assign(held, await setUp(page, () => inspect(page)));
  assert.equal(held.codes.length, 10);
  await page.getByText("10 of 10 left").waitFor();
  await inspect(page);
  await picture(page, "account");
  await page.goto(`${it.demo.address}/account/second-factor`);
  assert.equal(await page.locator("code.secret").count(), 0, "the secret is shown no more");
  await inspect(page);

  const next = await knock("System Administrator");
  await next.getByRole("heading", { level: 1, name: "Your second factor" }).waitFor();
  await inspect(next);
  await picture(next, "second-factor");
  await next.goto(`${it.demo.address}/accounts`);
  assert.equal(new URL(next.url()).pathname, "/sign-in", "half a session opens nothing");
  await next.goto(`${it.demo.address}/sign-in/code?back=/accounts`);
  await next.getByLabel("Code").fill("000000");
  await next.getByRole("button", { name: "Sign in", exact: true }).click();
  assert.match(await next.getByRole("alert").innerText(), /does not fit/);
  held.used = code(held.secret, 1);
  await next.getByLabel("Code").fill(held.used);
  await next.getByRole("button", { name: "Sign in", exact: true }).click();
  await next.waitForURL(`${it.demo.address}/accounts`);
  await next.getByRole("button", { name: /your menu/ }).click();
  await next.getByText("Signed in with a password and a second factor").waitFor();
  expectQuiet(next);
});

test("a code that was used is worth nothing, and a recovery code stands in once", async () => {
  const page = await knock("System Administrator");
  await page.getByLabel("Code").fill(held.used);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  assert.match(await page.getByRole("alert").innerText(), /used already/);
  await page.getByLabel("Code").fill(held.codes[0].toUpperCase());
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`${it.demo.address}/accounts`);
  await page.goto(`${it.demo.address}/account`);
  await page.getByText("9 of 10 left").waitFor();
  const other = await knock("System Administrator");
  await other.getByLabel("Code").fill(held.codes[0]);
  await other.getByRole("button", { name: "Sign in", exact: true }).click();
  assert.match(await other.getByRole("alert").innerText(), /used already/);
});

test("a role asks for a second factor, and whoever holds it sets one up before anything else, also without a script", async () => {
  const page = await knock("System Administrator");
  await page.getByLabel("Code").fill(held.codes[1]);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.goto(`${it.demo.address}/roles`);
  await page.getByRole("link", { name: "Marketing Manager" }).click();
  await page.getByRole("button", { name: "Ask for a second factor" }).click();
  await page.getByText("needs a second factor from now on").waitFor();
  await inspect(page);

  const other = await knock("Marketing Manager", { javaScriptEnabled: false });
  await other.waitForURL(/account\/second-factor/);
  await other.getByText("Until you have one, nothing else opens").waitFor();
  await other.goto(`${it.demo.address}/leads`);
  assert.equal(new URL(other.url()).pathname, "/account/second-factor");
  await setUp(other);
  await other.goto(`${it.demo.address}/leads`);
  assert.equal(new URL(other.url()).pathname, "/leads");
  await page.goto(`${it.demo.address}/roles`);
  await page.getByRole("link", { name: "Marketing Manager" }).click();
  await page.getByRole("button", { name: "Ask for none" }).click();
  await page.getByText("asks for no second factor any more").waitFor();
});

test("who cannot give a code any more has the factor taken away, and is told at the next sign-in", async () => {
  const page = await knock("System Administrator");
  await page.getByLabel("Code").fill(held.codes[2]);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  const { name } = person(it.demo, "Marketing Manager");
  await page.goto(`${it.demo.address}/people?search=${encodeURIComponent(name)}`);
  await page.getByRole("link", { name, exact: true }).click();
  await page.getByRole("button", { name: "Reset second factor" }).click();
  await inspect(page);
  await page.getByRole("button", { name: "Take it away" }).click();
  await page.getByText("The second factor was taken away").waitFor();
  const other = await knock("Marketing Manager");
  await other.waitForURL(`${it.demo.address}/account`);
  await other.getByText(/took your second factor away/).waitFor();
  await inspect(other);
  await other.getByRole("button", { name: "I have seen this" }).click();
  await other.getByText("Noted.").waitFor();
  assert.equal(await other.getByText(/took your second factor away/).count(), 0);
});

test("rules are saved with their reasons beside them, and a form that is held up for a code goes on with all that was typed", async () => {
  const page = await knock("System Administrator");
  await page.getByLabel("Code").fill(held.codes[3]);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.goto(`${it.demo.address}/sign-in-rules`);
  await inspect(page);
  await picture(page, "sign-in-rules");
  await page.getByLabel(/One a line/).fill("chai\ntokyo traders");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  assert.equal(await page.getByLabel(/One a line/).inputValue(), "chai\ntokyo traders");
  // Nobody waits ten minutes here: a form that carries a code that does not fit is held up in the same way.
  await page.getByLabel(/One a line/).fill("chai\ncarnarvon");
  await page.locator("form.rules").evaluate((form) => {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "step-up-code", value: "000000" });
    form.append(field);
  });
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Confirm that it is you" }).waitFor();
  await inspect(page);
  await picture(page, "step-up");
  await page.getByLabel("Code, or a recovery code").fill(held.codes[4]);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByText("Saved.").waitFor();
  assert.equal(await page.getByLabel(/One a line/).inputValue(), "carnarvon\nchai", "nothing typed was lost");
  await page.getByLabel(/One a line/).fill("abc");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("alert").waitFor();
  await inspect(page);
});

test("a token is shown once, sessions end one by one, and another password asks for the old one", async () => {
  const page = await signIn(it, "Salesperson");
  const second = await signIn(it, "Salesperson");
  await page.goto(`${it.demo.address}/account`);
  await page.getByLabel("Name", { exact: true }).fill("Nightly figures");
  await page.getByLabel("Last day").fill(new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10));
  await page.getByRole("button", { name: "Make a token" }).click();
  const token = await page.locator("code.secret").textContent();
  assert.match(token, /^cst_[0-9a-f]{64}$/);
  await inspect(page);
  await page.goto(`${it.demo.address}/account`);
  assert.equal(await page.locator("code.secret").count(), 0);
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await fetch(`${it.demo.address}/api/v1/accounts?limit=1`, { headers })).status, 200);
  await page.getByRole("button", { name: "Revoke Nightly figures" }).click();
  await page.getByText("The token was revoked").waitFor();
  assert.equal((await fetch(`${it.demo.address}/api/v1/accounts?limit=1`, { headers })).status, 401);

  await page.getByRole("button", { name: /^End the session/ }).first().click();
  await page.getByText("Signed out there").waitFor();
  await second.goto(`${it.demo.address}/accounts`);
  assert.equal(new URL(second.url()).pathname, "/sign-in");
  const { password } = person(it.demo, "Salesperson");
  await page.getByLabel("Your password now").fill("not my password at all");
  await page.getByRole("textbox", { name: "Another password" }).fill("seven quiet herons wade");
  await page.getByRole("button", { name: "Change the password" }).click();
  assert.match(await page.getByRole("alert").innerText(), /not your password/);
  await page.getByLabel("Your password now").fill(password);
  await page.getByRole("textbox", { name: "Another password" }).fill("seven quiet herons wade");
  await page.getByRole("button", { name: "Change the password" }).click();
  await page.getByText("The password was changed").waitFor();
  person(it.demo, "Salesperson").password = "seven quiet herons wade";
  const again = await signIn(it, "Salesperson");
  assert.equal(new URL(again.url()).pathname, "/");
});

test("a password that is not taken any more is replaced at the next sign-in, and nothing opens before", async () => {
  const admin = await knock("System Administrator");
  await admin.getByLabel("Code").fill(held.codes[5]);
  await admin.getByRole("button", { name: "Sign in", exact: true }).click();
  await admin.goto(`${it.demo.address}/sign-in-rules`);
  await admin.getByLabel("Characters, where a password stands alone").fill("40");
  await admin.getByRole("button", { name: "Save" }).click();
  await admin.getByText("Saved.").waitFor();
  const page = await knock("Customer Service Representative");
  await page.getByRole("heading", { level: 1, name: "Choose another password" }).waitFor();
  await inspect(page);
  await page.goto(`${it.demo.address}/cases`);
  assert.equal(new URL(page.url()).pathname, "/sign-in");
  await page.goto(`${it.demo.address}/sign-in/password?back=/cases`);
  await page.getByLabel("Another password", { exact: true }).fill("northwind northwind northwind northwind");
  await page.locator("input#password").evaluate((input) => input.removeAttribute("minlength"));
  await page.getByRole("button", { name: /^Set the password/ }).click();
  await page.getByText(/At least 40 characters; this has 39/).waitFor();
  await inspect(page);
  await page.getByLabel("Another password", { exact: true }).fill("seven quiet herons wade along the long grey shore");
  await page.getByRole("button", { name: /^Set the password/ }).click();
  await page.waitForURL(`${it.demo.address}/cases`);
  expectQuiet(page);
});
