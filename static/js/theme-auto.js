// Loaded in the head, before anything is drawn, and only when the theme follows the device: so nothing flashes.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => (document.documentElement.dataset.bsTheme = dark.matches ? "dark" : "light");
  apply();
  dark.addEventListener("change", () => document.documentElement.dataset.themeChoice === "auto" && apply());
})();
