// Tell the sender that a person, not a mail scanner, looked at the page: once, after a real touch, key or scroll wheel.
const form = document.querySelector("form[data-seen]");

function report(event) {
  if (!event.isTrusted) return;
  for (const kind of kinds) removeEventListener(kind, report);
  fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" });
}

const kinds = ["pointerdown", "keydown", "wheel", "touchmove"];
if (form) for (const kind of kinds) addEventListener(kind, report, { passive: true });
