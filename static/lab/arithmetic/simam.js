// SimAM: how far each number of a map stands out from the others, and its weight. Equations 4 and 5
// of Yang et al. 2021, as recognition/cnn/networks/simam.py calculates them.

/** @typedef {import("./plane.js").Plane} Plane */

export const LAMBDA = 1e-4;

/** @param {Plane} plane */
export function spreadOf({ values }) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const others = Math.max(values.length - 1, 1);
  return { mean, squares, others, variance: squares / others };
}

/**
 * One number: its energy, which is small where it stands out, and what follows from it.
 * @param {number} value
 * @param {{ mean: number, variance: number }} spread
 */
export function attentionTo(value, { mean, variance }) {
  const distance = (value - mean) ** 2;
  const energy = (4 * (variance + LAMBDA)) / (distance + 2 * variance + 2 * LAMBDA);
  const weight = 1 / (1 + Math.exp(-1 / energy));
  return { energy, inverse: 1 / energy, weight, result: value * weight };
}

/** @param {Plane} plane */
export function simam(plane) {
  const spread = spreadOf(plane);
  const each = [...plane.values].map((value) => attentionTo(value, spread));
  const made = (/** @type {"energy" | "weight" | "result"} */ part) => ({
    ...plane,
    values: Float32Array.from(each, (one) => one[part]),
  });
  return { spread, energies: made("energy"), weights: made("weight"), result: made("result") };
}
