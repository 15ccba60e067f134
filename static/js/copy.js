// Copy buttons: <button data-copy="DE12..." hidden>Copy</button>. They show only where they can work.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) break;
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied || "Copied";
    button.addEventListener("blur", () => (button.textContent = label), { once: true });
  });
}
