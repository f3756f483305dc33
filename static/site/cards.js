// What the modules of the upload page share: making, finding and replacing cards.
import { all, childrenOf, maybe, the } from "../dom.js";

/**
 * `sent`: the part of its file that has arrived, 0 to 1.
 * @typedef {HTMLElement & { sent?: number }} Card
 */

/** @returns {Card[]} */
export const cards = () => all(".card", HTMLElement);

/** @param {string[]} states */
export const cardsIn = (...states) =>
  cards().filter((card) => states.includes(card.dataset.state ?? ""));

export const waitingCards = () =>
  cardsIn("pending", "running").filter((card) => card.dataset.photo);

/**
 * @param {string} name
 * @returns {Card}
 */
export function fromTemplate(name) {
  const template = the(`template[data-template="${name}"]`, HTMLTemplateElement);
  const [card] = childrenOf(template.content);
  return /** @type {Card} */ (card.cloneNode(true));
}

/**
 * The picture that is on the screen already stays there: nothing flickers, nothing is fetched.
 * @param {Card} card
 * @param {Card[]} successors
 */
export function replace(card, ...successors) {
  const picture = card.querySelector("img");
  const successor = successors.length === 1 && successors[0].querySelector("img");
  if (successor && picture?.src.startsWith("blob:") && picture.naturalWidth) {
    successor.src = picture.src;
    successor.hidden = false;
  }
  const hadFocus = card.contains(document.activeElement);
  card.replaceWith(...successors);
  if (hadFocus && successors.length) maybe("a, button", HTMLElement, successors[0])?.focus();
  changed();
}

// Progress and the watch for answers listen to this.
export function changed() {
  document.dispatchEvent(new CustomEvent("ark:cards"));
}
