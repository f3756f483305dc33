// Which numbers of a picture a number of a map depends on, through dilated convolutions one after
// the other (stride 1).
import { together } from "./convolution.js";
import { plane } from "./plane.js";
import { reach } from "./size.js";

/** @typedef {import("./plane.js").Plane} Plane */

export const KERNEL = 3;

/**
 * A kernel of ones with its gaps written as zeros.
 * @param {number} dilation
 */
function spread(dilation) {
  const side = reach(KERNEL, dilation);
  const spaced = plane(side, side);
  for (let row = 0; row < side; row += dilation) {
    for (let column = 0; column < side; column += dilation) spaced.values[row * side + column] = 1;
  }
  return spaced;
}

/**
 * In how many ways each place around one counts for it; 0: a gap.
 * @param {number[]} dilations of each layer
 * @returns {Plane}
 */
export function waysFrom(dilations) {
  return dilations.map(spread).reduce(together, plane(1, 1, [1]));
}
