// Pictures and maps of many pixels on a canvas, and frames around a part of them.
import { all, the } from "../dom.js";
import { rangeOf } from "../lab/arithmetic/plane.js";

/** @typedef {import("../lab/arithmetic/plane.js").Plane} Plane */

const SIDE_PX = 672; // of a canvas; its style makes it smaller
const LARGEST = 255;
const FRAME = "#ff9f1a";
const BEHIND_FRAME = "#20140a";

/** @param {string} name */
export const canvasCalled = (name) => the(`[data-canvas="${name}"]`, HTMLCanvasElement);

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ImageData} pixels
 */
export function showPixels(canvas, pixels) {
  const small = document.createElement("canvas");
  small.width = pixels.width;
  small.height = pixels.height;
  contextOf(small).putImageData(pixels, 0, 0);
  const cell = Math.max(1, Math.floor(SIDE_PX / Math.max(pixels.width, pixels.height)));
  canvas.width = pixels.width * cell;
  canvas.height = pixels.height * cell;
  const context = contextOf(canvas);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, canvas.width, canvas.height);
}

/**
 * From black, the lowest number, to white, the highest.
 * @param {Plane} plane
 */
export function brightnessOf(plane) {
  const pixels = new ImageData(plane.width, plane.height);
  const { lowest, highest } = rangeOf(plane);
  const range = highest - lowest || 1;
  plane.values.forEach((value, at) => {
    const shade = ((value - lowest) / range) * LARGEST;
    pixels.data.set([shade, shade, shade, LARGEST], at * 4);
  });
  return pixels;
}

/**
 * Frames a rectangle that is counted in cells.
 * @param {HTMLCanvasElement} canvas
 * @param {number} cells along a side of the canvas
 * @param {{ row: number, column: number, side: number }} square
 */
export function frameSquare(canvas, cells, { row, column, side }) {
  const cell = canvas.width / cells;
  const context = contextOf(canvas);
  for (const [colour, width] of /** @type {[string, number][]} */ ([
    [BEHIND_FRAME, 9],
    [FRAME, 4],
  ])) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.strokeRect(column * cell, row * cell, side * cell, side * cell);
  }
}

/**
 * What a canvas shows, in words.
 * @param {HTMLCanvasElement} canvas
 * @param {string} said
 */
export function describe(canvas, said) {
  canvas.setAttribute("aria-label", `${canvas.dataset.label}. ${said}`);
}

/** The figures can be used: what tests and style sheets wait for. */
export function ready() {
  for (const canvas of all(".learn canvas", HTMLCanvasElement)) canvas.classList.add("is-ready");
}

/** @param {HTMLCanvasElement} canvas */
export function contextOf(canvas) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  return context;
}
