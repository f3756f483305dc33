// Many at once: counts what is chosen, ranges with the shift key, arrows from picture to picture.

import { all, maybe, the } from "../../dom.js";

const form = maybe("[data-grid]", HTMLFormElement);
const boxes = form ? all("[name=keep]", HTMLInputElement, form) : [];
/** @type {number | null} */
let last = null;

/**
 * A burst is one tile with several photos.
 * @param {HTMLInputElement[]} boxes
 */
const photosOf = (boxes) => boxes.reduce((sum, box) => sum + Number(box.dataset.photos ?? 1), 0);

/** @param {HTMLFormElement} form */
function count(form) {
  const kept = photosOf(boxes.filter((box) => box.checked));
  const shown = photosOf(boxes);
  the("[data-kept]", HTMLElement, form).textContent = String(kept);
  the("[data-wrong]", HTMLElement, form).textContent = String(shown - kept);
  the("[name=confirm]", HTMLButtonElement, form).disabled = kept === 0;
  the("[name=relabel]", HTMLButtonElement, form).disabled = kept === shown;
}

/**
 * @param {number} from
 * @param {number} to
 * @param {boolean} checked
 */
function turnRange(from, to, checked) {
  for (const box of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = checked;
}

function perRow() {
  const tops = boxes.map((box) => box.closest("label")?.offsetTop ?? 0);
  const next = tops.findIndex((top) => top > tops[0]);
  return next < 0 ? boxes.length : next;
}

/** @param {Event} event */
const placeOf = ({ target }) => (target instanceof HTMLInputElement ? boxes.indexOf(target) : -1);

/** @param {KeyboardEvent} event */
function step(event) {
  const here = placeOf(event);
  /** @type {Record<string, number>} */
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow(), ArrowDown: perRow() };
  const target = here < 0 ? null : boxes[here + steps[event.key]];
  if (!target) return;
  event.preventDefault();
  target.focus();
}

/** @param {HTMLFormElement} form */
function listen(form) {
  const turn = the("[data-turn]", HTMLElement, form);
  turn.hidden = false;
  turn.addEventListener("click", () => {
    const checked = boxes.every((box) => !box.checked);
    turnRange(0, boxes.length - 1, checked);
    count(form);
  });
  form.addEventListener("click", (event) => {
    const here = placeOf(event);
    if (here < 0) return;
    if (event.shiftKey && last !== null) turnRange(last, here, boxes[here].checked);
    last = here;
    count(form);
  });
  form.addEventListener("keydown", step);
  // The browser may restore what was taken out.
  window.addEventListener("pageshow", () => count(form));
  count(form);
}

if (form) listen(form);
