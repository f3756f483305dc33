// Runs of training, step by step. Nothing here knows the page.
import { accuracy, build, digit, learn, noGradients, passOf } from "../arithmetic/network.js";
import { chanceFrom, shuffled } from "../arithmetic/random.js";
import { PLANS } from "./plans.js";

/**
 * @typedef {import("../arithmetic/network.js").Example} Example
 * @typedef {{ training: Example[], test: Example[] }} Digits
 * @typedef {ReturnType<typeof start>} Run
 * @typedef {ReturnType<typeof wayBack>} WayBack
 */

export const BATCH = 16;
export const MOST_STEPS = 1000;
const SEED = 7;
const BETWEEN_TESTS = 10; // steps
const SHADES = 17; // in the file, a character each
const WHITE = SHADES - 1;
const CELLS = 9; // of a kernel
const MIDDLE = 4;

/**
 * @param {{ training: number, labels: string, pictures: string[] }} file
 * @returns {Digits}
 */
export function digitsOf({ training, labels, pictures }) {
  const examples = pictures.map((shades, at) => ({
    label: Number(labels[at]),
    picture: digit([...shades].map((shade) => Number.parseInt(shade, SHADES) / WHITE)),
  }));
  return { training: examples.slice(0, training), test: examples.slice(training) };
}

/**
 * @param {string} name of a plan
 * @param {Digits} digits
 */
export function start(name, digits) {
  const network = build(PLANS[name], chanceFrom(SEED));
  const right = accuracy(network, digits.test);
  return { name, network, losses: /** @type {number[]} */ ([]), right };
}

/**
 * The digits of a step: all in turn, each time in another order.
 * @param {Digits} digits
 * @param {number} step
 */
export function batchOf({ training }, step) {
  const batches = Math.floor(training.length / BATCH);
  const order = shuffled(training.length, chanceFrom(SEED + Math.floor(step / batches)));
  const from = (step % batches) * BATCH;
  return order.slice(from, from + BATCH).map((at) => training[at]);
}

/**
 * @param {Run} run
 * @param {Digits} digits
 * @param {number} rate
 */
export function goOn(run, digits, rate) {
  run.losses.push(learn(run.network, batchOf(digits, run.losses.length), rate));
  if (run.losses.length % BETWEEN_TESTS === 0) run.right = accuracy(run.network, digits.test);
}

/**
 * One digit forwards and back, before a network learns from it: the numbers of two of its weights,
 * one of the last layer, and the middle of that kernel of the first on which the loss depends most.
 * @param {Run} run
 * @param {Example} example
 * @param {number} rate
 */
export function wayBack({ network }, example, rate) {
  const gradients = noGradients(network);
  const pass = passOf(network, example, gradients);
  const last = network.length - 1;
  const features = pass.outputs[last].values;
  const feature = features.indexOf(Math.max(...features));
  const weight = example.label * features.length + feature;
  const kernel = mostMoved(gradients[0].weights);
  const area = pass.outputs[0].values.length;
  const cameBack = pass.arriving[0].slice(kernel * area, (kernel + 1) * area);
  return {
    ...pass,
    scores: pass.outputs[last + 1].values,
    feature: { at: feature, value: features[feature] },
    lastWeight: moved(network[last], gradients[last], weight, rate),
    kernel,
    kernelWeight: moved(network[0], gradients[0], kernel * CELLS + MIDDLE, rate),
    terms: termsOf(pass.outputs[0].values, cameBack),
  };
}

/**
 * @param {import("../arithmetic/layers.js").Layer} layer
 * @param {import("../arithmetic/layers.js").Numbers} gradients
 * @param {number} at
 * @param {number} rate
 */
function moved(layer, gradients, at, rate) {
  const before = "weights" in layer ? layer.weights[at] : 0;
  const gradient = gradients.weights[at];
  return { before, gradient, after: before - rate * gradient };
}

/**
 * The kernel whose middle has the largest gradient.
 * @param {Float32Array} gradients
 */
function mostMoved(gradients) {
  const middles = gradients.filter((_, at) => at % CELLS === MIDDLE).map(Math.abs);
  return Math.max(0, middles.indexOf(Math.max(...middles)));
}

/**
 * What the middle of a kernel lay on, and what came back to each of these places.
 * @param {Float32Array} picture
 * @param {Float32Array} arriving
 */
function termsOf(picture, arriving) {
  return [...picture].flatMap((pixel, at) =>
    pixel && arriving[at] ? [{ pixel, arriving: arriving[at] }] : [],
  );
}
