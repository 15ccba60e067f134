// A payment that is on its way: look again in a while, as the page without script does by its refresh.
const waiting = document.querySelector("[data-look-again]");
if (waiting) {
  setTimeout(() => location.replace(waiting.dataset.lookAgain), Number(waiting.dataset.seconds) * 1000);
}
