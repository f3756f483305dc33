// One place of a result, written out: the numbers of the patch and of the kernel, and their sum.
import { the } from "../dom.js";
import { grey } from "./drawing.js";
import { term, written } from "./numbers.js";

/** @typedef {import("./arithmetic/plane.js").Plane} Plane */

const LIGHT = 0.55; // from here on a shade needs dark figures

/**
 * Fills the body of a table with the numbers of a plane.
 * @param {HTMLTableElement} table
 * @param {Plane} plane
 * @param {boolean} [isShaded] as the picture shows them
 */
export function tabulate(table, { height, width, values }, isShaded = false) {
  const body = document.createElement("tbody");
  for (let row = 0; row < height; row++) {
    const line = body.insertRow();
    for (let column = 0; column < width; column++) {
      const value = values[row * width + column];
      const cell = line.insertCell();
      cell.textContent = Number.isFinite(value) ? written(value) : "–";
      if (isShaded) shade(cell, value);
    }
  }
  the("tbody", HTMLElement, table).replaceWith(body);
}

/**
 * @param {HTMLTableCellElement} cell
 * @param {number} value
 */
function shade(cell, value) {
  cell.style.backgroundColor = grey(value);
  cell.style.color = value < LIGHT ? "#fff" : "#000";
}

/**
 * "0.5 × 2 + 1 × (−1) = 0"; products with a zero are counted, not written.
 * @param {Plane} patch
 * @param {Plane} kernel
 * @param {number} sum
 */
export function sumOf(patch, kernel, sum) {
  const terms = [...patch.values].flatMap((value, at) =>
    value && kernel.values[at] ? [`${written(value)} × ${term(kernel.values[at])}`] : [],
  );
  return `${terms.join(" + ") || "0"} = ${written(sum)}`;
}

/**
 * What pooling does with one window.
 * @param {Plane} held
 * @param {import("./arithmetic/pooling.js").Kind} kind
 * @param {number} result
 */
export function summaryOf(held, kind, result) {
  const values = [...held.values].filter(Number.isFinite);
  if (kind === "max")
    return `max(${values.map((value) => written(value)).join(", ")}) = ${written(result)}`;
  return `(${values.map((value) => term(value)).join(" + ")}) / ${values.length} = ${written(result)}`;
}
