// Menus are details elements. Esc and a click elsewhere close them; arrows move through their entries.
const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("details.menu[open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const entries = [...menu.querySelectorAll(".menu-item")];
    if (!entries.length || event.target.matches("input, select")) return;
    event.preventDefault();
    const next = entries.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    entries[(next + entries.length) % entries.length].focus();
  }
});
