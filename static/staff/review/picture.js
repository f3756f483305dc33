// The picture of a photo in the queue: enlarged and moved, and which part of it the label is about.
import { all, the } from "../../dom.js";
import { Drawing } from "../../picture/boxes.js";
import { boxOf, keepFitted, place as putInPlace } from "../../picture/frames.js";
import { WHOLE } from "../../picture/geometry.js";
import { STEP, Zoom } from "../../picture/zoom.js";

const PAN = 0.2; // of the window

/**
 * What the label is about: "main" as it was, "other" subject that was found, what was "drawn", or
 * the "whole" picture.
 * @typedef {"main" | "other" | "drawn" | "whole"} About
 * @typedef {import("../../picture/geometry.js").Box} Box
 */

/** @type {WeakMap<HTMLElement, Picture>} */
const pictures = new WeakMap();

/** @param {HTMLElement} article */
export function pictureOf(article) {
  const known = pictures.get(article);
  if (known) return known;
  const picture = new Picture(article);
  pictures.set(article, picture);
  return picture;
}

export class Picture {
  #article;
  #window;
  #drawing;
  #zoom;
  /** @type {HTMLElement | null} */
  #picked = null;
  #isWhole = false;

  /** @param {HTMLElement} article */
  constructor(article) {
    this.#article = article;
    this.#window = the("[data-window]", HTMLElement, article);
    const sheet = the("[data-sheet]", HTMLElement, article);
    const layer = the("[data-frames]", HTMLElement, article);
    const name = the('[data-action="draw"]', HTMLElement, article).ariaLabel ?? "";
    keepFitted(sheet);
    this.#drawing = new Drawing(this.#window, layer, name, () => this.#show());
    this.#zoom = new Zoom(this.#window, sheet, () => this.#drawing.isBusy);
  }

  /** @returns {About} */
  get about() {
    if (this.#drawing.box) return "drawn";
    if (this.#isWhole) return "whole";
    return this.#picked && this.#picked !== this.#main ? "other" : "main";
  }

  /** What to tell the server; null keeps what people or the network said. @returns {Box | null} */
  get box() {
    if (this.#drawing.box) return this.#drawing.box;
    if (this.#isWhole) return WHOLE;
    return this.about === "other" && this.#picked ? boxOf(this.#picked) : null;
  }

  get isDrawing() {
    return this.#drawing.isDrawing;
  }

  /** @param {string} part  its place in the list; 0 is the main one */
  pick(part) {
    const isAgain = this.#picked?.dataset.part === part && this.about !== "drawn";
    this.#choose(isAgain ? this.#main : this.#find(part));
  }

  /** Whether there is another one to pick. */
  pickNext() {
    const places = this.#places;
    if (places.length < 2 && this.#main) return false;
    const here = places.indexOf(this.#picked ?? this.#main ?? places[places.length - 1]);
    this.#choose(places[(here + 1) % places.length] ?? null);
    if (this.#picked) this.#zoom.reveal(this.#picked);
    return places.length > 0;
  }

  pickWhole() {
    const isWhole = !this.#isWhole;
    this.#choose(null);
    this.#isWhole = isWhole;
    this.#show();
  }

  draw() {
    if (this.#drawing.isDrawing) return this.#drawing.cancel();
    this.#isWhole = false;
    this.#drawing.start();
  }

  cancel() {
    if (this.isDrawing || this.about !== "main") this.#choose(null);
  }

  /**
   * A label of its own was given to what is chosen; from here on the label is about the main one.
   * @param {string} id
   * @param {string} name
   */
  showLabelled(id, name) {
    const place = this.about === "drawn" ? this.#keepDrawn() : this.#picked;
    if (place) {
      place.dataset.before = the(".frame-name", HTMLElement, place).textContent ?? "";
      place.dataset.labelled = id;
      callIt(place, `${name} ✓`);
    }
    this.#choose(null);
  }

  /** @param {string} id */
  takeBack(id) {
    const place = this.#places.find((one) => one.dataset.labelled === id);
    if (place?.dataset.part === "drawn") place.remove();
    else if (place) callIt(place, place.dataset.before ?? "");
  }

  larger() {
    this.#zoom.around(STEP, this.#subject);
  }

  smaller() {
    this.#zoom.around(1 / STEP, this.#subject);
  }

  reset() {
    this.#zoom.reset();
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  look(x, y) {
    this.#zoom.look(x * PAN, y * PAN);
  }

  get #subject() {
    return this.#drawing.element ?? this.#picked ?? this.#main;
  }

  get #places() {
    return all(".frame-place", HTMLElement, this.#window);
  }

  get #main() {
    return this.#find("0");
  }

  /** @param {string} part */
  #find(part) {
    return this.#places.find((place) => place.dataset.part === part) ?? null;
  }

  /** @param {HTMLElement | null} place */
  #choose(place) {
    this.#picked = place;
    this.#isWhole = false;
    this.#drawing.cancel();
  }

  // The drawn box becomes a frame like the others.
  #keepDrawn() {
    const layer = the("[data-frames]", HTMLElement, this.#window);
    const place = document.createElement("div");
    place.className = "frame-place";
    place.dataset.part = "drawn";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "frame";
    button.dataset.pick = "drawn";
    const name = document.createElement("span");
    name.className = "frame-name";
    button.append(name);
    place.append(button);
    layer.append(place);
    if (this.#drawing.box) putInPlace(place, this.#drawing.box);
    return place;
  }

  #show() {
    const { about } = this;
    const original = this.#window.classList.contains("is-whole") ? "whole" : "main";
    const shown = about === "main" ? this.#main : about === "other" ? this.#picked : null;
    for (const place of this.#places) {
      the("button", HTMLElement, place).ariaPressed = String(place === shown);
    }
    this.#window.dataset.about = about === "main" ? original : about;
    this.#press("whole", this.#window.dataset.about === "whole");
    this.#press("draw", this.isDrawing || about === "drawn");
    const wanted = about === "other" ? (this.#picked?.dataset.part ?? "0") : "0";
    const answers = all("[data-answers]", HTMLElement, this.#article);
    const known = answers.some((one) => one.dataset.answers === wanted) ? wanted : "0";
    for (const one of answers) one.hidden = one.dataset.answers !== known;
    this.#article.dispatchEvent(new CustomEvent("ark:about", { bubbles: true })); // others tell
  }

  /**
   * @param {string} action
   * @param {boolean} isPressed
   */
  #press(action, isPressed) {
    the(`[data-action="${action}"]`, HTMLElement, this.#article).ariaPressed = String(isPressed);
  }
}

/**
 * @param {HTMLElement} place
 * @param {string} name
 */
function callIt(place, name) {
  the("button", HTMLElement, place).ariaLabel = name;
  the(".frame-name", HTMLElement, place).textContent = name;
}
