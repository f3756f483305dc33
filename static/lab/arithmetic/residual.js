// A residual block: what two convolutions make of maps is added to the maps themselves. That of
// He et al. 2016 for one map, without batch normalisation, which changes nothing of the idea.
import { convolve } from "./convolution.js";
import { relu } from "./relu.js";

/**
 * @typedef {import("./plane.js").Plane} Plane
 * @typedef {{ kernels: [Plane, Plane], scale: number, isAdded: boolean }} Block
 *   scale: what the block's own part is multiplied with; isAdded: whether there is the shortcut
 */

/**
 * What the block adds.
 * @param {Plane} input
 * @param {Block} block
 * @returns {Plane}
 */
export function addedBy(input, { kernels, scale }) {
  const [first, second] = kernels;
  const step = { stride: 1, padding: (first.height - 1) / 2, dilation: 1 };
  const made = convolve(relu(convolve(input, first, step)), second, step);
  return { ...made, values: made.values.map((value) => value * scale) };
}

/**
 * @param {Plane} input
 * @param {Block} block
 * @returns {Plane}
 */
export function through(input, block) {
  const added = addedBy(input, block);
  if (!block.isAdded) return relu(added);
  return relu({ ...added, values: added.values.map((value, at) => value + input.values[at]) });
}

/**
 * Through the same block several times.
 * @param {Plane} input
 * @param {Block} block
 * @param {number} times
 */
export function deep(input, block, times) {
  let maps = input;
  for (let time = 0; time < times; time++) maps = through(maps, block);
  return maps;
}
