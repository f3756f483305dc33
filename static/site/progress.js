// The bar and the counts above the cards, and the same in words for screen readers.
import { all, the } from "../dom.js";
import { cardsIn } from "./cards.js";
import { refused as countRefused } from "./refusals.js";

const SAY_EVERY_MS = 3000;
const section = the("[data-progress]", HTMLElement);
const upload = the("[data-upload]", HTMLElement);
let isScheduled = false;
let saidAt = 0;
/** @type {number | undefined} */
let sayLater;

/** @typedef {ReturnType<typeof count>} Counts */

function count() {
  /** @param {string[]} states */
  const of = (...states) => cardsIn(...states).length;
  const refused = countRefused();
  const waiting = of("pending", "running");
  const settled = of("done", "failed");
  const unsent = of("queued", "sending");
  const lost = of("lost");
  // Photos of a large archive that have no card.
  const { batchTotal, batchSettled } = upload.dataset;
  const hidden = Math.max(0, Number(batchTotal || 0) - waiting - settled);
  const hiddenSettled = Math.max(0, Math.min(hidden, Number(batchSettled || 0) - settled));
  return {
    uploaded: waiting + settled + hidden,
    recognised: settled + hiddenSettled,
    refused,
    lost,
    leftOut: Number(upload.dataset.filesLeftOut || 0),
    total: waiting + settled + hidden + unsent + lost,
  };
}

// A file on its way counts by the part that has arrived.
function partlySent() {
  return cardsIn("sending").reduce((sum, card) => sum + (card.sent || 0), 0);
}

function draw() {
  isScheduled = false;
  const counts = count();
  section.hidden = counts.total + counts.refused === 0;
  for (const [name, value] of Object.entries(counts)) {
    const element = section.querySelector(`[data-count="${name}"]`);
    if (element) element.textContent = String(value);
  }
  showIf("[data-refused]", counts.refused);
  showIf("[data-lost]", counts.lost);
  showIf("[data-left-out]", counts.leftOut);
  setBar("uploaded", counts.uploaded + partlySent(), counts.total);
  setBar("recognised", counts.recognised, counts.total);
  const isSettled = counts.recognised + counts.lost === counts.total;
  section.classList.toggle("is-done", isSettled && !counts.lost);
  section.classList.toggle("is-refused", counts.total === 0);
  section.classList.toggle("is-stuck", isSettled && counts.lost > 0);
  say(counts);
}

/**
 * @param {string} selector
 * @param {number} number
 */
function showIf(selector, number) {
  for (const element of all(selector, HTMLElement, section)) element.hidden = number === 0;
}

/**
 * @param {string} name
 * @param {number} value
 * @param {number} max
 */
function setBar(name, value, max) {
  const bar = the(`[data-bar="${name}"]`, HTMLProgressElement, section);
  bar.max = max || 1;
  bar.value = value;
}

/** @param {Counts} counts */
function say(counts) {
  clearTimeout(sayLater);
  const wait = saidAt + SAY_EVERY_MS - Date.now();
  if (wait > 0) {
    sayLater = setTimeout(() => say(counts), wait);
    return;
  }
  saidAt = Date.now();
  const numbers = new Map(Object.entries(counts));
  const { says = "", saysLeftOut = "" } = section.dataset;
  const all = counts.leftOut ? `${says}, ${saysLeftOut}` : says;
  const text = all.replace(/\{(\w+)\}/g, (_, name) => String(numbers.get(name)));
  const place = the("[data-says-here]", HTMLElement, section);
  if (counts.total + counts.refused && place.textContent !== text) place.textContent = text;
}

export function showProgress() {
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(draw, 50); // many cards may change in one go
}

document.addEventListener("ark:cards", showProgress);
showProgress();
