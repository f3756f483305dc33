// The laboratory's second bench: a small network learns digits, beside another one.
import { the } from "../../dom.js";
import { USUAL } from "./plans.js";
import { showRuns, showWayBack } from "./showing.js";
import { batchOf, digitsOf, goOn, MOST_STEPS, start, wayBack } from "./training.js";

/**
 * @typedef {import("./training.js").Digits} Digits
 * @typedef {import("./training.js").Run} Run
 */

const BETWEEN_DRAWINGS_MS = 40; // smooth enough, and most of the time goes into learning

const page = the("[data-learning]", HTMLElement);
const rate = the("[data-rate]", HTMLSelectElement);
const beside = the("[data-beside]", HTMLSelectElement);
const stepButton = the("[data-step-once]", HTMLButtonElement);
const learnButton = the("[data-learn]", HTMLButtonElement);
const againButton = the("[data-again]", HTMLButtonElement);

/** @param {Digits} digits */
function setUp(digits) {
  let runs = begin();
  let isLearning = false;

  /** @returns {Run[]} */
  function begin() {
    return [USUAL, beside.value].map((name) => start(name, digits));
  }

  function showNext() {
    const [next] = batchOf(digits, runs[0].losses.length);
    showRuns(runs);
    showWayBack(wayBack(runs[0], next, Number(rate.value)), Number(rate.value));
  }

  function step() {
    for (const run of runs) goOn(run, digits, Number(rate.value));
    if (runs[0].losses.length >= MOST_STEPS) learn(false);
  }

  /** @param {boolean} shall */
  function learn(shall) {
    isLearning = shall;
    const isAtEnd = runs[0].losses.length >= MOST_STEPS;
    learnButton.textContent = (shall ? page.dataset.textPause : page.dataset.textLearn) ?? "";
    learnButton.disabled = stepButton.disabled = isAtEnd;
  }

  function again() {
    runs = begin();
    learn(false);
    showNext();
  }

  function goOnLearning() {
    if (!isLearning) return;
    const until = performance.now() + BETWEEN_DRAWINGS_MS;
    while (isLearning && performance.now() < until) step();
    showNext();
    requestAnimationFrame(goOnLearning);
  }

  stepButton.addEventListener("click", () => {
    step();
    showNext();
  });
  learnButton.addEventListener("click", () => {
    learn(!isLearning);
    goOnLearning();
  });
  againButton.addEventListener("click", again);
  beside.addEventListener("change", again);
  rate.addEventListener("change", showNext);
  again();
}

const answer = await fetch(page.dataset.digits ?? "");
if (answer.ok) setUp(digitsOf(await answer.json()));
else the("[data-no-digits]", HTMLElement).hidden = false;
