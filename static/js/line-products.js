// The products of an invoice's lines. A picked product brings its unit and tax; its price is the server's to decide, by
// customer, quantity, currency and day: `…-has_list_price` says so, until somebody types a price. The piece with the totals
// brings the price as data-price; an emptied price box asks for it again.
import { asked } from "./answers.js";
import { setBusy } from "./focus.js";

const part = (line, name) => line.querySelector(`[name$="-${name}"]`);
let asking = null;

function take(line, option) {
  part(line, "unit").value = option.unit;
  const tax = part(line, "tax");
  if (tax && [...tax.options].some((each) => each.value === option.tax)) tax.value = option.tax;
  part(line, "unit_price").value = "";
  const hasListPrice = part(line, "has_list_price"); // a shipment's line has none: it is priced when it is billed
  if (hasListPrice) hasListPrice.value = "1";
}

function onPriceTyped(event) {
  const line = event.target.matches('[name$="-unit_price"]') && event.target.closest("[data-line]");
  if (!line || !part(line, "has_list_price")) return;
  const isOpen = event.target.value.trim() === "" && part(line, "product").value;
  part(line, "has_list_price").value = isOpen ? "1" : "";
}

function showPrices() {
  for (const source of document.querySelectorAll("[data-line] .price-source[data-price]")) {
    const line = source.closest("[data-line]");
    const box = part(line, "unit_price");
    if (!part(line, "has_list_price").value || box.value === source.dataset.price) continue;
    box.value = source.dataset.price;
    if (box === document.activeElement) box.select();
  }
}

async function openDialog(event) {
  const dialog = document.getElementById(event.detail.dialog);
  if (!dialog) return;
  asking = event.target;
  const address = new URL(dialog.dataset.src, location.href);
  address.searchParams.set("name", event.detail.typed);
  for (const name of ["customer", "currency"]) address.searchParams.set(name, asking.closest("form").elements[name].value);
  const answer = await asked(address, { headers: { "HX-Request": "true" } });
  if (!answer) return;
  dialog.innerHTML = await answer.text();
  dialog.showModal();
}

async function onDialogSubmit(event) {
  const dialog = event.target.closest("dialog[data-src]");
  if (!dialog || event.submitter?.formMethod === "dialog") return;
  event.preventDefault();
  const answer = await asked(dialog.dataset.src, { method: "POST", body: new FormData(event.target), headers: { "HX-Request": "true" } });
  if (!answer) return setBusy(event.target, false);
  dialog.innerHTML = await answer.text();
  dialog.querySelector("[data-focus]")?.focus();
  const made = dialog.querySelector("[data-value]");
  if (!made) return;
  dialog.close();
  asking.choose(made);
  part(asking.closest("[data-line]"), "quantity").focus();
}

document.addEventListener("picked", (event) => {
  const line = event.target.closest("[data-line]");
  if (line && part(line, "product")) take(line, event.detail);
});
document.addEventListener("input", onPriceTyped);
document.addEventListener("filled", onPriceTyped);
document.addEventListener("create", openDialog);
document.addEventListener("submit", onDialogSubmit);
document.addEventListener("htmx:afterSettle", showPrices);
