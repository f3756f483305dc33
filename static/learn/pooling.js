// Step 4: how many places a window finds.
import { all, the } from "../dom.js";
import { convolve } from "../lab/arithmetic/convolution.js";
import { filled, valueAt } from "../lab/arithmetic/plane.js";
import { pool } from "../lab/arithmetic/pooling.js";
import { outputSide, workedOut } from "../lab/arithmetic/size.js";
import { frame, grey, paint } from "../lab/drawing.js";
import { written } from "../lab/numbers.js";
import { choosable, within } from "../lab/places.js";
import { soon } from "../lab/soon.js";
import { choice, limit, say, slide, slider } from "./controls.js";
import { canvasCalled, describe, frameSquare, ready } from "./painting.js";
import { greys, picture } from "./picture.js";

/** @typedef {import("../lab/drawing.js").Place} Place */

const MAX = "max";
const MOST_PADDING = 3;

const image = await picture();
const draw = soon(show);
const [n, k, p, s] = ["n", "k", "p", "s"].map((name) => slider(name, draw));
const kind = choice("kind", draw);
const [input, output] = ["picture", "map"].map(canvasCalled);
let shades = greys(image, n());
/** @type {Place} */
let chosen = { row: 8, column: 8 };

choosable(output, grid, place, (next) => {
  chosen = next;
  draw();
});
for (const button of all("[data-preset]", HTMLButtonElement)) {
  button.addEventListener("click", () => take(button.dataset.preset ?? ""));
}
show();
ready();

/** @param {string} preset kernel, padding, stride and kind */
function take(preset) {
  const [size, padding, stride, how] = preset.split(" ");
  the(`[name="kind"][value="${how}"]`, HTMLInputElement).checked = true;
  limit("p", MOST_PADDING);
  slide("k", Number(size));
  slide("p", Number(padding));
  slide("s", Number(stride));
  draw();
}

function grid() {
  const side = outputSide(n(), k(), step());
  return { rows: side, columns: side };
}

function place() {
  return within(grid(), chosen);
}

function step() {
  return { stride: s(), padding: p(), dilation: 1 };
}

/** As PyTorch's pooling has it, the padding is at most half the window. */
function calculated() {
  if (kind() === MAX) return pool(shades, MAX, { size: k(), stride: s(), padding: p() });
  return convolve(shades, blur(), step());
}

function blur() {
  return filled(k(), k(), () => 1 / k() ** 2);
}

function show() {
  limit("p", kind() === MAX ? Math.floor(k() / 2) : MOST_PADDING);
  if (shades.height !== n()) shades = greys(image, n());
  const map = calculated();
  const { row, column } = place();
  const value = written(valueAt(map, row, column, 0));
  const whole = n() + 2 * p();
  the("[data-formula]", HTMLElement).textContent =
    `(n + 2p − k) / s + 1 = ${workedOut(n(), k(), step()).join(" = ")}`;
  paint(input, shades, grey, p());
  frameSquare(input, whole, { row: row * s(), column: column * s(), side: k() });
  paint(output, map, grey);
  frame(output, map.height, [{ row, column }]);
  output.style.width = `${(100 * map.height) / whole}%`; // pixels of both are equally large
  say("[data-input]", { side: whole });
  say("[data-output]", { side: map.height, value });
  describe(input, the("[data-input]", HTMLElement).textContent ?? "");
  describe(output, the("[data-output]", HTMLElement).textContent ?? "");
}
