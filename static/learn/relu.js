// Step 3: what cannot be done without a bend between two layers.
import { the } from "../dom.js";
import { convolve, together } from "../lab/arithmetic/convolution.js";
import { plane, rangeOf } from "../lab/arithmetic/plane.js";
import { relu } from "../lab/arithmetic/relu.js";
import { twice } from "../lab/bench.js";
import { paint, signed } from "../lab/drawing.js";
import { kernelCalled } from "../lab/kernels.js";
import { written } from "../lab/numbers.js";
import { soon } from "../lab/soon.js";
import { tabulate } from "../lab/written-out.js";
import { choice, counted, say } from "./controls.js";
import { canvasCalled, describe, ready } from "./painting.js";
import { greys, picture } from "./picture.js";

/** @typedef {import("../lab/arithmetic/plane.js").Plane} Plane */

const SIDE = 48;
const ONCE = { stride: 1, padding: 0, dilation: 1 };
const EDGE = 0.5; // the least sum that the sentence calls an edge; a full one makes 4
const WITH = "with";

const shades = greys(await picture(), SIDE);
const kernel = kernelCalled("vertical", 3);
if (!kernel) throw new Error("no kernel");
const one = convolve(shades, kernel, ONCE);
const other = negative(one);
const chosen = choice("relu", soon(show));
show();
showCollapse(kernel);
ready();

function show() {
  const isBent = chosen() === WITH;
  const [left, right] = isBent ? [relu(one), relu(other)] : [one, other];
  const values = left.values.map((value, at) => value + right.values[at]);
  const sum = plane(one.height, one.width, values);
  const colour = signed(one);
  for (const [name, map] of /** @type {[string, Plane][]} */ ([
    ["one", left],
    ["other", right],
    ["sum", sum],
  ])) {
    const { lowest, highest } = rangeOf(map);
    paint(canvasCalled(name), map, colour);
    describe(canvasCalled(name), `${written(lowest)} … ${written(highest)}`);
  }
  const edges = values.filter((value) => value >= EDGE).length;
  const told = { all: counted(values.length), edges: counted(edges) };
  say(
    "[data-verdict]",
    { ...told, highest: rangeOf(sum).highest },
    isBent ? "textWith" : "textWithout",
  );
}

/**
 * @param {Plane} map
 * @returns {Plane}
 */
function negative(map) {
  return { ...map, values: map.values.map((value) => -value) };
}

/** @param {Plane} edges */
function showCollapse(edges) {
  const apart = twice({
    picture: shades,
    kernel: edges,
    step: ONCE,
    kind: "max",
    window: { size: 2, stride: 2, padding: 0 },
  });
  tabulate(the("[data-first]", HTMLTableElement), edges);
  tabulate(the("[data-second]", HTMLTableElement), edges);
  tabulate(the("[data-together]", HTMLTableElement), together(edges, edges));
  the('[data-apart="without"]', HTMLElement).textContent = written(apart.without);
  the('[data-apart="with"]', HTMLElement).textContent = written(apart.with);
}
