// <form data-autosave="address" data-person="7">: a draft that saves itself two seconds after typing rests.
//
// Until the office has it, what was typed is kept in this browser, by person and page: a lost connection, a closed tab or a
// log-out loses nothing. The answer to a save is JSON: the draft, its version and its address, or why it makes no draft yet;
// 409 means that somebody else saved it, and saving by hand shows both versions.
const REST = 2000;
const AGAIN = 10_000;
const SETTLE = 300;
const UNKEPT = new Set(["csrfmiddlewaretoken", "restore"]);

class Autosave {
  constructor(form) {
    this.form = form;
    this.state = document.getElementById("save-state");
    this.place = `duebook:draft:${form.dataset.person}:${location.pathname}`;
    this.typed = 0;
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => this.onTyped());
    form.addEventListener("submit", (event) => this.onSubmit(event));
    addEventListener("online", () => this.save());
    this.first = this.last = this.serial();
    if (form.hasAttribute("data-restored")) this.onTyped(true);
    else this.offer();
  }

  pairs() {
    return [...new FormData(this.form)].filter(([name]) => !UNKEPT.has(name));
  }

  // What counts as typed: not the keys and versions that go along.
  serial() {
    return JSON.stringify(this.pairs().filter(([name]) => !["key", "draft", "version"].includes(name)));
  }

  onTyped(isCertain = false) {
    if (this.serial() === this.last && isCertain !== true) return;
    this.last = this.serial();
    this.typed += 1;
    this.say("Not saved yet");
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), SETTLE);
    this.later(REST);
  }

  later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  keep() {
    try {
      localStorage.setItem(this.place, JSON.stringify({ at: Date.now(), pairs: this.pairs(), serial: this.serial() }));
    } catch {
      // A browser that keeps nothing: the office still does.
    }
  }

  forget() {
    clearTimeout(this.keeping);
    localStorage.removeItem(this.place);
  }

  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.place));
    } catch {
      return null;
    }
  }

  async save() {
    clearTimeout(this.timer);
    if (!this.typed || this.isStopped) return;
    if (this.saving) return this.later(REST);
    const upTo = this.typed;
    this.keep();
    this.say("Saving…");
    this.saving = this.send(upTo).finally(() => (this.saving = null));
    await this.saving;
  }

  async send(upTo) {
    try {
      const answer = await fetch(this.form.dataset.autosave, { method: "POST", body: new FormData(this.form) });
      if (answer.status === 401) return this.say("You are logged out. What you typed is kept in this browser: log in and open this page again.");
      if (!answer.headers.get("Content-Type")?.includes("json")) {
        return this.say(`Not saved: the office answered ${answer.status}. What you typed is kept in this browser: load the page again.`);
      }
      const said = await answer.json();
      if (said.draft) this.onSaved(said, upTo);
      else if (answer.status === 409) this.onStale(said);
      else this.say(`Not saved yet: ${said.message} It is kept in this browser.`);
    } catch {
      this.say("No connection. What you typed is kept in this browser and saved when it is back.");
      this.later(AGAIN);
    }
  }

  onSaved({ draft, version, address }, upTo) {
    this.form.elements.draft.value = draft;
    this.form.elements.version.value = version;
    if (location.pathname !== address) this.moveTo(address);
    this.say(`Saved ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })}`);
    if (this.typed !== upTo) return this.later(REST);
    this.typed = 0;
    this.forget();
    this.form.dispatchEvent(new CustomEvent("duebook:saved", { bubbles: true }));
  }

  // A new draft has an address of its own once it is saved; reloading the page then loads that one.
  moveTo(address) {
    this.forget();
    history.replaceState(history.state, "", address);
    this.form.action = address;
    this.place = `duebook:draft:${this.form.dataset.person}:${address}`;
  }

  onStale({ code, message }) {
    this.isStopped = true;
    this.say(code === "stale" ? "Somebody else saved this draft. Save it to see both versions." : message);
  }

  // By hand it is saved once: after what is on its way.
  onSubmit(event) {
    if (!this.saving) {
      clearTimeout(this.timer);
      this.forgetLater();
      return;
    }
    event.preventDefault();
    this.saving.then(() => this.form.requestSubmit(event.submitter));
  }

  // The page that comes next says what became of it. Where none comes, it is still kept.
  forgetLater() {
    this.keep();
    sessionStorage.setItem("duebook:sent", this.place);
  }

  offer() {
    const kept = this.kept();
    if (!kept || kept.serial === this.first) return this.forget();
    const notice = document.getElementById("typed-before");
    if (!notice) return;
    notice.querySelector("[data-when]").textContent = `on ${new Date(kept.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}`;
    notice.querySelector("[data-bring-back]").addEventListener("click", () => this.bringBack(kept));
    notice.querySelector("[data-throw-away]").addEventListener("click", () => {
      this.forget();
      notice.hidden = true;
    });
    notice.hidden = false;
  }

  // The office shows the page anew with what was typed, and saves nothing of it yet.
  bringBack({ pairs }) {
    const form = document.createElement("form");
    form.method = "post";
    const token = ["csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value];
    for (const [name, value] of [token, ["restore", "1"], ...pairs]) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    document.body.append(form);
    form.submit();
  }

  say(text) {
    if (this.state) this.state.textContent = text;
  }
}

// A save by hand that led to another page was taken, and what this browser kept of it goes. The editor again means that it
// was not; the page with two versions leaves it open.
function forgetTaken(form) {
  const place = sessionStorage.getItem("duebook:sent");
  if (!place) return;
  const isHere = place.endsWith(`:${location.pathname}`);
  if (!isHere) localStorage.removeItem(place);
  if (!isHere || form) sessionStorage.removeItem("duebook:sent");
}

const form = document.querySelector("form[data-autosave]");
forgetTaken(form);
if (form) new Autosave(form);
