// Step 8: the scores of one answer are corrected, step by step.
import { all, the } from "../dom.js";
import { filledIn, written } from "../lab/numbers.js";
import { say } from "./controls.js";
import { ready } from "./painting.js";
import { picture } from "./picture.js";
import { percent, scoresOf, sharesOf } from "./shares.js";

const WIDTH = 300;
const HEIGHT = 90;
const MOST_SHOWN = 200; // steps

const rows = all("[data-table] tbody tr", HTMLElement);
const wanted = the("[data-wanted]", HTMLSelectElement);
const rate = the("[data-rate]", HTMLSelectElement);
let scores = scoresOf(rows);
/** @type {number[]} */
let losses = [];

wanted.selectedIndex = Math.min(1, rows.length - 1); // a right answer has little to teach
the("[data-step-once]", HTMLButtonElement).addEventListener("click", () => {
  scores = scores.map((score, at) => score - moved(at));
  show();
});
the("[data-again]", HTMLButtonElement).addEventListener("click", again);
wanted.addEventListener("change", again);
rate.addEventListener("change", () => {
  losses.pop();
  show();
});
show();
await picture();
ready();

function again() {
  scores = scoresOf(rows);
  losses = [];
  show();
}

/** @param {number} at */
function isRight(at) {
  return at === wanted.selectedIndex;
}

/** @param {number} at */
function gradient(at) {
  return sharesOf(scores)[at] - Number(isRight(at));
}

/** @param {number} at */
function moved(at) {
  return Number(rate.value) * gradient(at);
}

function show() {
  const shares = sharesOf(scores);
  const right = shares[wanted.selectedIndex];
  const loss = -Math.log(right);
  losses = [...losses, loss].slice(-MOST_SHOWN);
  rows.forEach((row, at) => {
    cell(row, "answer", `${percent(shares[at])} %`);
    cell(row, "right", isRight(at) ? "100 %" : "0 %");
    cell(row, "gradient", written(gradient(at)));
    cell(row, "moves", `${written(scores[at], 2)} → ${written(scores[at] - moved(at), 2)}`);
    row.toggleAttribute("data-wanted-row", isRight(at));
  });
  const label = wanted.selectedOptions[0]?.text ?? "";
  const step = losses.length - 1;
  say("[data-loss]", { step, percent: percent(right), label, share: right, loss });
  showCurve();
}

/**
 * @param {HTMLElement} row
 * @param {string} name
 * @param {string} text
 */
function cell(row, name, text) {
  the(`[data-${name}]`, HTMLElement, row).textContent = text;
}

function showCurve() {
  const most = Math.max(...losses, 0.1);
  const apart = WIDTH / Math.max(10, losses.length - 1);
  const shown = losses.length > 1 ? losses : [...losses, ...losses]; // a line needs two points
  const points = shown.map(
    (loss, at) => `${losses.length > 1 ? at * apart : 0},${HEIGHT - (loss / most) * (HEIGHT - 6)}`,
  );
  the("[data-curve]", SVGPolylineElement).setAttribute("points", points.join(" "));
  if (losses.length < 2) return;
  const chart = the("[data-chart]", SVGSVGElement);
  const values = { steps: losses.length - 1, from: losses[0], to: losses[losses.length - 1] };
  chart.setAttribute("aria-label", filledIn(chart.dataset.text, values));
}
