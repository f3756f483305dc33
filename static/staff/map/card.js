// The photo of the point under the mouse: its picture and names, beside the point. A click or a tap
// holds it, so that its link can be followed.
import * as session from "../../session.js";

const PATIENCE_MS = 60;
const KEPT = 300; // photos
const GAP = 14; // pixels between point and card

export class Card {
  #element;
  #address;
  /** @type {Map<string, string>} */
  #known = new Map();
  #timer = 0;
  #shown = "";
  isHeld = false;

  /** @param {HTMLElement} element @param {string} address */
  constructor(element, address) {
    this.#element = element;
    this.#address = address;
  }

  /**
   * @param {string} id
   * @param {[number, number]} at
   * @param {boolean} [isHeld]
   */
  show(id, at, isHeld = false) {
    this.isHeld = isHeld;
    this.#element.classList.toggle("is-held", isHeld);
    if (id === this.#shown) return;
    this.#shown = id;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fill(id, at), this.#known.has(id) ? 0 : PATIENCE_MS);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#shown = "";
    this.isHeld = false;
    this.#element.hidden = true;
  }

  /** @param {string} id @param {[number, number]} at */
  async #fill(id, at) {
    if (!this.#known.has(id)) {
      const response = await session.ask(`${this.#address}${id}/`).catch(() => null);
      if (!response?.ok) return;
      if (this.#known.size >= KEPT) this.#known.clear();
      this.#known.set(id, await response.text());
    }
    if (id !== this.#shown) return;
    this.#element.innerHTML = this.#known.get(id) ?? "";
    this.#element.hidden = false;
    this.#place(at);
  }

  // Beside the point, and wholly within the map.
  /** @param {[number, number]} at */
  #place([x, y]) {
    const { offsetWidth: width, offsetHeight: height, offsetParent: around } = this.#element;
    const [right, bottom] = [around?.clientWidth ?? 0, around?.clientHeight ?? 0];
    const left = x + GAP + width < right ? x + GAP : x - GAP - width;
    this.#element.style.left = `${Math.max(4, Math.min(left, right - width - 4))}px`;
    this.#element.style.top = `${Math.max(4, Math.min(y - height / 2, bottom - height - 4))}px`;
  }

  // Labels have changed: what is known may be wrong.
  forget() {
    this.#known.clear();
    this.hide();
  }
}
