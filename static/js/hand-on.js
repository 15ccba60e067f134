// A form that is on its way already, and that people without script send by its button.
document.querySelector("form[data-hand-on]")?.requestSubmit();
