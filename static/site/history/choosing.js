// History: choose many photos, by mouse (with the shift key a range), finger or keyboard, and deal
// with them at once. Without this, the boxes and the buttons below the photos do the same.
import { all, around, maybe, the } from "../../dom.js";

/** @type {HTMLInputElement | null} */
let last = null;

const results = the("#results", HTMLElement);
const boxes = () => all(".card-choose input", HTMLInputElement, results);
const chosen = () => boxes().filter((box) => box.checked);
const form = () => maybe("[data-chosen]", HTMLFormElement, results);

function show() {
  const bar = form();
  if (!bar) return;
  const { length } = boxes();
  const count = chosen().length;
  showBar(bar, count, count === length);
  const box = maybe("[data-choose-all] input", HTMLInputElement, results);
  if (!box) return;
  box.checked = count > 0 && count === length;
  box.indeterminate = count > 0 && count < length;
}

/**
 * @param {HTMLFormElement} bar
 * @param {number} count
 * @param {boolean} isAll
 */
function showBar(bar, count, isAll) {
  bar.classList.add("is-live");
  bar.classList.toggle("is-shown", count > 0);
  results.classList.toggle("is-choosing", count > 0);
  const words = the("[data-count]", HTMLElement, bar);
  const { one = "", many = "" } = words.dataset;
  words.textContent = count === 1 ? one : many.replace("{count}", String(count));
  const all = maybe("[name=all]", HTMLInputElement, bar);
  words.hidden = count === 0 || (isAll && all?.checked === true);
  the("[data-clear]", HTMLElement, bar).hidden = false;
  const matching = maybe("[data-matching]", HTMLElement, bar);
  if (!matching) return;
  matching.hidden = !isAll;
  if (!isAll) the("input", HTMLInputElement, matching).checked = false;
}

/**
 * @param {HTMLInputElement[]} some
 * @param {boolean} checked
 */
function turn(some, checked) {
  for (const box of some) box.checked = checked;
  show();
}

/** @param {HTMLElement} heading */
function ofDay(heading) {
  const found = [];
  for (let next = heading.nextElementSibling; next; next = next.nextElementSibling) {
    if (next.matches(".day")) break;
    found.push(...all(".card-choose input", HTMLInputElement, next));
  }
  return found;
}

/** @param {MouseEvent} event */
function click(event) {
  const { target } = event;
  const day = around(event, "[data-choose-day]")?.closest(".day");
  if (day instanceof HTMLElement) {
    const some = ofDay(day);
    return turn(
      some,
      some.some((box) => !box.checked),
    );
  }
  if (around(event, "[data-clear]")) return turn(boxes(), false);
  if (!(target instanceof HTMLInputElement)) return;
  if (target.name === "all") return show();
  if (target.closest("[data-choose-all]")) return turn(boxes(), target.checked);
  if (!target.closest(".card-choose")) return;
  const here = boxes();
  const [from, to] = [last ? here.indexOf(last) : -1, here.indexOf(target)];
  if (event.shiftKey && from >= 0) {
    turn(here.slice(Math.min(from, to), Math.max(from, to) + 1), target.checked);
  }
  last = target;
  show();
}

// A form may have a thousand fields at most: what is chosen goes as one of them.
/** @param {SubmitEvent} event */
function submit({ target }) {
  const bar = form();
  if (!bar || target !== bar) return;
  const joined = the("[data-joined]", HTMLInputElement, bar);
  joined.value = chosen()
    .map((box) => box.value)
    .join(" ");
  joined.disabled = false;
  const named = chosen();
  for (const box of named) box.disabled = true;
  setTimeout(() => {
    for (const box of named) box.disabled = false; // after a download the page stays
    joined.disabled = true;
  });
}

function begin() {
  last = null;
  for (const hidden of all("[data-choose-all], [data-choose-day]", HTMLElement, results)) {
    hidden.hidden = false;
  }
  show();
}

results.addEventListener("click", click);
document.addEventListener("submit", submit);
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape" && chosen().length && !maybe("details.menu[open]", HTMLElement)) {
    turn(boxes(), false);
  }
});
document.addEventListener("htmx:afterSettle", begin);
document.addEventListener("ark:cards", begin);
window.addEventListener("pageshow", begin); // the browser may restore what was chosen
begin();
