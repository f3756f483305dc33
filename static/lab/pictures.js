// The pictures that are there without choosing a file, and what becomes of a file. A picture is a
// plane of numbers from 0 (black) to 1 (white), with two digits so that sums can be checked by hand.
import { filled, plane } from "./arithmetic/plane.js";

const RED = 0.299;
const GREEN = 0.587;
const BLUE = 0.114;
const LARGEST = 255;

/** @typedef {(x: number, y: number) => number} Shade of a point, both parts of 1 */

/** @type {Record<string, Shade>} */
const PICTURES = {
  square: (x, y) => (Math.max(Math.abs(x - 0.5), Math.abs(y - 0.5)) < 0.28 ? 1 : 0),
  circle: (x, y) => {
    const far = Math.hypot(x - 0.5, y - 0.5);
    return far > 0.2 && far < 0.36 ? 1 : 0;
  },
  house: (x, y) => {
    if (y < 0.45) return y > 0.12 && Math.abs(x - 0.5) < (y - 0.12) * 1.2 ? 0.6 : 0.05;
    if (y > 0.88 || Math.abs(x - 0.5) > 0.32) return 0.05;
    return y > 0.6 && Math.abs(x - 0.5) < 0.09 ? 0.2 : 1;
  },
  stripes: (x, y) => (Math.floor((x + y) * 5) % 2 ? 0.9 : 0.1),
  slope: (x) => x,
  empty: () => 0,
};

/**
 * @param {string} name
 * @param {number} side
 */
export function pictureCalled(name, side) {
  const shade = PICTURES[name] ?? PICTURES.empty;
  return filled(side, side, (row, column) =>
    rounded(shade((column + 0.5) / side, (row + 0.5) / side)),
  );
}

/**
 * The same picture with more or fewer pixels.
 * @param {import("./arithmetic/plane.js").Plane} picture
 * @param {number} side
 */
export function scaled({ height, width, values }, side) {
  return filled(side, side, (row, column) => {
    const from = Math.floor((row * height) / side) * width;
    return values[from + Math.floor((column * width) / side)];
  });
}

/**
 * The middle of a photo in grey. It never leaves the browser.
 * @param {Blob} file
 * @param {number} side
 */
export async function pictureOf(file, side) {
  const image = await createImageBitmap(file);
  const part = Math.min(image.width, image.height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  context.imageSmoothingQuality = "high";
  const [left, top] = [(image.width - part) / 2, (image.height - part) / 2];
  context.drawImage(image, left, top, part, part, 0, 0, side, side);
  image.close();
  return greyOf(context.getImageData(0, 0, side, side).data, side);
}

/**
 * @param {Uint8ClampedArray} colours
 * @param {number} side
 */
export function greyOf(colours, side) {
  const grey = plane(side, side);
  grey.values.forEach((_, at) => {
    const [red, green, blue] = colours.subarray(at * 4, at * 4 + 3);
    grey.values[at] = rounded((red * RED + green * GREEN + blue * BLUE) / LARGEST);
  });
  return grey;
}

/** @param {number} value */
const rounded = (value) => Math.round(value * 100) / 100;
