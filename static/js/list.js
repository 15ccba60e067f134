// A list remembers its address with filters for this tab; the crumb that leads back to it takes it up again.
const list = document.querySelector("[data-list-page]");
const key = (path) => `list:${path}`;

if (list) sessionStorage.setItem(key(location.pathname), location.search);
document.addEventListener("htmx:pushedIntoHistory", () => {
  if (document.querySelector("[data-list-page]")) sessionStorage.setItem(key(location.pathname), location.search);
});
for (const link of document.querySelectorAll("a[data-back]")) {
  const search = sessionStorage.getItem(key(link.pathname));
  if (search) link.search = search;
}

// A list's form leaves out what was not filled in, so the address says only what narrows the list.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-drop-empty]")) return;
  const empty = [...event.target.elements].filter((box) => box.name && box.value === "");
  for (const box of empty) box.disabled = true;
  addEventListener("pageshow", () => empty.forEach((box) => (box.disabled = false)), { once: true });
});
