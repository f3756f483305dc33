// The first layer of EfficientNet-Lite0 as it was trained (bin/learn_example.py), on a picture.

/**
 * @typedef {import("../lab/arithmetic/plane.js").Plane} Plane
 * @typedef {{ kernels: number[][], biases: number[] }} FirstLayer
 * @typedef {{ network: string, first: FirstLayer, windows: [number, number][] }} Network
 */

export const SIDE = 224; // of the picture that goes in
export const KERNEL = 3;
export const CHANNELS = 3;
const STRIDE = 2;
const MIDDLE = 127; // what the network takes away from each number, and divides by
const SPREAD = 128;
const HIGHEST = 6; // its ReLU cuts what is above

/**
 * One map a kernel. Zeros stand beyond the right and the lower edge, as in the network itself.
 * @param {ImageData} pixels
 * @param {FirstLayer} layer
 * @returns {Plane[]}
 */
export function mapsOf(pixels, { kernels, biases }) {
  const input = normalised(pixels);
  return kernels.map((kernel, at) => {
    const side = SIDE / STRIDE;
    const values = new Float32Array(side * side);
    for (let place = 0; place < values.length; place++) {
      const [row, column] = [Math.floor(place / side) * STRIDE, (place % side) * STRIDE];
      const sum = biases[at] + sumAt(input, kernel, row, column);
      values[place] = Math.min(HIGHEST, Math.max(0, sum));
    }
    return { height: side, width: side, values };
  });
}

/** @param {ImageData} pixels */
function normalised({ data }) {
  const area = SIDE * SIDE;
  const input = new Float32Array(CHANNELS * area);
  for (let at = 0; at < input.length; at++) {
    const [channel, place] = [Math.floor(at / area), at % area];
    input[at] = (data[place * 4 + channel] - MIDDLE) / SPREAD;
  }
  return input;
}

/**
 * @param {Float32Array} input
 * @param {number[]} kernel
 * @param {number} top
 * @param {number} left
 */
function sumAt(input, kernel, top, left) {
  const [height, width] = [Math.min(KERNEL, SIDE - top), Math.min(KERNEL, SIDE - left)];
  let sum = 0;
  for (let channel = 0; channel < CHANNELS; channel++) {
    for (let down = 0; down < height; down++) {
      const from = (channel * SIDE + top + down) * SIDE + left;
      const weights = (channel * KERNEL + down) * KERNEL;
      for (let right = 0; right < width; right++)
        sum += input[from + right] * kernel[weights + right];
    }
  }
  return sum;
}

/**
 * The kernel as a picture: grey is zero, a colour where it wants more of that colour.
 * @param {number[]} kernel
 */
export function pictureOf(kernel) {
  const pixels = new ImageData(KERNEL, KERNEL);
  const most = Math.max(...kernel.map(Math.abs)) || 1;
  const area = KERNEL * KERNEL;
  for (let at = 0; at < area; at++) {
    const shades = [0, 1, 2].map((channel) => 127.5 + (kernel[channel * area + at] / most) * 127.5);
    pixels.data.set([...shades, 255], at * 4);
  }
  return pixels;
}

/**
 * How many pixels a side one number sees after each layer.
 * @param {[number, number][]} windows kernel and stride of each
 */
export function fieldsOf(windows) {
  let [sees, apart] = [1, 1];
  return windows.map(([kernel, stride]) => {
    sees += (kernel - 1) * apart;
    apart *= stride;
    return sees;
  });
}

/** @param {string} address */
export async function networkFrom(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return /** @type {Promise<Network>} */ (response.json());
}
