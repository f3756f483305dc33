// Sliders and choices of the tour's figures, and sentences about what they show.
import { all, the } from "../dom.js";
import { filledIn, written } from "../lab/numbers.js";

/**
 * @param {string} name
 * @param {() => void} changed
 * @returns {() => number} what it says now
 */
export function slider(name, changed) {
  const field = fieldOf(name);
  field.addEventListener("input", () => {
    tell(name);
    changed();
  });
  tell(name);
  return () => Number(field.value);
}

/**
 * @param {string} name
 * @param {number} value
 */
export function slide(name, value) {
  fieldOf(name).value = String(value);
  tell(name);
}

/**
 * @param {string} name
 * @param {number} most
 */
export function limit(name, most) {
  fieldOf(name).max = String(most);
  tell(name);
}

/** @param {string} name */
function tell(name) {
  const value = Number(fieldOf(name).value);
  the(`[data-value="${name}"]`, HTMLOutputElement).textContent = written(value);
}

/** @param {string} name */
const fieldOf = (name) => the(`[data-slider="${name}"]`, HTMLInputElement);

/**
 * @param {string} name
 * @param {() => void} changed
 * @returns {() => string} the value of what is chosen
 */
export function choice(name, changed) {
  for (const field of all(`[name="${name}"]`, HTMLInputElement)) {
    field.checked = field.defaultChecked; // browsers keep what was chosen before
    field.addEventListener("change", changed);
  }
  return () => the(`[name="${name}"]:checked`, HTMLInputElement).value;
}

/**
 * Fills a sentence of the page.
 * @param {string} selector
 * @param {Record<string, string | number>} values
 * @param {string} [which] one of its sentences, if it has several
 */
export function say(selector, values, which = "text") {
  const element = the(selector, HTMLElement);
  const text = filledIn(element.dataset[which], values);
  if (element.textContent !== text) element.textContent = text;
}

/** @param {number} value */
export const counted = (value) => value.toLocaleString(document.documentElement.lang || "en");
