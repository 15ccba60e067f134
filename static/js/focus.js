// Where the eye should be after a form came back: on the list of what is wrong. A page that is for filling in one form
// begins in its first box, but where single letters do something, or a keyboard would rise over half of the page.
const BOXES = 'input:not([type="hidden"], [type="radio"], [type="checkbox"], [type="file"]), textarea, select';
const target = document.querySelector("[data-focus]");
const forms = document.querySelectorAll("main form[data-dirty]");
const isForTyping = () =>
  forms.length === 1 && document.activeElement === document.body && !location.hash && matchMedia("(hover: hover)").matches &&
  !forms[0].querySelector('[data-key]:not([data-key^="mod"])');
if (target) target.focus();
else if (isForTyping()) {
  [...forms[0].querySelectorAll(BOXES)].find((box) => box.checkVisibility() && !box.disabled && !box.readOnly)?.focus({ preventScroll: true });
}

document.addEventListener("htmx:afterSettle", (event) => {
  event.detail.elt?.querySelector?.("[data-focus]")?.focus();
});

// A button that sends a form is off while it is under way; the browser's Back turns it on again.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog") return;
  setTimeout(() => setBusy(event.target, true));
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach((form) => setBusy(form, false)));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-busy]");
  if (form) setBusy(form, false);
});

/** Switch the buttons of a form off while it is under way, or on again. */
export function setBusy(form, busy) {
  if (form.method !== "post") return;
  form.toggleAttribute("data-busy", busy);
  const outside = form.id ? document.querySelectorAll(`button[form="${form.id}"]`) : [];
  for (const button of [...form.querySelectorAll("button:not([type=button])"), ...outside]) button.disabled = busy;
}
