// Keys of many at once: from picture to picture, and a label for one of them alone.

import { all, maybe, the } from "../../dom.js";
import { isForSomethingElse } from "./keys.js";
import { newId, post } from "./send.js";

const TYPED = "input:not([type=checkbox]), select, textarea, [contenteditable]";
const ARROWS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];

// As the filter `percent` of templates says it: never certain.
/** @param {number} share */
function percent(share) {
  if (share >= 0.995) return "> 99\u00a0%";
  return share < 0.005 ? "< 1\u00a0%" : `${Math.round(100 * share)}\u00a0%`;
}

/**
 * @typedef {import("./send.js").Answer} Answer
 * @typedef {{ id: string, tile: HTMLElement, name: string }} Made  name: that stood there before
 */

export class GridKeys {
  #form;
  #boxes;
  #count;
  #bar;
  #here = -1;
  /** @type {Made[]} */
  #made = []; // what U takes back

  /**
   * @param {HTMLFormElement} form
   * @param {HTMLInputElement[]} boxes
   * @param {() => void} count
   */
  constructor(form, boxes, count) {
    this.#form = form;
    this.#boxes = boxes;
    this.#count = count;
    this.#bar = the("[data-this]", HTMLElement, form);
  }

  listen() {
    const help = the("[data-help]", HTMLDialogElement);
    const opener = the("[data-open-help]", HTMLElement, this.#form);
    /** @type {Record<string, () => unknown>} */
    const actions = {
      a: () => the("[data-turn]", HTMLElement, this.#form).click(),
      c: () => the("[name=confirm]", HTMLElement, this.#form).click(),
      "/": () => the("[name=label]", HTMLElement, this.#form).focus(),
      u: () => this.#undo(),
      "?": () => help.showModal(),
    };
    document.addEventListener("keydown", (event) => this.#press(event, actions));
    this.#form.addEventListener("focusin", ({ target }) => this.#goTo(target));
    this.#bar.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("[data-number]") : null;
      if (button instanceof HTMLElement) this.#label(Number(button.dataset.number));
    });
    opener.hidden = false;
    opener.addEventListener("click", () => help.showModal());
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Record<string, () => unknown>} actions
   */
  #press(event, actions) {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const isOnBox = event.target instanceof HTMLInputElement && this.#boxes.includes(event.target);
    const isHere = isOnBox || event.target === document.body;
    const isPlain = !(event.shiftKey || event.altKey || event.ctrlKey || event.metaKey);
    const isOpen = document.querySelector("dialog[open]");
    if (ARROWS.includes(key) && isHere && isPlain && !isOpen) this.#step(key);
    else if (isForSomethingElse(event, TYPED)) return;
    else if (key === "Enter" && isOnBox) this.#boxes[this.#here].click();
    else if (/^[1-5]$/.test(key)) this.#label(Number(key));
    else if (key in actions) actions[key]();
    else return;
    event.preventDefault();
  }

  /** @param {string} key */
  #step(key) {
    const [here, row] = [this.#here, perRow(this.#boxes)];
    /** @type {Record<string, number>} */
    const places = {
      ArrowLeft: here - 1,
      ArrowRight: here + 1,
      ArrowUp: here - row,
      ArrowDown: here + row,
      Home: 0,
      End: this.#boxes.length - 1,
    };
    this.#boxes[here < 0 ? 0 : places[key]]?.focus();
  }

  /** @param {EventTarget | null} target */
  #goTo(target) {
    const place = target instanceof HTMLInputElement ? this.#boxes.indexOf(target) : -1;
    if (place < 0) return;
    this.#here = place;
    offer(this.#bar, choicesOf(tileOf(this.#boxes[place])));
  }

  /** @param {number} place */
  async #label(place) {
    const box = this.#boxes[this.#here];
    const tile = box && tileOf(box);
    const [slug, name] = (tile && choicesOf(tile)[place - 1]) ?? [];
    if (!slug || !name || isDecided(tile)) return;
    const { photo = "", seen = "", also = "" } = tile.dataset; // also: the rest of a burst
    const id = newId();
    const fields = { decision: id, photo, label: slug, seen, also, grid: 1 };
    if (!this.#isDone(await post(this.#text("decide"), fields))) return;
    this.#made.push({ id, tile, name: nameIn(tile).textContent ?? "" });
    this.#mark(tile, name, true);
    this.#say("textDecided", name);
  }

  async #undo() {
    const last = this.#made.at(-1);
    if (!last) {
      const together = maybe(".grid-decided button", HTMLButtonElement);
      return together ? together.click() : this.#say("textNothingToUndo");
    }
    const answer = await post(this.#text("undo"), { decision: last.id });
    if (!this.#isDone(answer)) return;
    this.#made.pop();
    last.tile.dataset.seen = answer.seen;
    this.#mark(last.tile, last.name, false);
    the("[name=keep]", HTMLInputElement, last.tile).focus();
    this.#say("textUndone");
  }

  /** @param {Answer} answer */
  #isDone({ outcome }) {
    if (outcome !== "done") this.#say(outcome === "conflict" ? "textChanged" : "textNotSent");
    return outcome === "done";
  }

  /**
   * A photo that is decided has no part in what is decided together.
   * @param {HTMLElement} tile
   * @param {string} name
   * @param {boolean} isNow
   */
  #mark(tile, name, isNow) {
    const box = the("[name=keep]", HTMLInputElement, tile);
    const shown = the(`[name=shown][value="${box.value}"]`, HTMLInputElement, this.#form);
    nameIn(tile).textContent = name;
    tile.classList.toggle("is-decided", isNow);
    box.checked = true;
    shown.disabled = isNow;
    this.#count();
  }

  /**
   * @param {string} text  its name
   * @param {string} label
   */
  #say(text, label = "") {
    const words = this.#text(text).replace("{label}", label);
    the("[data-status]", HTMLElement, this.#bar).textContent = words;
  }

  /** @param {string} name */
  #text(name) {
    return this.#form.dataset[name] ?? "";
  }
}

/** @param {HTMLElement} tile */
export const isDecided = (tile) => tile.classList.contains("is-decided");

/** @param {HTMLInputElement} box */
export const tileOf = (box) => /** @type {HTMLElement} */ (box.closest(".review-thumb"));

/** @param {HTMLElement} tile */
const nameIn = (tile) => the(".review-thumb-name", HTMLElement, tile);

/**
 * @param {HTMLElement} tile
 * @returns {[string, string, number][]}  slug, name and confidence
 */
const choicesOf = (tile) => JSON.parse(tile.dataset.choices ?? "[]");

/**
 * @param {HTMLElement} bar
 * @param {[string, string, number][]} choices
 */
function offer(bar, choices) {
  bar.hidden = false;
  for (const [place, button] of all("[data-number]", HTMLElement, bar).entries()) {
    const [, name, confidence] = choices[place] ?? [];
    button.hidden = !name;
    the("span", HTMLElement, button).textContent = `${name} ${percent(confidence ?? 0)}`;
  }
  the("[data-status]", HTMLElement, bar).textContent = "";
}

/** @param {HTMLInputElement[]} boxes */
function perRow(boxes) {
  const tops = boxes.map((box) => tileOf(box).offsetTop);
  const next = tops.findIndex((top) => top > tops[0]);
  return next < 0 ? boxes.length : next;
}
