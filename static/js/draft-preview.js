// <draft-preview src="address" form="draft">: the page of a draft as it will print, made anew when typing rests.
//
// The office draws it from what stands in the form. One drawing at a time: what was typed meanwhile is drawn next, and a page
// that is left waits for none. Out of sight nothing is drawn.
const REST = 1000;

class DraftPreview extends HTMLElement {
  connectedCallback() {
    this.draft = document.getElementById(this.getAttribute("form"));
    for (const kind of ["input", "change"]) this.draft.addEventListener(kind, () => this.later());
    new IntersectionObserver((entries) => this.onSight(entries.at(-1).isIntersecting)).observe(this);
  }

  onSight(isSeen) {
    this.isSeen = isSeen;
    if (isSeen && !this.isCurrent) this.later(0);
  }

  later(wait = REST) {
    this.isCurrent = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.draw(), wait);
  }

  async draw() {
    if (!this.isSeen || this.isDrawing) return;
    this.isDrawing = this.isCurrent = true;
    this.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.getAttribute("src"), { method: "POST", body: new FormData(this.draft) });
      if (answer.ok && !answer.redirected) this.innerHTML = await answer.text();
    } catch {
      // No connection, or the page is being left: what was drawn last stays.
    }
    this.isDrawing = false;
    this.removeAttribute("aria-busy");
    if (!this.isCurrent) this.later(0);
  }
}

customElements.define("draft-preview", DraftPreview);
