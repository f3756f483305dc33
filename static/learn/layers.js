// Step 5: the kernels of a real first layer, and how much of the picture later layers see.
import { the } from "../dom.js";
import { rangeOf } from "../lab/arithmetic/plane.js";
import { filledIn } from "../lab/numbers.js";
import { choosable } from "../lab/places.js";
import { soon } from "../lab/soon.js";
import { say, slider } from "./controls.js";
import { fieldsOf, mapsOf, networkFrom, pictureOf, SIDE } from "./first-layer.js";
import {
  brightnessOf,
  canvasCalled,
  describe,
  frameSquare,
  ready,
  showPixels,
} from "./painting.js";
import { colours, picture } from "./picture.js";

const pixels = colours(await picture(), SIDE);
const { dataset } = the("[data-network]", HTMLElement);
const { first, windows } = await networkFrom(dataset.network ?? "");
const maps = mapsOf(pixels, first);
const spreads = maps.map(spreadOf);
const order = maps.map((_, at) => at).sort((one, other) => spreads[other] - spreads[one]);
const fields = fieldsOf(windows);
const layer = slider("layer", soon(showField));
let middle = { row: SIDE / 2, column: SIDE / 2 };

const buttons = order.map((at) => buttonOf(at));
the("[data-kernels]", HTMLElement).replaceChildren(...buttons);
showPixels(canvasCalled("picture"), pixels);
choose(order[0]);
const all = { rows: SIDE, columns: SIDE };
choosable(
  canvasCalled("field"),
  () => all,
  () => middle,
  (place) => {
    middle = place;
    showField();
  },
);
showField();
ready();

/** @param {number} at */
function buttonOf(at) {
  const button = document.createElement("button");
  button.type = "button";
  const text = the("[data-kernels]", HTMLElement).dataset.text;
  button.setAttribute("aria-label", filledIn(text, { number: at + 1 }));
  const canvas = document.createElement("canvas");
  showPixels(canvas, pictureOf(first.kernels[at]));
  button.append(canvas);
  button.addEventListener("click", () => choose(at));
  return button;
}

/** @param {number} at */
function choose(at) {
  order.forEach((one, place) => {
    buttons[place].setAttribute("aria-pressed", String(one === at));
  });
  showPixels(canvasCalled("map"), brightnessOf(maps[at]));
  say("[data-said]", { number: at + 1, ...rangeOf(maps[at]) });
  describe(canvasCalled("map"), the("[data-said]", HTMLElement).textContent ?? "");
}

/**
 * How much the numbers of a map differ: their variance.
 * @param {import("../lab/arithmetic/plane.js").Plane} map
 */
function spreadOf({ values }) {
  const mean = values.reduce((sum, value) => sum + value) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
}

function showField() {
  const canvas = canvasCalled("field");
  const side = fields[layer() - 1];
  showPixels(canvas, pixels);
  const corner = (/** @type {number} */ at) => Math.floor(at - side / 2 + 0.5);
  frameSquare(canvas, SIDE, { row: corner(middle.row), column: corner(middle.column), side });
  say("[data-sees]", { layer: layer(), side }, side < SIDE ? "text" : "textWhole");
  describe(canvas, the("[data-sees]", HTMLElement).textContent ?? "");
}
