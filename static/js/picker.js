// <duebook-picker src="/customers/pick/">: choose one of many by typing.
//
//   <duebook-picker src="…">
//     <input type="hidden" name="customer" value="7">
//     <input class="form-control" role="combobox" aria-label="Customer" value="Acme">
//   </duebook-picker>
//
// GET src?q=typed answers options: <li role="option" data-value="7" data-label="Acme" data-…>…</li>. Choosing writes the
// hidden box and fires `change` on it, and `picked` with the option's data on the picker. An option with data-href is
// followed instead ("Create 'Acme'…"), one with data-dialog tells `create` with what was typed and the dialog's id.
//
// With `free` what is typed may stay as it is: Tab never takes an option, Enter takes the one that is marked, and only an
// emptied box lets go of what was chosen. Enter goes on to the box that `then` names, past those that fill themselves. `with` names boxes of the form that go along with the question.
const WAIT = 200;
let made = 0;

class Picker extends HTMLElement {
  connectedCallback() {
    if (this.list) return; // moved to another place of the page
    this.box = this.querySelector('[role="combobox"]');
    this.hidden_box = this.querySelector('input[type="hidden"]');
    const isChanged = this.box === document.activeElement && this.box.value !== this.box.defaultValue;
    const isTypedAlready = isChanged && !this.hidden_box.value; // else a browser gave back what was chosen
    this.chosenLabel = isTypedAlready ? this.box.defaultValue : this.box.value;
    this.addList();
    this.box.addEventListener("input", () => this.askSoon());
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.box.addEventListener("blur", () => this.settle());
    this.list.addEventListener("pointerdown", (event) => this.onPointer(event));
    if (isTypedAlready) this.askSoon(); // before this was there
  }

  addList() {
    this.list = this.querySelector('[role="listbox"]') ?? document.createElement("ul");
    this.list.id = `picker-${(made += 1)}`;
    this.list.className = "picker-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.getAttribute("list-label") || this.box.getAttribute("aria-label") || this.box.labels?.[0]?.textContent || "Choices");
    this.list.hidden = true;
    this.append(this.list);
    Object.entries({ "aria-controls": this.list.id, "aria-autocomplete": "list", "aria-expanded": "false", autocomplete: "off" })
      .forEach(([name, value]) => this.box.setAttribute(name, value));
  }

  get options() {
    return [...this.list.querySelectorAll('[role="option"]')];
  }

  get isFree() {
    return this.hasAttribute("free");
  }

  get current() {
    return this.options.find((option) => option.getAttribute("aria-selected") === "true");
  }

  askSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const address = new URL(this.getAttribute("src"), location.href);
    address.searchParams.set("q", this.box.value);
    for (const name of this.getAttribute("with")?.split(" ") ?? []) {
      const box = this.closest("form")?.elements[name];
      if (box?.value && (box.type !== "checkbox" || box.checked)) address.searchParams.set(name, box.value);
    }
    this.request?.abort();
    this.request = new AbortController();
    try {
      const answer = await fetch(address, { signal: this.request.signal, headers: { "HX-Request": "true" } });
      if (answer.ok) this.show(await answer.text());
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(html) {
    this.list.innerHTML = html;
    this.options.forEach((option, index) => (option.id = `${this.list.id}-${index}`));
    this.open(this.options.length > 0);
    this.mark(this.isFree ? this.options.find((option) => option.dataset.value) : this.options[0]);
    this.place();
  }

  // A list in a part of the page that scrolls would be cut off, so a free picker's stands on the window.
  place() {
    if (!this.isFree) return;
    const box = this.box.getBoundingClientRect();
    this.list.classList.add("picker-floating");
    Object.assign(this.list.style, { top: `${box.bottom + 4}px`, left: `${box.left}px`, width: `${box.width}px` });
  }

  open(isOpen) {
    this.list.hidden = !isOpen;
    this.box.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) this.box.removeAttribute("aria-activedescendant");
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.open(false);
  }

  mark(option) {
    for (const each of this.options) each.setAttribute("aria-selected", String(each === option));
    if (!option) return;
    this.box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  onKey(event) {
    const isOpen = !this.list.hidden;
    if (this.isFree && (event.altKey || !isOpen)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      event.stopPropagation();
      if (!isOpen) return void this.ask();
      const next = this.options.indexOf(this.current) + (event.key === "ArrowDown" ? 1 : -1);
      this.mark(this.options[(next + this.options.length) % this.options.length]);
    } else if (event.key === "Enter" && isOpen && this.current) {
      event.preventDefault();
      event.stopPropagation();
      this.choose(this.current);
      if (this.hasAttribute("then")) document.querySelector(this.getAttribute("then"))?.focus();
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      this.close();
    } else if (event.key === "Tab" && isOpen && !this.isFree && this.box.value && this.current?.dataset.value) {
      this.choose(this.current);
    }
  }

  onPointer(event) {
    const option = event.target.closest('[role="option"]');
    if (!option) return;
    event.preventDefault();
    this.choose(option);
  }

  choose(option) {
    this.close();
    if (option.dataset.dialog) {
      const detail = { dialog: option.dataset.dialog, typed: this.box.value };
      return void this.dispatchEvent(new CustomEvent("create", { bubbles: true, detail }));
    }
    if (option.dataset.href) return void location.assign(option.dataset.href);
    this.chosenLabel = this.box.value = option.dataset.label ?? option.textContent.trim();
    this.hidden_box.value = option.dataset.value;
    this.dispatchEvent(new CustomEvent("picked", { bubbles: true, detail: { ...option.dataset } }));
    this.hidden_box.dispatchEvent(new Event("input", { bubbles: true }));
    this.hidden_box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // Left half typed: an empty box means nobody, anything else falls back to what was chosen.
  settle() {
    this.close();
    if (this.box.value === this.chosenLabel || (this.isFree && this.box.value.trim())) return;
    if (this.box.value.trim() === "" && this.hidden_box.value) {
      this.chosenLabel = "";
      this.hidden_box.value = "";
      this.hidden_box.dispatchEvent(new Event("change", { bubbles: true }));
    } else {
      this.box.value = this.chosenLabel;
    }
  }
}

customElements.define("duebook-picker", Picker);
