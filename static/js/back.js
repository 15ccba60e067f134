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
