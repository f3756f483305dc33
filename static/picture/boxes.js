// Drawing a box over a picture with mouse, finger or keys, and adjusting it afterwards.
import { around } from "../dom.js";
import { boxOf, place } from "./frames.js";
import { boxBetween, isLargeEnough, moved, resized } from "./geometry.js";

/**
 * @typedef {import("./geometry.js").Box} Box
 * @typedef {import("./geometry.js").Point} Point
 */

const HANDLES = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];
const KEY_STEP = 0.01;
/** @type {Box} */
const START = [0.25, 0.25, 0.75, 0.75]; // of who draws with keys
/** @type {Record<string, Point>} */
const STEPS = {
  ArrowLeft: { x: -KEY_STEP, y: 0 },
  ArrowRight: { x: KEY_STEP, y: 0 },
  ArrowUp: { x: 0, y: -KEY_STEP },
  ArrowDown: { x: 0, y: KEY_STEP },
};

export class Drawing {
  #surface;
  #layer;
  #changed;
  #name;
  /** @type {HTMLElement | null} */
  #drawn = null;
  /** @type {((event: PointerEvent) => void) | null} */
  #drag = null;
  isDrawing = false; // the next pointer that comes down begins a box

  /**
   * @param {HTMLElement} surface  takes the pointers and, while somebody draws, the keys
   * @param {HTMLElement} layer  lies exactly on the picture, and gets the box
   * @param {string} name  what the box is called for who cannot see it
   * @param {() => void} changed
   */
  constructor(surface, layer, name, changed) {
    this.#surface = surface;
    this.#layer = layer;
    this.#name = name;
    this.#changed = changed;
    surface.addEventListener("pointerdown", (event) => this.#press(event));
    surface.addEventListener("pointermove", (event) => this.#drag?.(event));
    surface.addEventListener("pointerup", () => this.#release());
    surface.addEventListener("pointercancel", () => this.#release());
    surface.addEventListener("keydown", (event) => this.#type(event));
  }

  /** @returns {Box | null} */
  get box() {
    return this.#drawn && boxOf(this.#drawn);
  }

  get element() {
    return this.#drawn;
  }

  /** Whether a pointer is for a box now. */
  get isBusy() {
    return this.isDrawing || this.#drag !== null;
  }

  start() {
    this.#turn(true);
    this.#surface.focus({ preventScroll: true });
  }

  cancel() {
    this.#drawn?.remove();
    this.#drawn = this.#drag = null;
    this.#turn(false);
  }

  /** @param {boolean} isDrawing */
  #turn(isDrawing) {
    this.isDrawing = isDrawing;
    this.#surface.classList.toggle("is-drawing", isDrawing);
    this.#changed();
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button || !event.isPrimary) return;
    const handle = around(event, "[data-handle]")?.dataset.handle;
    const isInside = this.#drawn && around(event, ".drawn") === this.#drawn;
    if (this.isDrawing) this.#begin(event);
    else if (isInside) this.#adjust(event, handle);
    else return;
    event.stopPropagation();
    event.preventDefault();
    this.#surface.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    const start = this.#point(event);
    this.#drag = (now) => this.#put(boxBetween(start, this.#point(now)));
  }

  /**
   * @param {PointerEvent} event
   * @param {string} [handle]
   */
  #adjust(event, handle) {
    const from = this.#point(event);
    const { box } = this;
    if (!box) return;
    this.#drag = (now) => {
      const to = this.#point(now);
      const by = { x: to.x - from.x, y: to.y - from.y };
      this.#put(handle ? resized(box, handle, by) : moved(box, by));
    };
  }

  #release() {
    if (!this.#drag) return;
    this.#drag = null;
    const { box } = this;
    if (box && isLargeEnough(box)) {
      this.#turn(false);
      this.#drawn?.focus({ preventScroll: true });
      return;
    }
    this.#drawn?.remove();
    this.#drawn = null;
    this.#changed();
  }

  /** @param {KeyboardEvent} event */
  #type(event) {
    const by = STEPS[event.key];
    if (!by || (!this.isDrawing && event.target !== this.#drawn)) return;
    event.preventDefault();
    const { box } = this;
    if (this.isDrawing || !box) this.#put(START);
    else this.#put(event.shiftKey ? resized(box, "se", by) : moved(box, by));
    if (this.isDrawing) this.#turn(false);
    this.#drawn?.focus({ preventScroll: true });
  }

  /** @param {Box} box */
  #put(box) {
    if (!this.#drawn?.isConnected) {
      this.#drawn = newFrame(this.#name);
      this.#layer.append(this.#drawn);
    }
    place(this.#drawn, box);
    this.#drawn.style.zIndex = "2000";
    this.#changed();
  }

  /** @param {PointerEvent} event */
  #point({ clientX, clientY }) {
    const { left, top, width, height } = this.#layer.getBoundingClientRect();
    return { x: (clientX - left) / width, y: (clientY - top) / height };
  }
}

/** @param {string} name */
function newFrame(name) {
  const frame = document.createElement("div");
  frame.className = "drawn";
  frame.tabIndex = 0;
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", name);
  for (const handle of HANDLES) {
    const grip = document.createElement("span");
    grip.className = "drawn-handle";
    grip.dataset.handle = handle;
    frame.append(grip);
  }
  return frame;
}
