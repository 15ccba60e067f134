// What a person hears when a piece of the page could not be had: the piece stays as it is, and so does what they typed.
import { warn } from "./toast.js";

const SAID = {
  401: "You are logged out. Nothing was done. Log in in another tab, then load this page again.",
  403: "Nothing was done: this page is older than your log-in, or your role does not include it. Load the page again.",
  404: "That is no longer there. Load the page again.",
  429: "More was asked for in your name than anybody reads. Nothing was done. Wait a moment, and do it again.",
};
const BROKEN = "Something went wrong on our side. Look at what this page says after loading it again, and try once more in a minute.";
const UNREACHED = "The office cannot be reached. Look whether you are online, and try again.";

// `status` is nothing when no answer came.
function tell(status) {
  warn(status ? (SAID[status] ?? BROKEN) : UNREACHED);
}

/** The answer to a question that a script asks, or null after saying why there is none. */
export async function asked(address, options) {
  const answer = await fetch(address, options).catch(() => null);
  if (answer?.ok) return answer;
  tell(answer?.status);
  return null;
}

document.addEventListener("htmx:responseError", (event) => tell(event.detail.xhr.status));
document.addEventListener("htmx:sendError", () => tell());
document.addEventListener("htmx:timeout", () => tell());
