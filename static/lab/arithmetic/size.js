// How large a map becomes: the rule of torch.nn.Conv2d and of the pooling layers.

/** @typedef {{ stride: number, padding: number, dilation: number }} Step */

/**
 * How far a kernel reaches whose cells stand apart.
 * @param {number} kernel
 * @param {number} dilation
 */
export const reach = (kernel, dilation) => dilation * (kernel - 1) + 1;

/**
 * How many places a window finds along one side; none where it does not fit at all.
 * @param {number} side
 * @param {number} kernel
 * @param {Step} step
 */
export function outputSide(side, kernel, { stride, padding, dilation }) {
  const room = side + 2 * padding - reach(kernel, dilation);
  return room < 0 ? 0 : Math.floor(room / stride) + 1;
}

/**
 * What that rule gives, worked out.
 * @param {number} side
 * @param {number} kernel
 * @param {Step} step
 * @returns {string[]} one line after the other
 */
export function workedOut(side, kernel, step) {
  const { stride, padding, dilation } = step;
  const far = reach(kernel, dilation);
  const room = side + 2 * padding - far;
  const dilated = `k = ${dilation} × (${kernel} − 1) + 1 = ${far}`;
  const put = `(${side} + 2 × ${padding} − ${far}) / ${stride} + 1`;
  const divided = room % stride ? `⌊${room} / ${stride}⌋ + 1` : `${room} / ${stride} + 1`;
  const lines = dilation > 1 ? [dilated, put] : [put];
  return room < 0 ? [...lines, "0"] : [...lines, divided, `${outputSide(side, kernel, step)}`];
}
