// Everything of the second bench as the page shows it.
import { all, the } from "../../dom.js";
import { CLASSES, countOfNumbers, run as outputsOf, SIDE } from "../arithmetic/network.js";
import { plane } from "../arithmetic/plane.js";
import { grey, paint, signed } from "../drawing.js";
import { filledIn, term, written } from "../numbers.js";
import { pointsOf, smoothed } from "./curves.js";

/**
 * @typedef {import("./training.js").Run} Run
 * @typedef {import("./training.js").WayBack} WayBack
 */

const KERNEL = 3;
const SHOWN_TERMS = 6;
const FINE = 6; // digits: gradients are small, and so is the loss of what is known well

/** @param {number} part */
const percent = (part) => `${Math.round(part * 100)}\u00a0%`;

/**
 * @param {Run[]} runs
 */
export function showRuns(runs) {
  runs.forEach((run, at) => {
    const card = the(`[data-run="${at}"]`, HTMLElement);
    const name = nameOf(run);
    the("[data-name]", HTMLElement, card).textContent = name;
    the("[data-shapes]", HTMLElement, card).textContent = shapesOf(run);
    const state = the("[data-state]", HTMLElement, card);
    const { textNew, text } = state.dataset;
    state.textContent = filledIn(run.losses.length ? text : textNew, {
      step: run.losses.length,
      loss: run.losses.length ? smoothed(run.losses) : 0,
      right: percent(run.right),
      numbers: countOfNumbers(run.network),
    });
    showKernels(card, run);
    the(`[data-curve="${at}"]`, SVGElement).setAttribute("points", pointsOf(run.losses));
    the(`[data-curve-name="${at}"]`, HTMLElement).textContent = name;
  });
  showComparison(runs);
  showConnected(runs);
}

/**
 * Where the size of the last layer comes from.
 * @param {Run[]} runs
 */
function showConnected(runs) {
  const list = the("[data-connected]", HTMLElement);
  all("li", HTMLLIElement, list).forEach((line, at) => {
    const { network } = runs[at];
    const maps = shapesAlong(network).at(-2);
    const last = network[network.length - 1];
    if (!maps || last.kind !== "linear") return;
    line.textContent = filledIn(list.dataset.text, {
      name: nameOf(runs[at]),
      maps: maps.channels,
      side: maps.height,
      features: last.from,
      weights: last.weights.length,
    });
  });
}

/** @param {Run} run */
function nameOf({ name }) {
  const options = all("[data-beside] option", HTMLOptionElement);
  return options.find(({ value }) => value === name)?.textContent ?? "";
}

/** @param {Run} run */
function shapesOf({ network }) {
  const kinds = network.map(({ kind }) => kind);
  const shapes = shapesAlong(network).filter(
    (_, at) => at === 0 || kinds[at - 1] === "pooling" || isLastOfStage(kinds, at - 1),
  );
  const stages = shapes.slice(0, -1);
  const sizes = stages.map(({ channels, height, width }) => `${channels}×${height}×${width}`);
  return [...sizes, CLASSES].join(" → ");
}

/**
 * The picture's, and that of what each layer makes.
 * @param {Run["network"]} network
 */
function shapesAlong(network) {
  const { values } = plane(SIDE, SIDE);
  return outputsOf(network, { channels: 1, height: SIDE, width: SIDE, values });
}

/**
 * @param {string[]} kinds
 * @param {number} at
 */
function isLastOfStage(kinds, at) {
  return kinds[at + 1] === "convolution" || at === kinds.length - 1;
}

/**
 * @param {HTMLElement} card
 * @param {Run} run
 */
function showKernels(card, { network: [first] }) {
  if (first.kind !== "convolution") return;
  const colour = signed({ values: first.weights });
  all("canvas", HTMLCanvasElement, card).forEach((canvas, at) => {
    const cells = first.weights.slice(at * KERNEL * KERNEL, (at + 1) * KERNEL * KERNEL);
    paint(canvas, plane(KERNEL, KERNEL, cells), colour);
    const numbers = [...cells].map((value) => written(value)).join(", ");
    canvas.setAttribute("aria-label", filledIn(canvas.dataset.text, { number: at + 1, numbers }));
  });
}

/** @param {Run[]} runs */
function showComparison([one, other]) {
  const said = the("[data-comparison]", HTMLElement);
  const steps = one.losses.length;
  said.textContent = filledIn(steps ? said.dataset.text : said.dataset.textNew, {
    steps,
    one: nameOf(one),
    right: percent(one.right),
    other: nameOf(other),
    otherRight: percent(other.right),
  });
  const chart = the("[data-chart]", SVGElement);
  if (!steps) return chart.setAttribute("aria-label", chart.dataset.textNew ?? "");
  const label = filledIn(chart.dataset.text, {
    steps,
    one: nameOf(one),
    from: one.losses[0],
    to: smoothed(one.losses),
    other: nameOf(other),
    otherFrom: other.losses[0],
    otherTo: smoothed(other.losses),
  });
  chart.setAttribute("aria-label", label);
}

/**
 * @param {WayBack} back
 * @param {number} rate
 */
export function showWayBack(back, rate) {
  const { label, outputs, probabilities, scores, loss } = back;
  const canvas = the("[data-digit]", HTMLCanvasElement);
  paint(canvas, plane(SIDE, SIDE, outputs[0].values), grey);
  canvas.setAttribute("aria-label", filledIn(canvas.dataset.text, { label }));
  const body = document.createElement("tbody");
  scores.forEach((score, digit) => {
    const line = body.insertRow();
    const wanted = Number(digit === label);
    line.classList.toggle("is-wanted", digit === label);
    const head = document.createElement("th");
    head.scope = "row";
    head.textContent = String(digit);
    line.append(head);
    for (const value of [score, probabilities[digit], wanted, probabilities[digit] - wanted]) {
      line.insertCell().textContent = written(value);
    }
  });
  the("[data-scores] tbody", HTMLElement).replaceWith(body);
  const powers = [...scores].map(Math.exp);
  say("softmax", {
    score: scores[label],
    power: powers[label],
    sum: powers.reduce((sum, power) => sum + power, 0),
    probability: written(probabilities[label], FINE),
  });
  say("loss", { probability: written(probabilities[label], FINE), loss: written(loss, FINE) });
  sayWeights(back, rate);
}

/**
 * @param {WayBack} back
 * @param {number} rate
 */
function sayWeights(back, rate) {
  const { label, probabilities, feature, lastWeight, kernel, kernelWeight, terms } = back;
  say("last", {
    label,
    feature: feature.at + 1,
    difference: term(probabilities[label] - 1, FINE),
    value: written(feature.value),
    gradient: written(lastWeight.gradient, FINE),
  });
  const some = terms.slice(0, SHOWN_TERMS);
  const products = some.map(({ pixel, arriving }) => `${written(pixel)} × ${term(arriving, FINE)}`);
  say("kernel", {
    number: kernel + 1,
    places: terms.length,
    sum: [...products, ...(terms.length > some.length ? ["…"] : [])].join(" + ") || "0",
    gradient: written(kernelWeight.gradient, FINE),
  });
  for (const [name, weight] of /** @type {const} */ ([
    ["last-moved", lastWeight],
    ["kernel-moved", kernelWeight],
  ])) {
    say(name, {
      before: written(weight.before, FINE),
      rate,
      gradient: term(weight.gradient, FINE),
      after: written(weight.after, FINE),
    });
  }
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} values
 */
function say(name, values) {
  const sentence = the(`[data-back="${name}"]`, HTMLElement);
  sentence.textContent = filledIn(sentence.dataset.text, values);
}
