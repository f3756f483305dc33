// What the owner of a photo says beside the network: templates/staff/review/_queue_suggestion.html.
import { maybe } from "../../dom.js";

/**
 * Decide as the owner says.
 * @param {HTMLElement | undefined} article
 */
export function followOwner(article) {
  if (article) maybe("[data-suggested]", HTMLElement, article)?.click();
}

/**
 * That there is another one is confirmed together with the decision about the photo; returns what
 * to say, if the owner says so at all.
 * @param {HTMLElement | undefined} article
 */
export function toggleAnother(article) {
  const button = article && buttonOf(article);
  if (!button) return undefined;
  const agrees = button.ariaPressed !== "true";
  button.ariaPressed = String(agrees);
  return agrees ? button.dataset.text : button.dataset.textNot;
}

/**
 * What a decision about the photo says besides its label.
 * @param {HTMLElement} article
 * @returns {import("./send.js").Fields}
 */
export function agreement(article) {
  const button = buttonOf(article);
  return button?.ariaPressed === "true" ? { agrees: button.dataset.agrees ?? "" } : {};
}

/** @param {HTMLElement} article */
const buttonOf = (article) => maybe("[data-agrees]", HTMLElement, article);
