// The kernels to choose from, in both sizes, row after row.
import { filled, plane, valueAt } from "./arithmetic/plane.js";

/** @typedef {import("./arithmetic/plane.js").Plane} Plane */

export const OWN = "own";
const BLUR_3 = [1, 2, 1, 2, 4, 2, 1, 2, 1].map((part) => part / 16);
const SMOOTH = [1, 4, 6, 4, 1];

/** @type {Record<string, number[][]>} */
const KERNELS = {
  nothing: [only(3, 1), only(5, 1)],
  vertical: [
    [-1, 0, 1, -2, 0, 2, -1, 0, 1],
    SMOOTH.flatMap((part) => [-2, -1, 0, 1, 2].map((side) => side * part)),
  ],
  horizontal: [
    [-1, -2, -1, 0, 0, 0, 1, 2, 1],
    [-2, -1, 0, 1, 2].flatMap((side) => SMOOTH.map((part) => side * part)),
  ],
  edges: [around(3, 8, -1), around(5, 24, -1)],
  blur: [BLUR_3, Array(25).fill(0.04)],
  sharpen: [
    [0, -1, 0, -1, 5, -1, 0, -1, 0],
    [0, 0, -1, 0, 0, 0, -1, -2, -1, 0, -1, -2, 17, -2, -1, 0, -1, -2, -1, 0, 0, 0, -1, 0, 0],
  ],
  emboss: [
    [-2, -1, 0, -1, 1, 1, 0, 1, 2],
    [-2, -1, -1, 0, 0, -1, -2, -1, 0, 0, -1, -1, 1, 1, 1, 0, 0, 1, 2, 1, 0, 0, 1, 1, 2],
  ],
};

/**
 * @param {string} name
 * @param {number} size 3 or 5
 * @returns {Plane | null} null: there is no such kernel
 */
export function kernelCalled(name, size) {
  const values = KERNELS[name]?.[size === 3 ? 0 : 1];
  return values ? plane(size, size, values) : null;
}

/**
 * The kernel in another size: with zeros around it, or without its edge.
 * @param {Plane} kernel
 * @param {number} size
 */
export function resized(kernel, size) {
  const margin = (kernel.height - size) / 2;
  return filled(size, size, (row, column) => valueAt(kernel, row + margin, column + margin, 0));
}

/**
 * @param {number} size
 * @param {number} centre
 */
function only(size, centre) {
  return around(size, centre, 0);
}

/**
 * @param {number} size
 * @param {number} centre
 * @param {number} rest
 */
function around(size, centre, rest) {
  const values = Array(size * size).fill(rest);
  values[(values.length - 1) / 2] = centre;
  return values;
}
