// The theme buttons of the user menu: remember the choice in a cookie, which the server reads for the next page.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function show(choice) {
  root.dataset.themeChoice = choice;
  root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
  for (const button of document.querySelectorAll("button[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-theme-choice]");
  if (!button) return;
  document.cookie = `theme=${button.dataset.themeChoice}; path=/; max-age=31536000; samesite=lax`;
  show(button.dataset.themeChoice);
});

for (const group of document.querySelectorAll("[data-theme-switch]")) group.hidden = false;
show(root.dataset.themeChoice || "auto");
