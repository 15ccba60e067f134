// <duebook-allocation>: the form that applies a payment, quicker by keys. The server counts; this only asks and fills in.
//
// In a row (data-item): Space takes all that is open of it or what is left, and empties it again; a digit goes to its box;
// the arrows move between rows. Buttons named "fill" ask for their filling instead of sending the form.
class Allocation extends HTMLElement {
  connectedCallback() {
    this.totals = this.querySelector("#allocation-totals");
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("click", (event) => this.onClick(event));
    this.addEventListener("htmx:afterSwap", () => this.takeFilled());
  }

  onClick(event) {
    const button = event.target.closest('button[name="fill"]');
    if (!button || !window.htmx) return;
    event.preventDefault();
    this.fill(button.value);
  }

  onKey(event) {
    const row = event.target.closest("[data-item]");
    if (!row || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("select, button")) return;
    const box = row.querySelector("input.amount");
    if (event.key === " " && window.htmx) {
      event.preventDefault();
      this.fill(row.dataset.item);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      event.stopPropagation();
      const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
      next?.querySelector("input.amount")?.focus();
    } else if (/^\d$/.test(event.key) && event.target !== box) {
      box.value = "";
      box.focus(); // the digit itself then lands in the box
    }
  }

  // Fillings ask from a place of their own, one after the other: asked from the totals, one would be thrown away as soon as
  // what it filled in, or somebody typed, makes the totals ask again.
  fill(what) {
    const source = this.querySelector("#allocation-filling");
    const answered = window.htmx.ajax("POST", this.totals.getAttribute("hx-post"), {
      source,
      target: this.totals,
      swap: "innerHTML",
      values: { fill: what },
    });
    answered.catch(() => {}); // no connection: nothing was filled, and the next key asks again
  }

  takeFilled() {
    const filled = this.querySelector("#allocation-filled");
    if (!filled) return;
    for (const [name, value] of Object.entries(JSON.parse(filled.textContent))) {
      const box = this.querySelector(`[name="${CSS.escape(name)}"]`);
      if (box && box.value !== value) {
        box.value = value;
        box.dispatchEvent(new Event("input", { bubbles: true })); // so that leaving the page warns
      }
    }
    filled.remove();
  }
}

customElements.define("duebook-allocation", Allocation);
