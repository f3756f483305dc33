// Planes as squares on a canvas, with what is chosen in them framed.

/**
 * @typedef {import("./arithmetic/plane.js").Plane} Plane
 * @typedef {{ row: number, column: number }} Place
 * @typedef {[number, number, number]} Colour
 */

const SIDE_PX = 640; // of a canvas, at most; its style makes it smaller
/** @type {Colour} */
const NEGATIVE = [192, 57, 20];
/** @type {Colour} */
const ZERO = [246, 246, 243];
/** @type {Colour} */
const POSITIVE = [11, 99, 96];
const AROUND = "#46524f";
const FRAME = "#ff9f1a";
const BEHIND_FRAME = "#20140a";

/** @param {number} value */
export const grey = (value) => {
  const shade = Math.round(Math.max(0, Math.min(1, value)) * 255);
  return `rgb(${shade}, ${shade}, ${shade})`;
};

/**
 * Colours for what may be below zero: the further from zero, the stronger.
 * @param {{ values: Float32Array }} numbers
 */
export function signed({ values }) {
  const most = values.reduce((far, value) => Math.max(far, Math.abs(value)), 0) || 1;
  return (/** @type {number} */ value) => {
    const far = Math.min(1, Math.abs(value) / most);
    const end = value < 0 ? NEGATIVE : POSITIVE;
    const parts = ZERO.map((from, at) => Math.round(from + (end[at] - from) * far));
    return `rgb(${parts.join(", ")})`;
  };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Plane} plane
 * @param {(value: number) => string} colour
 * @param {number} [margin] cells around it that are not part of the plane
 */
export function paint(canvas, plane, colour, margin = 0) {
  const [rows, columns] = [plane.height + 2 * margin, plane.width + 2 * margin];
  const cell = Math.max(2, Math.floor(SIDE_PX / Math.max(rows, columns, 1)));
  canvas.width = Math.max(1, columns * cell);
  canvas.height = Math.max(1, rows * cell);
  const context = contextOf(canvas);
  context.fillStyle = AROUND;
  context.fillRect(0, 0, canvas.width, canvas.height);
  plane.values.forEach((value, at) => {
    const [row, column] = [Math.floor(at / plane.width), at % plane.width];
    context.fillStyle = colour(value);
    context.fillRect((column + margin) * cell, (row + margin) * cell, cell, cell);
  });
}

/**
 * Frames cells, counted from the corner of the canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {number} rows how many the canvas shows
 * @param {Place[]} places
 */
export function frame(canvas, rows, places) {
  const line = Math.max(2, Math.min(5, canvas.height / Math.max(rows, 1) / 5));
  outline(
    canvas,
    rows,
    places.map((place) => ({ ...place, side: 1 })),
    line,
  );
}

/**
 * Frames squares of cells, which need not be whole.
 * @param {HTMLCanvasElement} canvas
 * @param {number} rows how many the canvas shows
 * @param {(Place & { side: number })[]} squares
 * @param {number} line
 */
export function outline(canvas, rows, squares, line) {
  const cell = canvas.height / Math.max(rows, 1);
  const context = contextOf(canvas);
  for (const [colour, width] of /** @type {[string, number][]} */ ([
    [BEHIND_FRAME, line * 2],
    [FRAME, line],
  ])) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    for (const { row, column, side } of squares) {
      context.strokeRect(column * cell, row * cell, side * cell, side * cell);
    }
  }
}

/** @param {HTMLCanvasElement} canvas */
function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  return context;
}
