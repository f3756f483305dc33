// Keys of the suspect labels: from card to card, and what its buttons do.

import { all, maybe, the } from "../../dom.js";
import { isForSomethingElse } from "./keys.js";

const CARDS = "article.suspect, article.suspect-decided";
/** @type {Record<string, string>} */
const BUTTONS = { Enter: "[name=keep]", 1: "[name=keep]", 2: "[name=label][value]" };
const help = the("[data-help]", HTMLDialogElement);
/** @type {string[]} */
const decided = []; // the photos that keys decided about, for U
let isByKey = false;

const cards = () => all(CARDS, HTMLElement);
const current = () => cards().find((card) => card.contains(document.activeElement));

/** @param {number} step */
function move(step) {
  const found = cards();
  const here = current();
  const next = here ? found[found.indexOf(here) + step] : found[0];
  if (next) goTo(next);
}

/** @param {HTMLElement} card */
function goTo(card) {
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

/** @param {string} selector */
function press(selector) {
  const card = current();
  if (!card) return move(1); // so that one sees first what a key will be about
  const button = maybe(`button${selector}`, HTMLButtonElement, card);
  if (!button) return;
  isByKey = true;
  decided.push(card.dataset.photo ?? "");
  button.click();
}

function other() {
  const details = maybe("details", HTMLDetailsElement, current());
  if (!details) return move(1);
  details.open = true;
  the("[name=label]", HTMLInputElement, details).focus();
}

function undo() {
  const photo = decided.pop();
  const card = photo
    ? cards().find((one) => one.dataset.photo === photo)
    : all("article.suspect-decided", HTMLElement).at(-1);
  if (card) maybe("[data-undo]", HTMLButtonElement, card)?.click();
}

/** @type {Record<string, () => unknown>} */
const actions = {
  ArrowDown: () => move(1),
  ArrowUp: () => move(-1),
  "/": other,
  u: undo,
  "?": () => help.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (isForSomethingElse(event)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key in BUTTONS) press(BUTTONS[key]);
  else if (key in actions) actions[key]();
  else return;
  event.preventDefault();
});
document.body.addEventListener("htmx:afterSettle", () => {
  if (isByKey) move(1);
  isByKey = false;
});
const opener = the("[data-open-help]", HTMLElement);
opener.hidden = false;
opener.addEventListener("click", () => help.showModal());
