// Keys are written on the page: data-key="/", "g i" or "mod+s" on the link, button or box that they press.
// Single letters never fire in a field, with a modifier, or when switched off (data-keys="off" on <html>).
const PAUSE = 1200;
const FIELDS = 'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable]';
const ROWS = "[data-rows] > :is(tr, li)";
let typed = "";
let timer = 0;

const visible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;
// What is folded away in the side bar or a menu has its key too. Of two with one key, the page's own comes after the frame's.
const holders = () => [...document.querySelectorAll("[data-key]")].filter((each) => visible(each) || each.closest(".sidebar, .menu-panel"));

function press(element) {
  if (element.matches(FIELDS)) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

// Escape leaves a field, so that letters are keys again.
function onEscape(event) {
  if (event.key === "Escape" && !event.defaultPrevented && event.target.matches(FIELDS) && !event.target.closest("dialog")) event.target.blur();
}

function onLetter(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
  if (document.documentElement.dataset.keys === "off" || event.key.length > 1) return;
  clearTimeout(timer);
  typed = typed ? `${typed} ${event.key}` : event.key;
  const found = holders();
  const hit = found.findLast((each) => each.dataset.key === typed);
  if (hit) event.preventDefault();
  if (hit) press(hit);
  const more = !hit && found.some((each) => each.dataset.key.startsWith(`${typed} `));
  if (!more) typed = "";
  timer = setTimeout(() => (typed = ""), PAUSE);
}

// j, k and the arrows move over a list's rows, Enter opens one, x selects it.
function onRow(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(FIELDS)) return;
  if (document.documentElement.dataset.keys === "off" || document.querySelector("dialog[open]")) return;
  const rows = [...document.querySelectorAll(ROWS)];
  if (!rows.length) return;
  const here = rows.indexOf(document.activeElement.closest(ROWS));
  const step = { j: 1, k: -1, ...(here >= 0 && { ArrowDown: 1, ArrowUp: -1 }) }[event.key];
  if (step) {
    event.preventDefault();
    const row = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
    (row.querySelector("a") ?? row.querySelector("input"))?.focus();
  } else if (event.key === "x" && here >= 0) {
    rows[here].querySelector('input[name="selected"]')?.click();
  }
}

// data-key="mod+s" or "mod+Enter": with Ctrl, or Cmd on a Mac. These work in fields too; in a form they are its own
// button's, or press what it does, so nobody who writes a comment issues an invoice.
function shortcut(key, form) {
  const named = `[data-key="mod+${CSS.escape(key)}"]:not(:disabled)`;
  if (!form) return document.querySelector(named);
  const buttons = [...form.elements].filter((each) => each.matches("button:not([type='button'], :disabled)"));
  const does = key === "s" || key === "Enter" ? buttons.find((each) => each.matches(".btn-primary")) ?? buttons[0] : null;
  return buttons.find((each) => each.matches(named)) ?? does;
}

function onShortcut(event) {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const button = shortcut(event.key, event.target.closest("form"));
  if (!button) return;
  event.preventDefault();
  button.click();
}

function listKeys() {
  const list = document.querySelector("[data-key-list]");
  list.replaceChildren();
  for (const element of document.querySelectorAll("[data-key]")) {
    const term = document.createElement("dt");
    for (const key of element.dataset.key.replace("mod+", "Ctrl ").split(" ")) {
      term.append(Object.assign(document.createElement("kbd"), { textContent: key }), " ");
    }
    const label = element.getAttribute("aria-label") || element.labels?.[0]?.textContent || element.textContent;
    list.append(term, Object.assign(document.createElement("dd"), { textContent: label.trim() }));
  }
}

for (const button of document.querySelectorAll("[data-open-keys]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    listKeys();
    document.getElementById("keys").showModal();
  });
}
document.addEventListener("keydown", onEscape);
document.addEventListener("keydown", onLetter);
document.addEventListener("keydown", onRow);
document.addEventListener("keydown", onShortcut);
