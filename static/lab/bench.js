// What stands on the first bench, and what is calculated from it. Nothing here knows the page.
import { convolve, together } from "./arithmetic/convolution.js";
import { difference, rangeOf } from "./arithmetic/plane.js";
import { pool } from "./arithmetic/pooling.js";
import { relu } from "./arithmetic/relu.js";
import { kernelCalled } from "./kernels.js";
import { pictureCalled } from "./pictures.js";

/**
 * @typedef {import("./arithmetic/plane.js").Plane} Plane
 * @typedef {ReturnType<typeof setUp>} Bench
 * @typedef {ReturnType<typeof calculated>} Results
 */

const ONCE = { stride: 1, padding: 0, dilation: 1 };
const SAME = 1e-5; // of the largest number: what rounding alone makes different is less

export function setUp() {
  const kernel = kernelCalled("vertical", 3);
  if (!kernel) throw new Error("no kernel to begin with");
  return {
    picture: pictureCalled("house", 24),
    kernel,
    step: { ...ONCE },
    kind: /** @type {import("./arithmetic/pooling.js").Kind} */ ("max"),
    window: { size: 2, stride: 2, padding: 0 },
  };
}

/** @param {Bench} bench */
export function calculated({ picture, kernel, step, kind, window }) {
  const convolved = convolve(picture, kernel, step);
  const bent = relu(convolved);
  return { convolved, bent, pooled: pool(bent, kind, window) };
}

/**
 * The kernel twice, against the one kernel that the two make together: how far the results are
 * apart, without ReLU in between and with it.
 * @param {Bench} bench
 */
export function twice({ picture, kernel }) {
  const once = convolve(picture, kernel, ONCE);
  const single = convolve(picture, together(kernel, kernel), ONCE);
  const { lowest, highest } = rangeOf(single);
  const rounding = SAME * Math.max(-lowest, highest, 1);
  const apart = (/** @type {Plane} */ map) => {
    const far = difference(convolve(map, kernel, ONCE), single);
    return far < rounding ? 0 : far;
  };
  return {
    side: single.height ? 2 * kernel.height - 1 : 0,
    without: apart(once),
    with: apart(relu(once)),
  };
}
