// A lasso or a rectangle, drawn over the map with a mouse, a pen or a finger.
import { the } from "../../dom.js";

/** @typedef {import("./points.js").Point} Point */

const APART = 3; // pixels between two corners of a lasso
const LEAST = 6; // of its size; anything smaller was a click

export class Lasso {
  #root;
  #path;
  #onDrawn;
  /** @type {Point[]} */
  #corners = [];
  #pointer = -1;
  tool = "move";

  /**
   * @param {HTMLElement} root
   * @param {SVGSVGElement} layer
   * @param {(corners: Point[], adds: boolean) => void} onDrawn in pixels of the root
   */
  constructor(root, layer, onDrawn) {
    this.#root = root;
    this.#path = the("path", SVGPathElement, layer);
    this.#onDrawn = onDrawn;
    root.addEventListener("pointerdown", (event) => this.#begin(event));
    root.addEventListener("pointermove", (event) => this.#go(event));
    root.addEventListener("pointerup", (event) => this.#end(event));
    root.addEventListener("pointercancel", () => this.#forget());
  }

  get isBusy() {
    return this.#pointer >= 0;
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    if (this.tool === "move" || event.button !== 0) return;
    if (this.isBusy) return this.#forget(); // a second finger: to zoom
    this.#pointer = event.pointerId;
    this.#root.setPointerCapture(event.pointerId);
    this.#corners = [this.#at(event)];
  }

  /** @param {PointerEvent} event */
  #go(event) {
    if (event.pointerId !== this.#pointer) return;
    const at = this.#at(event);
    const first = this.#corners[0] ?? at;
    const last = this.#corners[this.#corners.length - 1] ?? at;
    if (this.tool === "rectangle") {
      this.#corners = [first, [at[0], first[1]], at, [first[0], at[1]]];
    } else if (Math.hypot(at[0] - last[0], at[1] - last[1]) >= APART) {
      this.#corners.push(at);
    }
    this.#path.setAttribute("d", `M${this.#corners.map((corner) => corner.join(" ")).join("L")}Z`);
  }

  /** @param {PointerEvent} event */
  #end(event) {
    if (event.pointerId !== this.#pointer) return;
    const corners = this.#corners;
    this.#forget();
    if (spanOf(corners) >= LEAST) this.#onDrawn(corners, event.shiftKey);
  }

  #forget() {
    this.#pointer = -1;
    this.#corners = [];
    this.#path.removeAttribute("d");
  }

  /** @param {PointerEvent} event @returns {Point} */
  #at(event) {
    const { left, top } = this.#root.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }
}

/** @param {Point[]} corners */
function spanOf(corners) {
  const span = (/** @type {number[]} */ values) => Math.max(...values) - Math.min(...values);
  return Math.max(span(corners.map(([x]) => x)), span(corners.map(([, y]) => y)));
}
