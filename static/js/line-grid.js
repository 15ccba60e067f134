import { say } from "./toast.js";

// <line-grid prefix="lines">: the lines of an invoice, typed as in a sheet.
//
//   <line-grid prefix="lines">
//     <input type="hidden" name="lines-TOTAL_FORMS" value="2"> … the formset's other hidden boxes
//     <table> <tbody data-lines> <tr data-line> boxes named lines-0-description … </tr> </tbody> </table>
//     <template data-new-line> <tr data-line> the same with __prefix__ for the number </tr> </template>
//     <button type="button" data-add-line>Add a line</button>
//   </line-grid>
//
// In a row: data-remove-line, data-move="-1", data-move="1" and data-copy-line mark buttons; `…-DELETE` and `…-ORDER` boxes
// are the formset's. A saved line that is removed stays in the form, hidden and ticked for deletion; a new one is taken out.
// Numbers are given anew after each change, so the formset always finds 0 to TOTAL_FORMS - 1. Nothing is calculated here.
//
// data-add-heading and data-add-shipping add a line of that kind. A heading is a box of the line below it, `…-section` in a
// data-heading: it is no cell, appears when asked for, and goes when it is emptied.
const CELLS = 'input:not([type="hidden"], [type="checkbox"], [name$="-section"]), select, textarea';

const MONEY_SIGNS = /[\p{Sc}\s]/gu;
const NUMBER = /^[-−(]?[\p{Sc}\s]*\d[\d.,'’\s]*[\p{Sc}%)\s]*$/u;
const HEADS = { item: "description", text: "description", qty: "quantity", price: "unit price", discount: "discount %", vat: "tax" };

// Which box each pasted column goes to: by its heading, where the first record is headings; else one after the other, but
// numbers pass over a box that holds words (data-words), as sheets often have no column for it.
function arranged(records, boxes) {
  const names = boxes.map((box) => (box.dataset.cell ?? "").toLowerCase());
  const heads = records[0].map((value) => names.indexOf(HEADS[value.toLowerCase()] ?? value.toLowerCase()));
  if (records.length > 1 && heads.length > 1 && heads.every((place) => place >= 0)) return { records: records.slice(1), columns: heads };
  const columns = [];
  let place = 0;
  for (let column = 0; column < Math.max(...records.map((record) => record.length)); column++) {
    const isNumbers = records.every((record) => NUMBER.test(record[column] ?? ""));
    if (column > 0 && isNumbers && boxes[place]?.matches("[data-words]")) place++;
    columns.push(place++);
  }
  return { records, columns };
}

class LineGrid extends HTMLElement {
  connectedCallback() {
    this.formset = this.getAttribute("prefix") || "lines";
    this.body = this.querySelector("[data-lines]");
    this.model = this.querySelector("template[data-new-line]");
    this.body.addEventListener("keydown", (event) => this.onKey(event));
    this.body.addEventListener("paste", (event) => this.onPaste(event));
    this.body.addEventListener("focusin", (event) => event.target.matches("input.amount, .amount input") && event.target.select());
    this.body.addEventListener("focusout", (event) => event.target.matches('[name$="-section"]') && this.fold(event.target));
    this.addEventListener("click", (event) => this.onClick(event));
    this.renumber();
  }

  get lines() {
    return [...this.body.querySelectorAll("[data-line]:not([hidden])")];
  }

  // The boxes that one types into, in the order of Tab; a read-only one is passed over.
  cells(line) {
    return [...line.querySelectorAll(CELLS)].filter((box) => !box.disabled && !box.readOnly && box.tabIndex >= 0);
  }

  isFilled(line) {
    return this.cells(line).some((box) => box.matches("input, textarea") && box.value !== box.defaultValue) || this.isSaved(line);
  }

  isSaved(line) {
    return Boolean(line.querySelector('input[name$="-id"]')?.value);
  }

  onKey(event) {
    const line = event.target.closest("[data-line]");
    if (!line || event.defaultPrevented || event.isComposing) return;
    const act = event.target.matches(CELLS) ? this.actFor(event, line) : this.headingActFor(event, line);
    if (!act) return;
    event.preventDefault();
    act();
  }

  headingActFor(event, line) {
    if (!event.target.matches('[name$="-section"]') || event.key !== "Enter") return null;
    return () => this.focusFirst(line);
  }

  actFor(event, line) {
    const { key, altKey, ctrlKey, metaKey, shiftKey, target } = event;
    const command = ctrlKey || metaKey;
    if (altKey && shiftKey && key === "ArrowUp") return () => this.addHeading(line);
    if (altKey && key === "ArrowUp") return () => this.move(line, -1, target);
    if (altKey && key === "ArrowDown") return () => this.move(line, 1, target);
    if (command && key === "Backspace") return () => this.remove(line);
    if (command && key.toLowerCase() === "d") return () => this.copy(line);
    if (command || altKey) return null;
    if (key === "Enter" && !shiftKey && !target.matches("textarea")) return () => this.down(line, target, true);
    if (key === "Tab" && !shiftKey && this.isLastCell(line, target) && this.isFilled(line)) return () => this.focusFirst(this.add());
    if (target.matches("select, textarea")) return null;
    if (key === "ArrowDown") return () => this.down(line, target, false);
    if (key === "ArrowUp") return () => this.up(line, target);
    return null;
  }

  isLastCell(line, box) {
    return line === this.lines.at(-1) && box === this.cells(line).at(-1);
  }

  down(line, box, mayAdd) {
    const next = this.lines[this.lines.indexOf(line) + 1] ?? (mayAdd && this.isFilled(line) ? this.add() : null);
    if (next) this.focusColumn(next, this.cells(line).indexOf(box));
  }

  up(line, box) {
    const above = this.lines[this.lines.indexOf(line) - 1];
    if (above) this.focusColumn(above, this.cells(line).indexOf(box));
  }

  focusColumn(line, column) {
    const box = this.cells(line)[column] ?? this.cells(line)[0];
    box.focus();
    box.select?.();
  }

  focusFirst(line) {
    this.focusColumn(line, 0);
  }

  add(after = null) {
    const line = document.importNode(this.model.content, true).querySelector("[data-line]");
    if (after) after.after(line);
    else this.body.append(line);
    this.renumber();
    return line;
  }

  addHeading(line) {
    const heading = line.querySelector("[data-heading]");
    if (!heading) return;
    heading.hidden = false;
    heading.querySelector("input").focus();
  }

  fold(box) {
    if (box.value.trim() === "") box.closest("[data-heading]").hidden = true;
  }

  addShipping() {
    const line = this.add();
    line.querySelector('[name$="-kind"]').value = "shipping";
    this.fill(line.querySelector('[name$="-description"]'), "Shipping");
    line.querySelector("[data-kind-label]").hidden = false;
    line.querySelector('[name$="-unit_price"]').focus();
    this.changed();
  }

  copy(line) {
    const twin = this.add(line);
    twin.querySelector("[data-kind-label]")?.replaceWith(line.querySelector("[data-kind-label]").cloneNode(true));
    const targets = [...twin.querySelectorAll(`${CELLS}, input[type="hidden"]`)];
    for (const [index, box] of [...line.querySelectorAll(`${CELLS}, input[type="hidden"]`)].entries()) {
      if (targets[index] && !/-(id|ORDER)$/.test(box.name)) targets[index].value = box.value;
    }
    this.focusFirst(twin);
    this.changed();
  }

  remove(line) {
    const lines = this.lines;
    const neighbour = lines[lines.indexOf(line) + 1] ?? lines[lines.indexOf(line) - 1] ?? this.add();
    const after = line.nextElementSibling;
    const isKept = this.isSaved(line) && line.querySelector('input[name$="-DELETE"]');
    if (isKept) this.tick(line, true);
    else line.remove();
    this.settle(neighbour);
    say("Line removed.", () => {
      if (isKept) this.tick(line, false);
      else this.body.insertBefore(line, after?.isConnected ? after : null);
      this.settle(line);
    });
  }

  tick(line, isRemoved) {
    line.querySelector('input[name$="-DELETE"]').checked = isRemoved;
    line.hidden = isRemoved;
  }

  settle(focused) {
    this.renumber();
    this.focusFirst(focused);
    this.changed();
  }

  move(line, step, focused = null) {
    const lines = this.lines;
    const other = lines[lines.indexOf(line) + step];
    if (!other) return;
    if (step < 0) other.before(line);
    else other.after(line);
    this.renumber();
    focused?.focus();
    this.changed();
  }

  onClick(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const line = button.closest("[data-line]");
    if (button.matches("[data-add-line]")) {
      event.preventDefault();
      this.focusFirst(this.add());
    } else if (button.matches("[data-add-heading]")) this.addHeading(this.lines.find((each) => !this.isFilled(each)) ?? this.add());
    else if (button.matches("[data-add-shipping]")) this.addShipping();
    else if (line && button.matches("[data-heading-here]")) this.addHeading(line);
    else if (line && button.matches("[data-remove-line]")) this.remove(line);
    else if (line && button.matches("[data-copy-line]")) this.copy(line);
    else if (line && button.matches("[data-move]")) this.move(line, Number(button.dataset.move), button);
  }

  // Cells copied from a sheet: tabs part columns, line ends part lines. One plain value is left to the browser.
  onPaste(event) {
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    const line = event.target.closest("[data-line]");
    if (!line || event.target.matches("textarea") || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const first = this.cells(line).indexOf(event.target);
    const pasted = text.split("\n").map((record) => record.split("\t").map((value) => value.trim()));
    const { records, columns } = arranged(pasted, this.cells(line).slice(first));
    let row = line;
    for (const [index, record] of records.entries()) {
      if (index > 0) row = this.lines[this.lines.indexOf(row) + 1] ?? this.add();
      const boxes = this.cells(row).slice(first);
      record.forEach((value, place) => this.fill(boxes[columns[place]], value));
    }
    this.focusColumn(row, first);
    this.changed();
  }

  fill(box, value) {
    if (!box) return;
    if (!box.matches("select")) box.value = box.matches(".amount, .amount input") ? value.replace(MONEY_SIGNS, "") : value;
    else box.value = [...box.options].find((option) => [option.value, option.text].includes(value))?.value ?? box.value;
    box.dispatchEvent(new CustomEvent("filled", { bubbles: true }));
  }

  // Saved and removed lines keep their place in the numbering: the formset reads all of them.
  renumber() {
    const all = [...this.body.querySelectorAll("[data-line]")];
    const pattern = new RegExp(`^((?:id_)?${this.formset}-)(?:\\d+|__prefix__)(-)`);
    for (const [index, line] of all.entries()) {
      for (const element of line.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
        for (const attribute of ["name", "id", "for", "aria-describedby"]) {
          const value = element.getAttribute(attribute);
          if (value) element.setAttribute(attribute, value.replace(pattern, `$1${index}$2`));
        }
      }
      const order = line.querySelector('input[name$="-ORDER"]');
      if (order) order.value = index + 1;
    }
    this.lines.forEach((line, index) => this.label(line, index + 1));
    const total = this.querySelector(`input[name="${this.formset}-TOTAL_FORMS"]`);
    if (total) total.value = all.length;
  }

  // Each box says its line, so that "Quantity" is told apart from the next one.
  label(line, number) {
    for (const box of line.querySelectorAll("[data-cell]")) box.setAttribute("aria-label", `${box.dataset.cell}, line ${number}`);
    for (const button of line.querySelectorAll("button")) button.tabIndex = -1; // Tab goes from box to box; keys do the rest
    for (const place of line.querySelectorAll("[data-line-number]")) place.textContent = String(number);
  }

  changed() {
    this.dispatchEvent(new Event("input", { bubbles: true }));
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("line-grid", LineGrid);
