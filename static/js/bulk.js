// Selecting rows of a list: boxes named "selected", Shift for a range, and a bar that says how many and what they come to.
// A box named "everything" stands for all that match. The words come from the server, which hears "chosen" on the list.
let last = null;

function refresh(list) {
  const boxes = [...list.querySelectorAll('input[name="selected"]')];
  const count = boxes.filter((box) => box.checked).length;
  const everything = list.querySelector('input[name="everything"]');
  const bar = list.querySelector("[data-bulk-bar]");
  if (bar) bar.hidden = count === 0 && !everything?.checked;
  const all = list.querySelector("[data-select-all]");
  if (all) {
    all.checked = count > 0 && count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  }
  if (bar && !bar.hidden) list.dispatchEvent(new Event("chosen"));
}

document.addEventListener("click", (event) => {
  const box = event.target.closest('input[name="selected"], input[name="everything"], [data-select-all]');
  const list = box?.closest("[data-bulk]");
  if (!list) return;
  const boxes = [...list.querySelectorAll('input[name="selected"]')];
  if (box.matches("[data-select-all]")) {
    for (const each of boxes) each.checked = box.checked;
  } else if (box.name === "selected") {
    if (event.shiftKey && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
    }
    last = box;
  }
  refresh(list);
});

addEventListener("pageshow", () => document.querySelectorAll("[data-bulk]").forEach(refresh));
