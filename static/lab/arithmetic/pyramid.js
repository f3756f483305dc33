// A feature pyramid (Lin et al. 2017): what the coarse levels know is handed down to the fine ones.
import { filled } from "./plane.js";
import { pool } from "./pooling.js";

/** @typedef {import("./plane.js").Plane} Plane */

export const FINEST = 3;
export const COARSEST = 5;
const USUAL_LEVEL = 4; // that of an object as large as the pictures of ImageNet
export const USUAL_SIDE = 224;
const ROUNDING = 1e-6;

/** Pixels of the photo that one cell of a level covers. @param {number} level */
export const pixelsOf = (level) => 2 ** level;

/**
 * The levels of the way up: each half as fine as the one before.
 * @param {Plane} finest
 * @param {number} count
 */
export function wayUp(finest, count) {
  const levels = [finest];
  while (levels.length < count) {
    const window = { size: 2, stride: 2, padding: 0 };
    levels.push(pool(levels[levels.length - 1], "average", window));
  }
  return levels;
}

/**
 * The levels of the way down, finest first: each is added to the coarser one, whose cells are doubled.
 * @param {Plane[]} up
 * @returns {Plane[]}
 */
export function wayDown(up) {
  const down = [up[up.length - 1]];
  for (const level of up.slice(0, -1).reverse()) {
    const [above] = down;
    down.unshift(
      filled(level.height, level.width, (row, column) => {
        const coarse = above.values[Math.floor(row / 2) * above.width + Math.floor(column / 2)];
        return level.values[row * level.width + column] + coarse;
      }),
    );
  }
  return down;
}

/**
 * Which level an object of this size belongs to: equation 1 of the paper, without its rounding and
 * with it, among the levels that there are.
 * @param {number} side of the object, in pixels
 */
export function levelFor(side) {
  const exact = USUAL_LEVEL + Math.log2(side / USUAL_SIDE);
  const rounded = Math.floor(exact + ROUNDING);
  return { exact, rounded, level: Math.min(COARSEST, Math.max(FINEST, rounded)) };
}
