// Step 1: the pixels in a frame, as numbers.
import { the } from "../dom.js";
import { choosable, within } from "../lab/places.js";
import { soon } from "../lab/soon.js";
import { choice, counted, say, slider } from "./controls.js";
import { canvasCalled, describe, frameSquare, ready, showPixels } from "./painting.js";
import { colours, picture } from "./picture.js";

/** @typedef {import("../lab/drawing.js").Place} Place */

const PATCH = 5;
const COLOURS = 3;
const ALL = "all";
const LIGHT = 140; // from here on a shade needs dark figures

const image = await picture();
const canvas = canvasCalled("picture");
const table = the("[data-pixels]", HTMLTableElement);
const draw = soon(show);
const side = slider("side", draw);
const channel = choice("channel", draw);
/** @type {{ side: number, pixels: ImageData }} */
let shrunk = { side: 0, pixels: colours(image, 1) };
let chosen = { row: 0.5, column: 0.5 }; // in parts of 1, so that it stays where it is

choosable(canvas, grid, place, (next) => {
  chosen = { row: (next.row + 0.5) / side(), column: (next.column + 0.5) / side() };
  draw();
});
show();
ready();

function grid() {
  return { rows: side(), columns: side() };
}

/** @returns {Place} */
function place() {
  const row = Math.floor(chosen.row * side());
  return within(grid(), { row, column: Math.floor(chosen.column * side()) });
}

function show() {
  if (shrunk.side !== side()) shrunk = { side: side(), pixels: colours(image, side()) };
  const [{ row, column }, most] = [place(), side() - PATCH];
  const margin = (PATCH - 1) / 2;
  const top = Math.max(0, Math.min(most, row - margin));
  const left = Math.max(0, Math.min(most, column - margin));
  showPixels(canvas, shrunk.pixels);
  frameSquare(canvas, side(), { row: top, column: left, side: PATCH });
  tabulate(top, left, { row, column });
  const [red, green, blue] = numbersAt(row, column);
  say("[data-said]", { row: row + 1, column: column + 1, red, green, blue });
  describe(canvas, the("[data-said]", HTMLElement).textContent ?? "");
  say("[data-count]", { side: side(), all: counted(side() ** 2 * COLOURS) });
}

/**
 * @param {number} row
 * @param {number} column
 */
function numbersAt(row, column) {
  const at = (row * shrunk.side + column) * 4;
  return [...shrunk.pixels.data.subarray(at, at + COLOURS)];
}

/**
 * @param {number} top
 * @param {number} left
 * @param {Place} current
 */
function tabulate(top, left, current) {
  const body = document.createElement("tbody");
  for (let row = top; row < top + PATCH; row++) {
    const line = body.insertRow();
    for (let column = left; column < left + PATCH; column++) {
      const cell = line.insertCell();
      fill(cell, numbersAt(row, column));
      if (row === current.row && column === current.column) cell.className = "is-chosen";
    }
  }
  the("tbody", HTMLElement, table).replaceWith(body);
}

/**
 * @param {HTMLTableCellElement} cell
 * @param {number[]} numbers
 */
function fill(cell, numbers) {
  const which = channel();
  const shown =
    which === ALL ? numbers : numbers.map((one, at) => (String(at) === which ? one : 0));
  const [red, green, blue] = shown;
  cell.style.backgroundColor = `rgb(${red}, ${green}, ${blue})`;
  cell.style.color = 0.3 * red + 0.59 * green + 0.11 * blue < LIGHT ? "#fff" : "#000";
  const lines = which === ALL ? numbers : [numbers[Number(which)]];
  cell.replaceChildren(
    ...lines.map((number) => {
      const line = document.createElement("span");
      line.textContent = `${number} `;
      return line;
    }),
  );
}
