// The new token, and the examples, into the clipboard. Without this, they can be selected and copied
// by hand.
import { maybe, the } from "../dom.js";

const secret = maybe("[data-secret]", HTMLInputElement);
const copy = maybe("[data-copy]", HTMLButtonElement);

secret?.addEventListener("focus", () => secret.select());

if (secret && copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", () => put(copy, secret.value));
}

for (const button of document.querySelectorAll("[data-copy-next]")) {
  if (!(button instanceof HTMLButtonElement) || !navigator.clipboard) continue;
  button.hidden = false;
  const example = button.parentElement?.nextElementSibling;
  button.addEventListener("click", () => put(button, example?.textContent ?? ""));
}

/**
 * @param {HTMLButtonElement} button
 * @param {string} text
 */
async function put(button, text) {
  await navigator.clipboard.writeText(text);
  the(".while-new", HTMLElement, button).hidden = true;
  the(".when-copied", HTMLElement, button).hidden = false;
}
