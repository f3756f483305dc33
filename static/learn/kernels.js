// Step 2: a kernel slides over the picture, and its map comes to be.
import { the } from "../dom.js";
import { convolve, productsAt } from "../lab/arithmetic/convolution.js";
import { valueAt } from "../lab/arithmetic/plane.js";
import { frame, grey, paint, signed } from "../lab/drawing.js";
import { kernelCalled } from "../lab/kernels.js";
import { written } from "../lab/numbers.js";
import { choosable, within } from "../lab/places.js";
import { soon } from "../lab/soon.js";
import { sumOf, tabulate } from "../lab/written-out.js";
import { canvasCalled, describe, frameSquare, ready } from "./painting.js";
import { greys, picture } from "./picture.js";

/**
 * @typedef {import("../lab/arithmetic/plane.js").Plane} Plane
 * @typedef {import("../lab/drawing.js").Place} Place
 */

const SIDE = 48;
const SIZE = 3;
const ONCE = { stride: 1, padding: 0, dilation: 1 };
const SLIDES_MS = 8000; // over the whole picture
const UNKNOWN = "#8a9391";

const grid = { rows: SIDE - SIZE + 1, columns: SIDE - SIZE + 1 };
const shades = greys(await picture(), SIDE);
const kernels = the("[data-kernels]", HTMLSelectElement);
const button = the("[data-slide]", HTMLButtonElement);
const startText = button.textContent;
const sum = the("[data-sum]", HTMLElement);
const [input, output] = ["picture", "map"].map(canvasCalled);
const draw = soon(show);
let kernel = chosenKernel();
let map = convolve(shades, kernel, ONCE);
/** @type {Place} */
let place = { row: 20, column: 20 };
let slidingSince = 0; // 0: it does not slide

kernels.addEventListener("change", () => {
  kernel = chosenKernel();
  map = convolve(shades, kernel, ONCE);
  draw();
});
for (const canvas of [input, output]) {
  // On the picture a place is the middle of the kernel, on the map its own cell.
  const margin = canvas === input ? 1 : 0;
  choosable(
    canvas,
    () => ({ rows: grid.rows + 2 * margin, columns: grid.columns + 2 * margin }),
    () => ({ row: place.row + margin, column: place.column + margin }),
    ({ row, column }) => {
      stop();
      place = within(grid, { row: row - margin, column: column - margin });
      draw();
    },
  );
}
button.addEventListener("click", () => (slidingSince ? stop() : start()));
button.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
show();
ready();

/** @returns {Plane} */
function chosenKernel() {
  const found = kernelCalled(kernels.value, SIZE);
  if (!found) throw new Error(`no kernel ${kernels.value}`);
  return found;
}

function start() {
  slidingSince = performance.now();
  button.textContent = button.dataset.textStop ?? "";
  sum.ariaLive = "off"; // it would be read out without an end
  requestAnimationFrame(slide);
}

function stop() {
  slidingSince = 0;
  button.textContent = startText;
  sum.ariaLive = "polite";
}

/** @param {number} now */
function slide(now) {
  if (!slidingSince) return;
  const places = grid.rows * grid.columns;
  const at = Math.min(places - 1, Math.floor(((now - slidingSince) / SLIDES_MS) * places));
  place = { row: Math.floor(at / grid.columns), column: at % grid.columns };
  if (at === places - 1) stop();
  show();
  if (slidingSince) requestAnimationFrame(slide);
}

function show() {
  paint(input, shades, grey);
  frameSquare(input, SIDE, { ...place, side: SIZE });
  showMap();
  const at = productsAt(shades, kernel, ONCE, place.row, place.column);
  tabulate(the("[data-patch]", HTMLTableElement), at.patch, true);
  tabulate(the("[data-kernel]", HTMLTableElement), kernel);
  tabulate(the("[data-products]", HTMLTableElement), at.products);
  sum.textContent = sumOf(at.patch, kernel, at.sum);
  const value = written(valueAt(map, place.row, place.column, 0));
  for (const canvas of [input, output]) describe(canvas, value);
}

/** While it slides, only what was passed is there. */
function showMap() {
  const passed = slidingSince ? place.row * grid.columns + place.column : map.values.length;
  const colour = signed(map);
  const values = map.values.map((value, at) => (at <= passed ? value : Number.NaN));
  paint(output, { ...map, values }, (value) => (Number.isNaN(value) ? UNKNOWN : colour(value)));
  frame(output, grid.rows, [place]);
}
