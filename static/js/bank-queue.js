// The queue of bank lines by keyboard: data-row-key on what a key presses in the row that has the focus, or in the first
// open one. After an answer the focus goes to the next open row; the page never jumps.
const FIELDS = 'input:not([type="checkbox"], [type="radio"], [type="hidden"]), textarea, select, [contenteditable]';

const rows = () => [...document.querySelectorAll("[data-queue-row]")];
const isOpen = (row) => row.dataset.queueRow !== "done";
const focusOn = (row) => (row?.querySelector("button") ?? row?.querySelector("a"))?.focus();

function currentRow() {
  return document.activeElement?.closest("[data-queue-row]") ?? rows().find(isOpen);
}

function move(step) {
  const all = rows();
  const here = all.indexOf(currentRow());
  focusOn(all[Math.min(Math.max(here + step, 0), all.length - 1)]);
}

document.addEventListener("keydown", (event) => {
  if (!document.querySelector("[data-queue]") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest(FIELDS) || document.querySelector("dialog[open]")) return;
  if (document.documentElement.dataset.keys === "off") return;
  const step = { j: 1, k: -1 }[event.key];
  const held = event.key.length === 1 && currentRow()?.querySelector(`[data-row-key="${CSS.escape(event.key)}"]`);
  if ((!step && !held) || (held && event.repeat)) return;
  event.preventDefault();
  if (step) move(step);
  else held.click();
});

document.addEventListener("htmx:load", ({ target: row }) => {
  if (!row.matches("[data-queue-row]")) return;
  const following = rows().slice(rows().indexOf(row) + 1);
  focusOn(isOpen(row) ? row : (following.find(isOpen) ?? row));
});
