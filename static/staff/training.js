// What was opened stays open when a part of the page is asked for again; a form marked data-once is
// sent once, however often its button is pressed.

let open = [];

function remember({ detail: { target } }) {
  open = [...target.querySelectorAll("details[open][id]")].map(({ id }) => id);
}

function restore() {
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
}

document.addEventListener("htmx:beforeSwap", remember);
document.addEventListener("htmx:oobBeforeSwap", remember);
document.addEventListener("htmx:afterSwap", restore);
document.addEventListener("htmx:oobAfterSwap", restore);

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-once]")) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});

// Back from the run's page, the same form may be sent again: the server knows its number.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});
