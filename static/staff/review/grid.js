// Many at once: counts what is chosen, ranges with the shift key, arrows from picture to picture.

import { all, maybe, the } from "../../dom.js";
import { GridKeys, isDecided, tileOf } from "./grid-keys.js";

const form = maybe("[data-grid]", HTMLFormElement);
const boxes = form ? all("[name=keep]", HTMLInputElement, form) : [];
/** @type {number | null} */
let last = null;

/** Those that are not decided one by one. */
const waiting = () => boxes.filter((box) => !isDecided(tileOf(box)));

/**
 * A burst is one tile with several photos.
 * @param {HTMLInputElement[]} boxes
 */
const photosOf = (boxes) => boxes.reduce((sum, box) => sum + Number(box.dataset.photos ?? 1), 0);

/** @param {HTMLFormElement} form */
function count(form) {
  const kept = photosOf(waiting().filter((box) => box.checked));
  const wrong = photosOf(waiting()) - kept;
  the("[data-kept]", HTMLElement, form).textContent = String(kept);
  the("[data-wrong]", HTMLElement, form).textContent = String(wrong);
  the("[name=confirm]", HTMLButtonElement, form).disabled = kept === 0;
  the("[name=relabel]", HTMLButtonElement, form).disabled = wrong === 0;
}

/**
 * @param {HTMLInputElement[]} these
 * @param {boolean} checked
 */
function turn(these, checked) {
  for (const box of these) if (!isDecided(tileOf(box))) box.checked = checked;
}

/** @param {Event} event */
const placeOf = ({ target }) => (target instanceof HTMLInputElement ? boxes.indexOf(target) : -1);

/** @param {HTMLFormElement} form */
function listen(form) {
  const button = the("[data-turn]", HTMLElement, form);
  button.hidden = false;
  button.addEventListener("click", () => {
    turn(
      boxes,
      waiting().every((box) => !box.checked),
    );
    count(form);
  });
  form.addEventListener("click", (event) => {
    const here = placeOf(event);
    if (here < 0) return;
    const from = event.shiftKey && last !== null ? last : here;
    if (isDecided(tileOf(boxes[here]))) boxes[here].checked = true;
    turn(boxes.slice(Math.min(from, here), Math.max(from, here) + 1), boxes[here].checked);
    last = here;
    count(form);
  });
  new GridKeys(form, boxes, () => count(form)).listen();
  // The browser may restore what was taken out.
  window.addEventListener("pageshow", () => count(form));
  count(form);
}

if (form) listen(form);
