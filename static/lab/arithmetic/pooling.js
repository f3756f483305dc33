// Of each window one number goes on. As torch.nn.functional.max_pool2d and avg_pool2d do it: what
// lies outside never wins a maximum, and counts as zero in an average.
import { filled, valueAt } from "./plane.js";
import { outputSide } from "./size.js";

/**
 * @typedef {import("./plane.js").Plane} Plane
 * @typedef {"max" | "average"} Kind
 * @typedef {{ size: number, stride: number, padding: number }} Window
 */

/**
 * @param {Plane} input
 * @param {Kind} kind
 * @param {Window} window
 * @returns {Plane}
 */
export function pool(input, kind, window) {
  const { size, stride, padding } = window;
  if (padding * 2 > size) throw new RangeError("more padding than half a window");
  const step = { stride, padding, dilation: 1 };
  return filled(
    outputSide(input.height, size, step),
    outputSide(input.width, size, step),
    (row, column) => windowAt(input, kind, window, row, column).result,
  );
}

/**
 * One place of the result: what its window holds, and what becomes of it. Values that are not in
 * the picture are -Infinity for a maximum.
 * @param {Plane} input
 * @param {Kind} kind
 * @param {Window} window
 * @param {number} row
 * @param {number} column
 */
export function windowAt(input, kind, { size, stride, padding }, row, column) {
  const top = row * stride - padding;
  const left = column * stride - padding;
  const outside = kind === "max" ? -Infinity : 0;
  const held = filled(size, size, (down, right) =>
    valueAt(input, top + down, left + right, outside),
  );
  const sum = held.values.reduce((total, value) => total + value, 0);
  const result = kind === "max" ? Math.max(...held.values) : Math.fround(sum / (size * size));
  return { top, left, held, result };
}
