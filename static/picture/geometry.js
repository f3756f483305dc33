// Boxes and views, as numbers only. A box holds parts of 1 of the picture; a view is what a picture
// is moved by, in pixels, after it was enlarged by its scale.

/**
 * Left, top, right, bottom.
 * @typedef {[number, number, number, number]} Box
 * @typedef {{ x: number, y: number }} Point
 * @typedef {{ scale: number, x: number, y: number }} View
 * @typedef {{ width: number, height: number }} Size
 */

/** @type {Box} */
export const WHOLE = [0, 0, 1, 1];
export const MAX_SCALE = 12;
/** @type {View} */
export const UNCHANGED = { scale: 1, x: 0, y: 0 };
const LEAST_SIDE = 0.01;
const DIGITS = 10_000;

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export const clamp = (value, low, high) => Math.max(low, Math.min(high, value));

/** @param {Box} box */
export const areaOf = ([left, top, right, bottom]) => (right - left) * (bottom - top);

/**
 * Where a picture lies that is as large as fits into a frame, in its middle.
 * @param {Size} picture
 * @param {Size} frame
 */
export function fitted(picture, frame) {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { left: (frame.width - width) / 2, top: (frame.height - height) / 2, width, height };
}

/**
 * @param {Point} one
 * @param {Point} other
 * @returns {Box}
 */
export function boxBetween(one, other) {
  return tidy([
    Math.min(one.x, other.x),
    Math.min(one.y, other.y),
    Math.max(one.x, other.x),
    Math.max(one.y, other.y),
  ]);
}

/**
 * The box, moved as far as the picture allows.
 * @param {Box} box
 * @param {Point} by
 * @returns {Box}
 */
export function moved([left, top, right, bottom], by) {
  const x = clamp(by.x, -left, 1 - right);
  const y = clamp(by.y, -top, 1 - bottom);
  return tidy([left + x, top + y, right + x, bottom + y]);
}

/**
 * The box with some of its sides moved: "n", "e", "s", "w", or two of them. None passes the other.
 * @param {Box} box
 * @param {string} sides
 * @param {Point} by
 * @returns {Box}
 */
export function resized([left, top, right, bottom], sides, by) {
  return tidy([
    sides.includes("w") ? Math.min(left + by.x, right - LEAST_SIDE) : left,
    sides.includes("n") ? Math.min(top + by.y, bottom - LEAST_SIDE) : top,
    sides.includes("e") ? Math.max(right + by.x, left + LEAST_SIDE) : right,
    sides.includes("s") ? Math.max(bottom + by.y, top + LEAST_SIDE) : bottom,
  ]);
}

/** @param {Box} box */
export const isLargeEnough = ([left, top, right, bottom]) =>
  right - left >= LEAST_SIDE && bottom - top >= LEAST_SIDE;

/**
 * @param {number[]} box
 * @returns {Box}
 */
function tidy(box) {
  const [left, top, right, bottom] = box.map(
    (side) => Math.round(clamp(side, 0, 1) * DIGITS) / DIGITS,
  );
  return [left, top, right, bottom];
}

/**
 * Enlarged so that what lies under a point stays there.
 * @param {View} view
 * @param {number} factor
 * @param {Point} point
 * @param {Size} frame
 * @returns {View}
 */
export function zoomed(view, factor, point, frame) {
  const scale = clamp(view.scale * factor, 1, MAX_SCALE);
  const grown = scale / view.scale;
  const x = point.x - (point.x - view.x) * grown;
  const y = point.y - (point.y - view.y) * grown;
  return kept({ scale, x, y }, frame);
}

/**
 * @param {View} view
 * @param {Point} by
 * @param {Size} frame
 * @returns {View}
 */
export const panned = (view, by, frame) =>
  kept({ ...view, x: view.x + by.x, y: view.y + by.y }, frame);

/**
 * No margin opens beside the picture.
 * @param {View} view
 * @param {Size} frame
 * @returns {View}
 */
function kept({ scale, x, y }, { width, height }) {
  return {
    scale,
    x: clamp(x, width * (1 - scale), 0),
    y: clamp(y, height * (1 - scale), 0),
  };
}
