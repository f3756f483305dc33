// SimAM, touchable: a place of a small map, its energy and its weight.
import { convolve } from "../arithmetic/convolution.js";
import { attentionTo, LAMBDA, simam } from "../arithmetic/simam.js";
import { grey, signed } from "../drawing.js";
import { kernelCalled } from "../kernels.js";
import { term, written } from "../numbers.js";
import { pictureCalled } from "../pictures.js";
import { fieldOf, figure, numberOf, say, showMap, shownBy, tell, wirePlace } from "./parts.js";

/** @typedef {import("../drawing.js").Place} Place */

const SIDE = 8;
const LEAST_WEIGHT = 1 / (1 + Math.exp(-0.5)); // of a number that is the mean
const FINE = 4; // digits

const section = figure("simam");
const picture = fieldOf(section, "picture");
const number = fieldOf(section, "number");
const place = { row: 5, column: 7 };
let map = edgesOf(picture.value);

/** @param {string} name */
function edgesOf(name) {
  const kernel = kernelCalled("vertical", 3);
  if (!kernel) throw new Error("no kernel");
  const step = { stride: 1, padding: 1, dilation: 1 };
  return convolve(pictureCalled(name, SIDE), kernel, step);
}

const at = () => place.row * SIDE + place.column;

function show() {
  const { spread, weights, result } = simam(map);
  const value = map.values[at()];
  tell(section, "number", value);
  showMap(section, "given", map, place, signed(map));
  showMap(section, "weights", weights, place, (weight) =>
    grey((weight - LEAST_WEIGHT) / (1 - LEAST_WEIGHT)),
  );
  showMap(section, "weighed", result, place, signed(map));
  sayAll(value, spread);
}

/**
 * @param {number} value
 * @param {ReturnType<typeof simam>["spread"]} spread
 */
function sayAll(value, spread) {
  const { mean, squares, variance } = spread;
  const { energy, inverse, weight, result } = attentionTo(value, spread);
  say(section, "spread", {
    mean: written(mean, FINE),
    squares: written(squares, FINE),
    all: map.values.length,
    variance: written(variance, FINE),
  });
  say(section, "energy", {
    smoothed: written(variance + LAMBDA, FINE),
    distance: written((value - mean) ** 2, FINE),
    energy: written(energy, FINE),
  });
  say(section, "weight", {
    energy: written(energy, FINE),
    inverse: written(inverse, FINE),
    weight: written(weight, FINE),
  });
  say(section, "result", {
    number: term(value),
    weight: written(weight, FINE),
    result: written(result, FINE),
  });
}

function takeNumber() {
  number.value = String(map.values[at()]);
}

picture.addEventListener("input", () => {
  map = edgesOf(picture.value);
  takeNumber();
});
number.addEventListener("input", () => {
  map.values[at()] = numberOf(section, "number");
});
takeNumber();
const changed = shownBy(section, show);
wirePlace(section, SIDE, place, () => {
  takeNumber();
  changed();
});
