// What was opened stays open when a part of the page is asked for again; a form marked data-once is
// sent once, however often its button is pressed.
import { all } from "../dom.js";

/** @type {string[]} */
let opened = [];

/** @param {Event} event */
function remember(event) {
  const { target } = /** @type {CustomEvent<{ target: Element }>} */ (event).detail;
  opened = [...target.querySelectorAll("details[open][id]")].map(({ id }) => id);
}

function restore() {
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
}

document.addEventListener("htmx:beforeSwap", remember);
document.addEventListener("htmx:oobBeforeSwap", remember);
document.addEventListener("htmx:afterSwap", restore);
document.addEventListener("htmx:oobAfterSwap", restore);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches("[data-once]")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

// Back from the run's page, the same form may be sent again: the server knows its number.
addEventListener("pageshow", () => {
  for (const form of all("[data-sent]", HTMLElement)) delete form.dataset.sent;
});
