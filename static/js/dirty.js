// Never lose typing: a form marked data-dirty asks before someone leaves it with changes.
const changed = new WeakSet();
let leaving = false;

function onTyped(box) {
  if (box.form?.matches("[data-dirty]")) changed.add(box.form);
}

document.addEventListener("input", (event) => onTyped(event.target));
const first = document.activeElement;
if (first && first.value !== first.defaultValue) onTyped(first); // typed before this was there
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented) leaving = true;
});
document.addEventListener("duebook:saved", (event) => changed.delete(event.target.closest("form")));
addEventListener("pageshow", () => (leaving = false));
addEventListener("beforeunload", (event) => {
  if (!leaving && [...document.querySelectorAll("form[data-dirty]")].some((form) => changed.has(form))) event.preventDefault();
});
