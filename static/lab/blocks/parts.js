// What the figures of the building blocks share: their fields, their sentences, and their maps.
import { all, the } from "../../dom.js";
import { valueAt } from "../arithmetic/plane.js";
import { frame, paint } from "../drawing.js";
import { filledIn, written } from "../numbers.js";
import { choosable } from "../places.js";
import { soon } from "../soon.js";

/**
 * @typedef {import("../arithmetic/plane.js").Plane} Plane
 * @typedef {import("../drawing.js").Place} Place
 * @typedef {Record<string, string | number>} Values
 */

/** @param {string} name */
export const figure = (name) => the(`[data-block="${name}"]`, HTMLElement);

/**
 * A field of a figure: its value as a number.
 * @param {HTMLElement} section
 * @param {string} name
 */
export function numberOf(section, name) {
  return Number(fieldOf(section, name).value);
}

/**
 * @param {HTMLElement} section
 * @param {string} name
 * @returns {HTMLInputElement | HTMLSelectElement}
 */
export function fieldOf(section, name) {
  const field = the(`[data-choice="${name}"]`, HTMLElement, section);
  if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) return field;
  throw new Error(`${name} is no field`);
}

/**
 * Shows a figure now, and again whenever one of its fields is changed.
 * @param {HTMLElement} section
 * @param {() => void} show
 * @returns {() => void} to be called when something else has changed
 */
export function shownBy(section, show) {
  const changed = soon(show);
  section.addEventListener("input", changed);
  show();
  return changed;
}

/**
 * Fills a sentence of a figure.
 * @param {HTMLElement} section
 * @param {string} name
 * @param {Values} values
 * @param {string} [text] which of its sentences
 */
export function say(section, name, values, text = "text") {
  const sentence = the(`[data-say="${name}"]`, HTMLElement, section);
  sentence.textContent = filledIn(sentence.dataset[text], values);
}

/**
 * Beside a slider: what it stands at.
 * @param {HTMLElement} section
 * @param {string} name
 * @param {number | string} value
 */
export function tell(section, name, value) {
  const output = the(`[data-value="${name}"]`, HTMLElement, section);
  output.textContent = typeof value === "number" ? written(value) : value;
}

/** @param {HTMLElement} section */
export const canvasesOf = (section) => all("[data-map]", HTMLCanvasElement, section);

/**
 * @param {HTMLElement} section
 * @param {string} name
 */
export const canvasOf = (section, name) => the(`[data-map="${name}"]`, HTMLCanvasElement, section);

/**
 * @param {HTMLElement} section
 * @param {string} name
 * @param {Plane} plane
 * @param {Place} place that is framed
 * @param {(value: number) => string} colour
 */
export function showMap(section, name, plane, place, colour) {
  const canvas = canvasOf(section, name);
  paint(canvas, plane, colour);
  frame(canvas, plane.height, [place]);
  describe(canvas, plane, place);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Plane} plane
 * @param {Place} place
 */
export function describe(canvas, plane, { row, column }) {
  const label = filledIn(canvas.dataset.text, {
    name: canvas.dataset.name ?? "",
    rows: plane.height,
    columns: plane.width,
    row: row + 1,
    column: column + 1,
    value: valueAt(plane, row, column, 0),
  });
  canvas.setAttribute("aria-label", label);
}

/**
 * Lets people choose one place in all maps of a figure.
 * @param {HTMLElement} section
 * @param {number} side of the maps
 * @param {Place} place is moved
 * @param {() => void} changed
 */
export function wirePlace(section, side, place, changed) {
  const grid = () => ({ rows: side, columns: side });
  for (const canvas of canvasesOf(section)) {
    const choose = (/** @type {Place} */ to) => {
      Object.assign(place, to);
      changed();
    };
    choosable(canvas, grid, () => place, choose, false);
  }
}
