// From percentages back to scores, and forth again.
import { softmax } from "../lab/arithmetic/network.js";

const LEAST = 1e-9; // a share that was rounded to zero
const LOWEST_SCORE = 1;

/**
 * Scores that softmax would make these shares of. Only their distances are known: the lowest is 1.
 * @param {HTMLElement[]} rows each with its share
 */
export function scoresOf(rows) {
  const powers = rows.map(({ dataset }) => Math.log(Math.max(LEAST, Number(dataset.share))));
  const lowest = Math.min(...powers);
  return powers.map((power) => power - lowest + LOWEST_SCORE);
}

/**
 * @param {number[]} scores
 * @param {number} [temperature]
 */
export const sharesOf = (scores, temperature = 1) => [
  ...softmax(Float32Array.from(scores, (score) => score / temperature)),
];

/**
 * As pages of Ark write it: nothing is certain.
 * @param {number} share
 */
export function percent(share) {
  if (share >= 0.9995) return "> 99.9";
  if (share < 0.0005) return "< 0.1";
  return (100 * share).toFixed(1);
}
