// What is below zero becomes zero, as torch.nn.functional.relu has it.

/**
 * @param {import("./plane.js").Plane} input
 * @returns {import("./plane.js").Plane}
 */
export const relu = ({ height, width, values }) => ({
  height,
  width,
  values: values.map((value) => Math.max(value, 0)),
});
