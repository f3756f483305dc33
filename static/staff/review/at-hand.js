// Labels at hand: those a reviewer has pinned, then those they used of late. Each keeps its key for
// as long as it stands there: a new one takes the place of the one that was not used for longest.
import { all, around, the } from "../../dom.js";
import { labelsIn } from "../../labels/known.js";
import * as session from "../../session.js";

/** @typedef {import("../../labels/known.js").Label} Label */

export const FIRST_KEY = 6; // 1 to 5 are what the network says
const PLACES = 4;
const MOST_RECENT = 9;

export class AtHand {
  /**
   * @param {HTMLElement} row
   * @param {HTMLElement} options  the picker's list: what labels are called
   */
  constructor(row, options) {
    this.row = row;
    this.options = options;
    this.pinned = slugsIn(row.dataset.pinned);
    this.recent = slugsIn(row.dataset.recent); // the latest first
    this.placed = this.recent.slice(); // in the order of their keys
    row.addEventListener("click", (event) => this.click(event));
    this.draw();
  }

  /** @param {number} key */
  press(key) {
    all("[data-label]", HTMLElement, this.row)[key - FIRST_KEY]?.click();
  }

  /**
   * A label was searched for and chosen.
   * @param {string} slug
   */
  use(slug) {
    this.recent = [slug, ...this.recent.filter((other) => other !== slug)].slice(0, MOST_RECENT);
    this.draw();
  }

  /**
   * @param {string} slug
   * @param {boolean} isPinned
   */
  async pin(slug, isPinned) {
    const body = new FormData();
    body.set("label", slug);
    if (isPinned) body.set("is_pinned", "on");
    const { pin = "" } = this.row.dataset;
    const response = await session.ask(pin, { method: "POST", body }).catch(() => null);
    if (!response?.ok) return;
    /** @type {{ pinned: Label[] }} */
    const answer = await response.json();
    this.pinned = answer.pinned.map((label) => label.slug);
    this.draw();
  }

  draw() {
    const labels = labelsIn(this.options);
    const pinned = this.pinned.filter((slug) => labels.has(slug)).slice(0, PLACES);
    const free = PLACES - pinned.length;
    const latest = this.recent.filter((slug) => labels.has(slug) && !pinned.includes(slug));
    this.placed = keepPlaces(this.placed, latest.slice(0, free));
    const shown = [...pinned, ...this.placed].flatMap((slug) => labels.get(slug) ?? []);
    for (const old of all(".at-hand-one", HTMLElement, this.row)) old.remove();
    this.row.append(...shown.map((label, index) => this.one(label, FIRST_KEY + index)));
    this.row.hidden = !shown.length;
  }

  /**
   * @param {Label} label
   * @param {number} key
   */
  one({ slug, name }, key) {
    const { content } = the("template", HTMLTemplateElement, this.row);
    const one = the(".at-hand-one", HTMLElement, content).cloneNode(true);
    const element = /** @type {HTMLElement} */ (one);
    const button = the("[data-label]", HTMLElement, element);
    Object.assign(button.dataset, { label: slug, name });
    the("kbd", HTMLElement, button).textContent = String(key);
    the("[data-text]", HTMLElement, button).textContent = name;
    const pin = the("[data-pin-this]", HTMLElement, element);
    const isPinned = this.pinned.includes(slug);
    const { textPin = "", textUnpin = "" } = this.row.dataset;
    pin.dataset.pinThis = slug;
    pin.ariaPressed = String(isPinned);
    pin.ariaLabel = pin.title = (isPinned ? textUnpin : textPin).replace("{label}", name);
    return element;
  }

  /** @param {Event} event */
  click(event) {
    const slug = around(event, "[data-pin-this]")?.dataset.pinThis;
    if (!slug) return; // the page hears of the others
    event.stopPropagation();
    this.pin(slug, !this.pinned.includes(slug));
  }
}

/** @param {string} [text] */
const slugsIn = (text = "") => text.split(" ").filter(Boolean);

/**
 * @param {string[]} before
 * @param {string[]} wanted
 */
function keepPlaces(before, wanted) {
  const newOnes = wanted.filter((slug) => !before.includes(slug));
  const kept = before.map((slug) => (wanted.includes(slug) ? slug : newOnes.shift()));
  return [...kept, ...newOnes].filter((slug) => slug !== undefined);
}
