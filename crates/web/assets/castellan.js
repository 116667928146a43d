// What a script adds to pages that already work: keyboard, palette, pickers, counts, colours at once.
//
// One idea: everything hangs on `document` by delegation, so parts that htmx brings in later need no setting up.
// No handler stands in the markup and nothing is evaluated; the content security policy stays closed.
// Deliberately not here: anything a page cannot do without. Start reading at the bottom, where the parts are joined.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const make = (tag, attributes = {}, text = "") => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.textContent = text;
  return element;
};
const later = (wait, act) => {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), wait);
  };
};

/* -- colours, row height, site map: shown at once, kept by the server ------------------------------------------- */

function prefer(event) {
  const button = event.target.closest('form[action="/preferences"] button[name]');
  // How long a page is takes another page.
  if (!button || button.name === "rows") return;
  event.preventDefault();
  const { form, name, value } = button;
  const root = document.documentElement;
  if (name === "theme") {
    if (value === "auto") root.removeAttribute("data-bs-theme");
    else root.setAttribute("data-bs-theme", value);
    for (const other of all("button", form)) other.setAttribute("aria-pressed", String(other === button));
  } else {
    const [attribute, on, off] = name === "density" ? ["data-density", "compact", "roomy"] : ["data-sitemap", "narrow", "wide"];
    root.toggleAttribute(attribute, false);
    if (value === on) root.setAttribute(attribute, on);
    button.value = value === on ? off : on;
    if (name === "density") button.title = value === on ? "Roomy rows" : "Compact rows";
    if (name === "density") button.setAttribute("aria-label", button.title);
  }
  const body = new URLSearchParams(new FormData(form));
  body.set(name, value);
  fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
}

/* -- menus, where the browser can't yet place them beside their button ------------------------------------------ */

let asked;
function place(event) {
  const menu = event.target;
  if (event.newState !== "open" || !menu.matches?.(".menu") || CSS.supports("position-area", "block-end")) return;
  const button = (asked?.isConnected ? asked : one(`[popovertarget="${CSS.escape(menu.id)}"]`)).getBoundingClientRect();
  menu.style.position = "fixed";
  menu.style.inset = "auto";
  menu.style.top = `${Math.min(button.bottom, innerHeight - menu.offsetHeight - 8)}px`;
  menu.style.left = `${Math.max(8, Math.min(button.left, innerWidth - menu.offsetWidth - 8))}px`;
}

/* -- rows: selecting, counting, walking ------------------------------------------------------------------------- */

const picks = () => all('.rows .col-pick input[name="ids"]');

function count() {
  const chosen = picks().filter((box) => box.checked);
  const whole = one("[data-pick-all]");
  if (whole) {
    whole.checked = chosen.length > 0 && chosen.length === picks().length;
    whole.indeterminate = chosen.length > 0 && !whole.checked;
  }
  const words = one("[data-bulk-count]");
  if (!words) return;
  words.textContent = `${chosen.length} selected`;
  for (const button of all("[data-bulk]")) {
    const able = chosen.filter((box) => box.dataset.can.includes(button.dataset.bulk)).length;
    const verb = button.dataset.bulk === "assign" ? "Assign" : "Delete";
    const label = able === chosen.length ? `${verb} ${able}` : `${verb} ${able} of ${chosen.length}`;
    button.lastChild.textContent = label;
    button.title = able === chosen.length ? "" : "The others are not yours to change";
  }
}

function pick(event) {
  if (event.target.matches("[data-pick-all]")) for (const box of picks()) box.checked = event.target.checked;
  if (event.target.closest(".col-pick")) count();
}

let here = -1;
function step(by) {
  const rows = all("[data-rows] tbody tr");
  if (!rows.length) return;
  rows[here]?.classList.remove("is-here");
  here = Math.max(0, Math.min(rows.length - 1, here + by));
  rows[here].classList.add("is-here");
  rows[here].scrollIntoView({ block: "nearest" });
  one("th a, td a", rows[here])?.focus({ preventScroll: true });
}

function open_row(event) {
  const row = event.target.closest("tr[data-href]");
  if (!row || event.target.closest("a, button, input, select, label, .menu") || getSelection().toString()) return;
  if (event.metaKey || event.ctrlKey) window.open(row.dataset.href, "_blank", "noopener");
  else location.href = row.dataset.href;
}

// The rows share one menu; it leads where the row whose button was pressed says.
function row_menu(event) {
  asked = event.target.closest("[popovertarget]") ?? asked;
  const button = event.target.closest("[data-acts]");
  if (!button) return;
  const acts = button.dataset.acts.split(" ");
  const home = button.closest("tr").dataset.href;
  for (const link of all("#row-menu [data-act]")) {
    const { act } = link.dataset;
    link.hidden = !acts.includes(act);
    link.href = act === "open" ? home : `${home}/${act}`;
  }
}

function edit(row) {
  if (!row) return one("[data-edit]")?.click();
  if (one("[data-acts~=edit], [data-edit]", row)) location.href = `${row.dataset.href}/edit`;
}

/* -- palette ---------------------------------------------------------------------------------------------------- */

function palette_open() {
  const palette = one("#palette");
  if (!palette || palette.open) return;
  palette.showModal();
  const input = one("input", palette);
  input.value = "";
  input.focus();
  palette_fill("");
}

function commands(typed) {
  const wanted = typed.toLowerCase();
  const lines = [
    ...all(".page-actions a.btn, #record-more a").map((link) => ["On this page", link]),
    ...all("#create a").map((link) => ["Create", link]),
    ...all(".sitemap a").map((link) => ["Go to", link]),
  ].filter(([, link]) => link.textContent.trim().toLowerCase().includes(wanted));
  const groups = new Map();
  for (const [title, link] of lines.slice(0, typed ? 6 : 40)) {
    if (!groups.has(title)) {
      const group = make("div", { role: "group", "aria-label": title });
      group.append(make("p", { class: "menu-title", "aria-hidden": "true" }, title));
      groups.set(title, group);
    }
    const option = make("a", { role: "option", href: link.href, tabindex: "-1" });
    const icon = one(".icon", link)?.cloneNode(true);
    if (icon) option.append(icon);
    option.append(make("span", {}, link.textContent.trim()));
    groups.get(title).append(option);
  }
  return [...groups.values()];
}

async function palette_fill(typed) {
  const list = one("#palette-list");
  list.replaceChildren(...commands(typed));
  mark(list, all('[role="option"]', list)[0]);
  if (typed.length < 2) return;
  const answer = await fetch(`/search/palette?q=${encodeURIComponent(typed)}`).catch(() => null);
  if (!answer?.ok || answer.redirected || one("#palette input").value.trim() !== typed) return;
  const part = make("template");
  part.innerHTML = await answer.text();
  // What is found comes below, so that nothing moves away under a finger that is about to press Enter.
  list.append(...part.content.children);
  if (!one('[aria-selected="true"]', list)) mark(list, all('[role="option"]', list)[0]);
}

function mark(list, option) {
  for (const other of all('[aria-selected="true"]', list)) other.setAttribute("aria-selected", "false");
  const input = list.id === "palette-list" ? one("#palette input") : one("input:not([type=hidden])", list.closest(".lookup"));
  if (!option) return input?.removeAttribute("aria-activedescendant");
  if (!option.id || list.id === "palette-list") option.id = `${list.id}-${all('[role="option"]', list).indexOf(option)}`;
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  input?.setAttribute("aria-activedescendant", option.id);
}

function walk(event, list, choose) {
  const options = all('[role="option"]', list);
  const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") mark(list, options[Math.min(options.length - 1, now + 1)]);
  else if (event.key === "ArrowUp") mark(list, options[Math.max(0, now - 1)]);
  else if (event.key === "Enter" && options[now]) choose(options[now]);
  else return;
  event.preventDefault();
}

/* -- lookups: type, choose ---------------------------------------------------------------------------------------- */

function lookup_live(lookup) {
  if (lookup.classList.contains("is-live")) return;
  lookup.classList.add("is-live");
  const input = one("input:not([type=hidden])", lookup);
  const list = make("div", { class: "lookup-list", role: "listbox", id: `list-${input.id}`, hidden: "", "aria-label": "Found" });
  lookup.append(list);
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", list.id], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);
}

const lookup_ask = later(160, async (lookup, input) => {
  const list = one(".lookup-list", lookup);
  const answer = await fetch(`${lookup.dataset.lookup}?q=${encodeURIComponent(input.value)}`).catch(() => null);
  if (!answer?.ok || answer.redirected || document.activeElement !== input) return;
  const part = make("template");
  part.innerHTML = await answer.text();
  list.replaceChildren(...part.content.children);
  all('[role="option"]', list).forEach((option, place) => (option.id = `${list.id}-${place}`));
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  mark(list, all('[role="option"]', list)[0]);
});

function lookup_close(lookup) {
  const list = one(".lookup-list", lookup);
  if (!list) return;
  list.hidden = true;
  const input = one("input:not([type=hidden])", lookup);
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function lookup_choose(lookup, option) {
  one("input[type=hidden]", lookup).value = option.dataset.value;
  one("input:not([type=hidden])", lookup).value = option.dataset.text;
  one(".candidates", lookup)?.remove();
  lookup_close(lookup);
}

/* -- passwords -------------------------------------------------------------------------------------------------- */

// A courtesy only: the server judges. Length counts most; repetition, runs and one's own name count against.
function strength(input) {
  const value = input.value;
  const own = all("input[type=email], input[name=name], input[name=organisation]", input.form)
    .flatMap((field) => field.value.toLowerCase().split(/[^a-z0-9]+/))
    .filter((word) => word.length > 3);
  let plain = value.toLowerCase();
  for (const word of [...own, "password", "passwort", "qwerty", "letmein", "welcome", "castellan"]) plain = plain.replaceAll(word, "");
  plain = plain.replace(/(.)\1+/g, "$1").replace(/(?:0123|1234|2345|3456|4567|5678|6789|abcd|bcde|cdef|asdf)+/g, "");
  const variety = new Set(plain).size;
  const score = value.length < 15 ? Math.min(1, Math.floor(value.length / 8)) : Math.min(4, 1 + Math.floor(plain.length / 9) + (variety > 9 ? 1 : 0));
  const words = ["Too short", "Too short", "Easy to guess", "Good", "Very good"];
  const left = 15 - value.length;
  const box = one(`#${input.dataset.strength}`);
  box.hidden = value === "";
  one("meter", box).value = score;
  one("span", box).textContent = left > 0 ? `${left} more ${left === 1 ? "character" : "characters"}` : words[score];
}

/* -- keyboard --------------------------------------------------------------------------------------------------- */

function key(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return palette_open();
  }
  const lookup = event.target.closest?.(".lookup.is-live");
  if (lookup && event.target.matches("input")) {
    const list = one(".lookup-list", lookup);
    if (event.key === "Escape") return lookup_close(lookup);
    if (!list.hidden) walk(event, list, (option) => lookup_choose(lookup, option));
    return;
  }
  // A field for searching keeps the first Escape for itself, to empty it; here it closes, like everywhere.
  if (event.target.id === "palette-q" && event.key === "Escape") return one("#palette").close();
  if (event.target.id === "palette-q") return walk(event, one("#palette-list"), (option) => (location.href = option.href));
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select, [contenteditable]")) return;
  if (one("dialog[open], .menu:popover-open")) return;
  const row = all("[data-rows] tbody tr")[here];
  const acts = {
    j: () => step(1),
    k: () => step(-1),
    x: () => one(".col-pick input", row)?.click(),
    e: () => edit(row),
    "/": () => (one("#find") ?? one("#q"))?.focus(),
    "?": () => one("#keys")?.showModal(),
  };
  const act = acts[event.key];
  if (!act || ((event.key === "x") && !row)) return;
  event.preventDefault();
  act();
}

/* -- small things ------------------------------------------------------------------------------------------------- */

function click(event) {
  prefer(event);
  row_menu(event);
  open_row(event);
  const opens = event.target.closest("[data-open]");
  if (opens) {
    opens.closest("[popover]")?.hidePopover();
    one(`#${opens.dataset.open}`)?.showModal();
  }
  const palette = event.target.closest("a[data-palette]");
  if (palette) {
    event.preventDefault();
    palette_open();
  }
  const copies = event.target.closest("[data-copy]");
  if (copies) {
    const from = one(`#${copies.dataset.copy}`);
    from.select();
    navigator.clipboard?.writeText(from.value).then(() => (copies.lastChild.textContent = "Copied"));
  }
  if (event.target.closest("[data-print]")) print();
  const option = event.target.closest(".lookup-list [role=option]");
  if (option) lookup_choose(option.closest(".lookup"), option);
  if (event.target.matches("dialog")) event.target.close();
}

function change(event) {
  pick(event);
  const reveals = event.target.dataset?.reveal;
  if (reveals) one(`#${reveals}`).type = event.target.checked ? "text" : "password";
}

function input(event) {
  const { target } = event;
  if (target.id === "palette-q") palette_soon(target.value.trim());
  if (target.dataset.strength) strength(target);
  const lookup = target.closest(".lookup.is-live");
  if (lookup && !target.matches("[type=hidden]")) {
    one("input[type=hidden]", lookup).value = "";
    lookup_ask(lookup, target);
  }
  target.closest("[data-form]")?.setAttribute("data-dirty", "");
}
const palette_soon = later(140, palette_fill);

// Who was signed out meanwhile gets the sign-in page as an answer: it belongs in the window, not in a part of it.
function moved(event) {
  if (!event.detail?.ctx?.response?.raw?.redirected) return;
  event.preventDefault();
  location.reload();
}

// A job's page shows its result as soon as the job is done: the last fragment asks for no other.
function job_done() {
  if (one("[data-job]") && !one("#progress[data-hx-get]")) location.reload();
}

function spy() {
  const links = all(".anchors a");
  if (!links.length) return;
  const visible = new Set();
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) visible[entry.isIntersecting ? "add" : "delete"](`#${entry.target.id}`);
    const first = links.find((link) => visible.has(link.hash));
    for (const link of links) link.classList.toggle("is-here", link === first);
  }, { rootMargin: "-60px 0px -60% 0px" });
  for (const link of links) {
    const part = one(link.hash);
    if (part) seen.observe(part);
  }
}

function drop(event) {
  const box = event.target.closest?.("[data-drop]");
  if (!box) return;
  box.classList.toggle("is-over", event.type === "dragover");
}

// Times are shown as they are where the person is: the server learns the zone here and uses it from the next page on.
function tell_zone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone) document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
}

document.addEventListener("click", click);
document.addEventListener("change", change);
document.addEventListener("input", input);
document.addEventListener("keydown", key);
document.addEventListener("toggle", place, true);
document.addEventListener("focusin", (event) => {
  const lookup = event.target.closest?.(".lookup");
  if (lookup) lookup_live(lookup);
});
document.addEventListener("focusout", (event) => {
  const lookup = event.target.closest?.(".lookup.is-live");
  if (lookup) setTimeout(() => lookup.contains(document.activeElement) || lookup_close(lookup), 150);
});
for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, drop);
document.addEventListener("submit", (event) => event.target.removeAttribute?.("data-dirty"));
addEventListener("beforeunload", (event) => one("[data-dirty]") && event.preventDefault());
document.addEventListener("htmx:before:swap", moved);
document.addEventListener("htmx:after:swap", job_done);
for (const lookup of all(".lookup")) lookup_live(lookup);
one("[data-focus]")?.focus();
one(".sitemap [aria-current]")?.scrollIntoView({ block: "nearest" });
// Nobody waits for these: the page is painted first.
requestAnimationFrame(() => setTimeout(() => {
  tell_zone();
  count();
  spy();
}));
