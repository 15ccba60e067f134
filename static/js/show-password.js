// A button below each password shows what is typed, and hides it again before it is sent.
for (const input of document.querySelectorAll("input[type=password]")) {
  const button = document.createElement("button");
  const show = (is_shown) => {
    input.type = is_shown ? "text" : "password";
    button.textContent = is_shown ? "Hide it" : "Show it";
  };
  button.type = "button";
  button.setAttribute("aria-controls", input.id);
  button.className = "btn btn-sm mt-1";
  button.addEventListener("click", () => show(input.type === "password"));
  input.form?.addEventListener("submit", () => show(false));
  show(false);
  input.after(button);
}
