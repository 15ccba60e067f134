// Never lose typing: a form marked data-dirty asks before someone leaves it with changes.
const changed = new WeakSet();
let leaving = false;

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-dirty]")) changed.add(form);
});
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) leaving = true;
});
document.addEventListener("duebook:saved", (event) => changed.delete(event.target.closest("form")));
addEventListener("pageshow", () => (leaving = false));
addEventListener("beforeunload", (event) => {
  if (!leaving && [...document.querySelectorAll("form[data-dirty]")].some((form) => changed.has(form))) event.preventDefault();
});
