// A feature pyramid, touchable: how the levels are added, and which sees an object of which size.
import { all, the } from "../../dom.js";
import { convolve } from "../arithmetic/convolution.js";
import { FINEST, levelFor, pixelsOf, wayDown, wayUp } from "../arithmetic/pyramid.js";
import { outline, paint, signed } from "../drawing.js";
import { kernelCalled } from "../kernels.js";
import { filledIn, term, written } from "../numbers.js";
import { pictureCalled } from "../pictures.js";
import { choosable } from "../places.js";
import { canvasOf, describe, figure, numberOf, say, shownBy, tell } from "./parts.js";

/**
 * @typedef {import("../arithmetic/plane.js").Plane} Plane
 * @typedef {import("../drawing.js").Place} Place
 */

const PHOTO = 640; // pixels
const SIDE = PHOTO / pixelsOf(FINEST);
const LEVELS = 3;

const section = figure("pyramid");
const up = wayUp(relief(), LEVELS);
const down = wayDown(up);
const middle = { row: 59, column: 39 }; // of the object, in cells of the finest level

function relief() {
  const kernel = kernelCalled("emboss", 3);
  if (!kernel) throw new Error("no kernel");
  const step = { stride: 1, padding: 1, dilation: 1 };
  return convolve(pictureCalled("house", SIDE), kernel, step);
}

function show() {
  const side = numberOf(section, "side");
  const { exact, rounded, level } = levelFor(side);
  tell(section, "side", side);
  for (const card of all("[data-level]", HTMLElement, section)) {
    const number = Number(card.dataset.level);
    card.classList.toggle("is-chosen", number === level);
    the("[data-sees]", HTMLElement, card).hidden = number !== level;
    const covers = the("[data-covers]", HTMLElement, card);
    const pixels = pixelsOf(number);
    covers.textContent = filledIn(covers.dataset.text, { pixels, cells: side / pixels });
    showLevel(number, side);
  }
  say(section, "level", { side, exact, rounded, level });
  saySum();
}

/**
 * @param {number} level
 * @param {number} side of the object, in pixels
 */
function showLevel(level, side) {
  const cells = side / pixelsOf(level);
  const place = placeIn(level);
  for (const [name, maps] of /** @type {[string, Plane[]][]} */ ([
    ["up", up],
    ["down", down],
  ])) {
    const map = maps[level - FINEST];
    const canvas = canvasOf(section, `${name}-${level}`);
    paint(canvas, map, signed(down[0]));
    const corner = { row: place.exactRow - cells / 2, column: place.exactColumn - cells / 2 };
    outline(canvas, map.height, [{ ...corner, side: cells }], 5);
    describe(canvas, map, place);
  }
}

/**
 * Where the middle of the object lies in a level.
 * @param {number} level
 */
function placeIn(level) {
  const part = pixelsOf(FINEST) / pixelsOf(level);
  const [exactRow, exactColumn] = [(middle.row + 0.5) * part, (middle.column + 0.5) * part];
  return { exactRow, exactColumn, row: Math.floor(exactRow), column: Math.floor(exactColumn) };
}

function saySum() {
  const [three, four, five] = up.map((map, at) => {
    const { row, column } = placeIn(FINEST + at);
    return map.values[row * map.width + column];
  });
  say(section, "sum", {
    three: written(three),
    four: term(four),
    five: term(five),
    sum: down[0].values[middle.row * SIDE + middle.column],
  });
}

const changed = shownBy(section, show);
for (const level of [3, 4, 5]) {
  const side = PHOTO / pixelsOf(level);
  const cell = SIDE / side;
  for (const name of [`up-${level}`, `down-${level}`]) {
    const choose = (/** @type {Place} */ { row, column }) => {
      middle.row = Math.floor((row + 0.5) * cell);
      middle.column = Math.floor((column + 0.5) * cell);
      changed();
    };
    const grid = () => ({ rows: side, columns: side });
    choosable(canvasOf(section, name), grid, () => placeIn(level), choose, false);
  }
}
