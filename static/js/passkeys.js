// Passkeys. A form with data-passkey asks there what to ask the browser; one with data-passkey-new has the question in it.
// The browser's answer goes along in the form's hidden field; without passkeys in the browser the first kind stays hidden.
const can = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON;

async function question(form) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(form.dataset.passkey, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).publicKey;
}

async function known(form) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await question(form));
  return navigator.credentials.get({ publicKey });
}

async function made() {
  const asked = JSON.parse(document.getElementById("passkey-question").textContent).publicKey;
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) });
}

function say(form, words) {
  const place = form.querySelector("[data-passkey-trouble]");
  place.textContent = words;
  place.hidden = !words;
}

for (const form of document.querySelectorAll("form[data-passkey], form[data-passkey-new]")) {
  if (can) form.hidden = false;
  const field = form.querySelector('input[type="hidden"][name$="passkey"]');
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!can) return say(form, "This browser knows no passkeys.");
    say(form, "");
    try {
      const credential = await ("passkeyNew" in form.dataset ? made() : known(form));
      field.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      say(form, "No passkey answered. Try again, or use another way.");
    }
  });
}
