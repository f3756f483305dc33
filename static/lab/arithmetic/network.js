// A small network, and one step of its training: plain gradient descent on the cross-entropy.
import { backward, forward, maps } from "./layers.js";

/**
 * @typedef {import("./layers.js").Layer} Layer
 * @typedef {import("./layers.js").Maps} Maps
 * @typedef {import("./layers.js").Numbers} Numbers
 * @typedef {{ to: number, isPooled: boolean }} Stage
 * @typedef {{ stages: Stage[], hasRelu: boolean }} Plan
 * @typedef {{ picture: Maps, label: number }} Example
 * @typedef {ReturnType<typeof passOf>} Pass
 */

export const SIDE = 8; // of a picture, in pixels
export const CLASSES = 10;
const KERNEL = 3;

/**
 * Convolutions, each with ReLU and pooling as the plan says, and a fully connected layer.
 * @param {Plan} plan
 * @param {import("./random.js").Chance} chance
 * @returns {Layer[]}
 */
export function build({ stages, hasRelu }, chance) {
  /** @type {Layer[]} */
  const layers = [];
  let [from, side] = [1, SIDE];
  for (const { to, isPooled } of stages) {
    const numbers = startingNumbers(from * KERNEL * KERNEL, to, chance);
    layers.push({ kind: "convolution", from, to, size: KERNEL, ...numbers });
    if (hasRelu) layers.push({ kind: "relu" });
    if (isPooled) layers.push({ kind: "pooling" });
    side = isPooled ? Math.floor(side / 2) : side;
    from = to;
  }
  const features = from * side * side;
  const numbers = startingNumbers(features, CLASSES, chance);
  return [...layers, { kind: "linear", from: features, to: CLASSES, ...numbers }];
}

/**
 * By chance, and smaller the more are added up (He et al., 2015): so sums neither grow nor vanish.
 * @param {number} inputs of each sum
 * @param {number} sums
 * @param {import("./random.js").Chance} chance
 * @returns {Numbers}
 */
function startingNumbers(inputs, sums, chance) {
  const most = Math.sqrt(6 / inputs);
  const weights = Float32Array.from({ length: inputs * sums }, () => (chance() * 2 - 1) * most);
  return { weights, bias: new Float32Array(sums) };
}

/**
 * The picture, and what each layer makes of it.
 * @param {Layer[]} network
 * @param {Maps} picture
 */
export function run(network, picture) {
  const outputs = [picture];
  for (const layer of network) outputs.push(forward(layer, outputs[outputs.length - 1]));
  return outputs;
}

/**
 * Scores become parts of 1.
 * @param {Float32Array} scores
 */
export function softmax(scores) {
  const largest = Math.max(...scores);
  const powers = Float64Array.from(scores, (score) => Math.exp(score - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/**
 * No gradient yet, for each layer of the network.
 * @param {Layer[]} network
 * @returns {Numbers[]}
 */
export const noGradients = (network) =>
  network.map((layer) => {
    const [weights, bias] = "weights" in layer ? [layer.weights.length, layer.bias.length] : [0, 0];
    return { weights: new Float32Array(weights), bias: new Float32Array(bias) };
  });

/**
 * One picture forwards and back. Its gradients are added to those given.
 * @param {Layer[]} network
 * @param {Example} example
 * @param {Numbers[]} gradients
 */
export function passOf(network, { picture, label }, gradients) {
  const outputs = run(network, picture);
  const probabilities = softmax(outputs[network.length].values);
  const differences = Float32Array.from(probabilities, (part, at) => part - Number(at === label));
  /** @type {Float32Array[]} */
  const arriving = [differences]; // at each layer's output, the first layer's first
  for (let at = network.length - 1; at >= 0; at--) {
    const back = backward(network[at], outputs[at], arriving[0], gradients[at]);
    if (at > 0) arriving.unshift(back);
  }
  return { label, outputs, probabilities, arriving, loss: -Math.log(probabilities[label]) };
}

/**
 * Learns a little from some pictures: every number moves against its mean gradient.
 * @param {Layer[]} network
 * @param {Example[]} examples
 * @param {number} rate
 * @returns {number} the mean loss before
 */
export function learn(network, examples, rate) {
  const gradients = noGradients(network);
  let loss = 0;
  for (const example of examples) loss += passOf(network, example, gradients).loss;
  network.forEach((layer, at) => {
    if (!("weights" in layer)) return;
    move(layer.weights, gradients[at].weights, rate / examples.length);
    move(layer.bias, gradients[at].bias, rate / examples.length);
  });
  return loss / examples.length;
}

/**
 * @param {Float32Array} numbers
 * @param {Float32Array} gradients
 * @param {number} rate
 */
function move(numbers, gradients, rate) {
  numbers.forEach((value, at) => {
    numbers[at] = value - rate * gradients[at];
  });
}

/**
 * The share of examples that are answered right.
 * @param {Layer[]} network
 * @param {Example[]} examples
 */
export function accuracy(network, examples) {
  const right = examples.filter(({ picture, label }) => {
    const scores = run(network, picture)[network.length].values;
    return scores.indexOf(Math.max(...scores)) === label;
  });
  return right.length / examples.length;
}

/** @param {Layer[]} network */
export const countOfNumbers = (network) =>
  network.reduce(
    (count, layer) => count + ("weights" in layer ? layer.weights.length + layer.bias.length : 0),
    0,
  );

/**
 * @param {ArrayLike<number>} values
 * @returns {Maps}
 */
export function digit(values) {
  const picture = maps(1, SIDE, SIDE);
  picture.values.set(values);
  return picture;
}
