// Chance that is the same each time, so that two networks start alike and see the same pictures.

/** @typedef {() => number} Chance from 0 to below 1 */

const TURN = 0x6d2b79f5;

/**
 * Mulberry32, by Tommy Ettinger (public domain).
 * @param {number} seed
 * @returns {Chance}
 */
export function chanceFrom(seed) {
  let state = seed;
  return () => {
    state = (state + TURN) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * All numbers below a limit, in an order by chance.
 * @param {number} limit
 * @param {Chance} chance
 */
export function shuffled(limit, chance) {
  const order = Array.from({ length: limit }, (_, at) => at);
  for (let last = limit - 1; last > 0; last--) {
    const other = Math.floor(chance() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
