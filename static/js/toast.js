// Toasts: what was done goes after ten seconds unless someone reads it; a refusal stays until closed.
const SECONDS = 10;

function watch(toast) {
  if (toast.dataset.watched) return;
  toast.dataset.watched = "yes";
  if (toast.closest("#alerts")) return;
  let timer = 0;
  const start = () => (timer = setTimeout(() => toast.remove(), SECONDS * 1000));
  for (const pause of ["pointerenter", "focusin"]) toast.addEventListener(pause, () => clearTimeout(timer));
  for (const resume of ["pointerleave", "focusout"]) toast.addEventListener(resume, start);
  start();
}

function watchAll() {
  for (const toast of document.querySelectorAll("[data-toast]")) watch(toast);
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-toast]")) event.target.closest("[data-toast]").remove();
});
document.addEventListener("htmx:afterSettle", watchAll);
document.addEventListener("htmx:oobAfterSwap", watchAll);
watchAll();

/** Say something that a script did; `undo` takes it back. */
export function say(text, undo = null) {
  const live = document.getElementById("live");
  const toast = document.createElement("div");
  toast.className = "toast-note toast-green";
  toast.dataset.toast = "";
  toast.append(document.createElement("span"), Object.assign(document.createElement("p"), { textContent: text }));
  if (undo) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-link", textContent: "Undo" });
    button.addEventListener("click", () => {
      toast.remove();
      undo();
    });
    toast.append(button);
  }
  live?.append(toast);
  watch(toast);
}

/** Say that something was not done; it stays until somebody closes it. */
export function warn(text) {
  const alerts = document.getElementById("alerts");
  if (!alerts || [...alerts.children].some((toast) => toast.dataset.toast === text)) return;
  const toast = Object.assign(document.createElement("div"), { className: "toast-note toast-red" });
  toast.dataset.toast = text;
  const close = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-link", textContent: "Close" });
  close.dataset.closeToast = "";
  toast.append(Object.assign(document.createElement("p"), { textContent: text }), close);
  alerts.append(toast);
}
