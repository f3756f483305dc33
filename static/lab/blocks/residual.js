// A residual block, touchable: what it adds, and what many of them make of a map.
import { plane, rangeOf } from "../arithmetic/plane.js";
import { addedBy, deep, through } from "../arithmetic/residual.js";
import { signed } from "../drawing.js";
import { kernelCalled } from "../kernels.js";
import { term, written } from "../numbers.js";
import { pictureCalled } from "../pictures.js";
import { figure, numberOf, say, showMap, shownBy, tell, wirePlace } from "./parts.js";

/** @typedef {import("../arithmetic/plane.js").Plane} Plane */

const SIDE = 16;
const FINE = 6; // digits; what vanishes is small
const EDGES_PART = 1 / 8; // so that F(x) is no larger than x

const section = figure("residual");
const picture = pictureCalled("house", SIDE);
const place = { row: 6, column: 5 };
const kernels = /** @type {[Plane, Plane]} */ ([scaled("edges", EDGES_PART), scaled("blur", 1)]);

/**
 * @param {string} name
 * @param {number} part
 */
function scaled(name, part) {
  const kernel = kernelCalled(name, 3);
  if (!kernel) throw new Error("no kernel");
  return plane(
    3,
    3,
    kernel.values.map((value) => value * part),
  );
}

function show() {
  const [scale, times] = [numberOf(section, "scale"), numberOf(section, "times")];
  tell(section, "scale", `× ${written(scale)}`);
  tell(section, "times", times);
  const block = { kernels, scale, isAdded: true };
  const [added, sum] = [addedBy(picture, block), through(picture, block)];
  const colour = signed(picture);
  showMap(section, "x", picture, place, colour);
  showMap(section, "added", added, place, colour);
  showMap(section, "sum", sum, place, colour);
  const at = place.row * SIDE + place.column;
  say(section, "place", {
    row: place.row + 1,
    column: place.column + 1,
    x: picture.values[at],
    added: term(added.values[at]),
    sum: sum.values[at],
  });
  showDeep(block, times);
}

/**
 * @param {import("../arithmetic/residual.js").Block} block
 * @param {number} times
 */
function showDeep(block, times) {
  const maps = {
    with: deep(picture, block, times),
    without: deep(picture, { ...block, isAdded: false }, times),
  };
  for (const [name, map] of Object.entries(maps)) {
    showMap(section, name, map, place, signed(name === "with" ? map : picture));
  }
  say(section, "deep", {
    times,
    first: rangeOf(picture).highest,
    with: rangeOf(maps.with).highest,
    without: written(rangeOf(maps.without).highest, FINE),
  });
}

wirePlace(section, SIDE, place, shownBy(section, show));
