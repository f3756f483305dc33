// A kernel slides over a plane. As torch.nn.functional.conv2d does it: cross-correlation (the kernel
// is not turned round), zeros around the picture.
import { filled, valueAt } from "./plane.js";
import { outputSide } from "./size.js";

/**
 * @typedef {import("./plane.js").Plane} Plane
 * @typedef {import("./size.js").Step} Step
 */

/**
 * @param {Plane} input
 * @param {Plane} kernel
 * @param {Step} step
 * @returns {Plane}
 */
export function convolve(input, kernel, step) {
  const height = outputSide(input.height, kernel.height, step);
  const width = outputSide(input.width, kernel.width, step);
  return filled(height, width, (row, column) => sumAt(input, kernel, step, row, column));
}

/**
 * One place of the result, before all is added: what lies under the kernel, and each product.
 * @param {Plane} input
 * @param {Plane} kernel
 * @param {Step} step
 * @param {number} row
 * @param {number} column
 */
export function productsAt(input, kernel, { stride, padding, dilation }, row, column) {
  const top = row * stride - padding;
  const left = column * stride - padding;
  const patch = filled(kernel.height, kernel.width, (down, right) =>
    valueAt(input, top + down * dilation, left + right * dilation, 0),
  );
  const products = filled(
    kernel.height,
    kernel.width,
    (down, right) =>
      patch.values[down * kernel.width + right] * kernel.values[down * kernel.width + right],
  );
  return {
    top,
    left,
    patch,
    products,
    sum: sumAt(input, kernel, { stride, padding, dilation }, row, column),
  };
}

/**
 * @param {Plane} input
 * @param {Plane} kernel
 * @param {Step} step
 * @param {number} row
 * @param {number} column
 */
function sumAt(input, kernel, { stride, padding, dilation }, row, column) {
  let sum = 0;
  for (let down = 0; down < kernel.height; down++) {
    const y = row * stride - padding + down * dilation;
    for (let right = 0; right < kernel.width; right++) {
      const x = column * stride - padding + right * dilation;
      sum += valueAt(input, y, x, 0) * kernel.values[down * kernel.width + right];
    }
  }
  return Math.fround(sum);
}

/**
 * The one kernel that does what two do after each other (stride 1, no padding).
 * @param {Plane} first
 * @param {Plane} second
 * @returns {Plane}
 */
export function together(first, second) {
  const height = first.height + second.height - 1;
  const width = first.width + second.width - 1;
  return filled(height, width, (row, column) => {
    let sum = 0;
    for (let down = 0; down < first.height; down++) {
      for (let right = 0; right < first.width; right++) {
        const other = valueAt(second, row - down, column - right, 0);
        sum += first.values[down * first.width + right] * other;
      }
    }
    return sum;
  });
}
