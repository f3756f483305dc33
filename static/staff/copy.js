// A button copies what stands in the field beside it. Without this module the field can be selected.
import { all, the } from "../dom.js";

/**
 * @param {HTMLButtonElement} button
 * @param {HTMLInputElement} field
 */
async function copy(button, field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.done ?? "";
  } catch {
    // Without HTTPS there is no clipboard for scripts: what is selected can be copied by hand.
    field.focus();
  }
}

for (const button of all("[data-copy]", HTMLButtonElement)) {
  const field = the("[data-copied]", HTMLInputElement, button.parentElement ?? document);
  button.hidden = false;
  button.addEventListener("click", () => copy(button, field));
}
