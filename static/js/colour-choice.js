// <colour-choice for="field" label="words">: the browser's own picker beside a field for a colour, each following the other.
class ColourChoice extends HTMLElement {
  connectedCallback() {
    this.field = document.getElementById(this.getAttribute("for"));
    this.picker = document.createElement("input");
    this.picker.type = "color";
    this.picker.className = "form-control colour-picker";
    this.picker.setAttribute("aria-label", this.getAttribute("label"));
    this.field.after(this.picker);
    this.follow();
    this.field.addEventListener("input", () => this.follow());
    this.picker.addEventListener("input", () => this.take());
  }

  follow() {
    const typed = this.field.value.trim().toLowerCase();
    if (/^#[0-9a-f]{6}$/.test(typed)) this.picker.value = typed;
  }

  take() {
    this.field.value = this.picker.value;
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("colour-choice", ColourChoice);
