// A plane of numbers: a grey picture, a kernel or a map. Float32, row after row, as PyTorch keeps it.

/** @typedef {{ height: number, width: number, values: Float32Array }} Plane */

/**
 * @param {number} height
 * @param {number} width
 * @param {ArrayLike<number>} [values] zeros without them
 * @returns {Plane}
 */
export function plane(height, width, values) {
  const numbers = values ? Float32Array.from(values) : new Float32Array(height * width);
  if (numbers.length !== height * width) throw new RangeError(`not ${height} x ${width} values`);
  return { height, width, values: numbers };
}

/**
 * The value there; outside it is what the padding holds.
 * @param {Plane} plane
 * @param {number} row
 * @param {number} column
 * @param {number} outside
 */
export function valueAt({ height, width, values }, row, column, outside) {
  const isInside = row >= 0 && row < height && column >= 0 && column < width;
  return isInside ? values[row * width + column] : outside;
}

/**
 * @param {number} height
 * @param {number} width
 * @param {(row: number, column: number) => number} value
 * @returns {Plane}
 */
export function filled(height, width, value) {
  const made = plane(height, width);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      made.values[row * width + column] = value(row, column);
    }
  }
  return made;
}

/** @param {Plane} plane */
export function rangeOf({ values }) {
  let [lowest, highest] = [Infinity, -Infinity];
  for (const value of values) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  return { lowest, highest };
}

/**
 * The greatest difference between two planes of one size.
 * @param {Plane} one
 * @param {Plane} other
 */
export const difference = (one, other) =>
  one.values.reduce((most, value, at) => Math.max(most, Math.abs(value - other.values[at])), 0);
