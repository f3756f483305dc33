// The layers of a small network, forwards and backwards, for one picture at a time. Maps are planes,
// channel after channel, in the order of PyTorch's tensors.

/**
 * @typedef {{ channels: number, height: number, width: number, values: Float32Array }} Maps
 * @typedef {{ weights: Float32Array, bias: Float32Array }} Numbers
 * @typedef {{ kind: "convolution", from: number, to: number, size: number } & Numbers} Convolution
 * @typedef {{ kind: "relu" }} Relu
 * @typedef {{ kind: "pooling" }} Pooling
 * @typedef {{ kind: "linear", from: number, to: number } & Numbers} Linear
 * @typedef {Convolution | Relu | Pooling | Linear} Layer
 */

const WINDOW = 2; // of pooling, which takes the largest

/**
 * @param {number} channels
 * @param {number} height
 * @param {number} width
 * @returns {Maps}
 */
export const maps = (channels, height, width) => ({
  channels,
  height,
  width,
  values: new Float32Array(channels * height * width),
});

/**
 * @param {Layer} layer
 * @param {Maps} input
 * @returns {Maps}
 */
export function forward(layer, input) {
  switch (layer.kind) {
    case "convolution":
      return convolved(layer, input);
    case "relu":
      return { ...input, values: input.values.map((value) => Math.max(value, 0)) };
    case "pooling":
      return pooled(input);
    case "linear":
      return weighed(layer, input);
  }
}

/**
 * From how the loss changes with each number of a layer's output to how it changes with each of its
 * input; what concerns the layer's own numbers is added to its gradients.
 * @param {Layer} layer
 * @param {Maps} input
 * @param {Float32Array} arriving
 * @param {Numbers} gradients
 * @returns {Float32Array}
 */
export function backward(layer, input, arriving, gradients) {
  switch (layer.kind) {
    case "convolution":
      return convolvedBack(layer, input, arriving, gradients);
    case "relu":
      return arriving.map((value, at) => (input.values[at] > 0 ? value : 0));
    case "pooling":
      return pooledBack(input, arriving);
    case "linear":
      return weighedBack(layer, input, arriving, gradients);
  }
}

/**
 * Visits all products of a convolution whose result is as large as its input: zeros around it,
 * stride 1. A weight meets the cells of a row one after the other: tells where they begin in the
 * result and in the input, and how many they are.
 * @param {Convolution} layer
 * @param {Maps} input
 * @param {(weight: number, result: number, input: number, count: number) => void} visit
 */
function eachRow({ from, to, size }, { height, width }, visit) {
  const margin = (size - 1) / 2;
  for (let weight = 0; weight < to * from * size * size; weight++) {
    const out = Math.floor(weight / (from * size * size));
    const channel = Math.floor(weight / (size * size)) % from;
    const down = (Math.floor(weight / size) % size) - margin;
    const right = (weight % size) - margin;
    const first = Math.max(0, -right);
    const count = Math.min(width, width - right) - first;
    const bottom = Math.min(height, height - down);
    for (let row = Math.max(0, -down); row < bottom; row++) {
      const result = (out * height + row) * width + first;
      visit(weight, result, (channel * height + row + down) * width + first + right, count);
    }
  }
}

/**
 * @param {Convolution} layer
 * @param {Maps} input
 */
function convolved(layer, input) {
  const { weights, bias, to } = layer;
  const output = maps(to, input.height, input.width);
  const area = input.height * input.width;
  const sums = new Float64Array(output.values.length);
  for (let out = 0; out < to; out++) sums.fill(bias[out], out * area, (out + 1) * area);
  eachRow(layer, input, (weight, result, from, count) => {
    const by = weights[weight];
    for (let at = 0; at < count; at++) sums[result + at] += input.values[from + at] * by;
  });
  output.values.set(sums);
  return output;
}

/**
 * @param {Convolution} layer
 * @param {Maps} input
 * @param {Float32Array} arriving
 * @param {Numbers} gradients
 */
function convolvedBack(layer, input, arriving, gradients) {
  const back = new Float32Array(input.values.length);
  const area = input.height * input.width;
  arriving.forEach((value, at) => {
    gradients.bias[Math.floor(at / area)] += value;
  });
  eachRow(layer, input, (weight, result, from, count) => {
    const by = layer.weights[weight];
    let gradient = 0;
    for (let at = 0; at < count; at++) {
      gradient += arriving[result + at] * input.values[from + at];
      back[from + at] += arriving[result + at] * by;
    }
    gradients.weights[weight] += gradient;
  });
  return back;
}

/** @param {Maps} input */
function pooled(input) {
  const { channels, height, width, values } = input;
  const output = maps(channels, Math.floor(height / WINDOW), Math.floor(width / WINDOW));
  output.values.forEach((_, at) => {
    output.values[at] = values[largestOf(input, output, at)];
  });
  return output;
}

/**
 * What arrives goes to the largest of each window alone.
 * @param {Maps} input
 * @param {Float32Array} arriving
 */
function pooledBack(input, arriving) {
  const back = new Float32Array(input.values.length);
  const height = Math.floor(input.height / WINDOW);
  const width = Math.floor(input.width / WINDOW);
  arriving.forEach((value, at) => {
    back[largestOf(input, { height, width }, at)] += value;
  });
  return back;
}

/**
 * Where the largest number stands below one result of pooling; the first of equals, as in PyTorch.
 * @param {Maps} input
 * @param {{ height: number, width: number }} output
 * @param {number} at
 */
function largestOf({ height, width, values }, output, at) {
  const channel = Math.floor(at / (output.height * output.width));
  const row = Math.floor(at / output.width) % output.height;
  const corner = (channel * height + row * WINDOW) * width + (at % output.width) * WINDOW;
  let largest = corner;
  for (let cell = 1; cell < WINDOW * WINDOW; cell++) {
    const other = corner + Math.floor(cell / WINDOW) * width + (cell % WINDOW);
    if (values[other] > values[largest]) largest = other;
  }
  return largest;
}

/**
 * @param {Linear} layer
 * @param {Maps} input
 */
function weighed({ weights, bias, from, to }, { values }) {
  const output = maps(to, 1, 1);
  output.values.forEach((_, out) => {
    const sum = values.reduce((total, value, at) => total + value * weights[out * from + at], 0);
    output.values[out] = bias[out] + sum;
  });
  return output;
}

/**
 * @param {Linear} layer
 * @param {Maps} input
 * @param {Float32Array} arriving
 * @param {Numbers} gradients
 */
function weighedBack({ weights, from }, { values }, arriving, gradients) {
  const back = new Float32Array(from);
  arriving.forEach((value, out) => {
    gradients.bias[out] += value;
    for (let at = 0; at < from; at++) {
      gradients.weights[out * from + at] += value * values[at];
      back[at] += value * weights[out * from + at];
    }
  });
  return back;
}
