// A picture that can be enlarged and moved: by wheel, two fingers, mouse, or whoever calls.
import { fit } from "./frames.js";
import { panned, UNCHANGED, zoomed } from "./geometry.js";

/**
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./geometry.js").View} View
 */

export const STEP = 1.5;
const WHEEL_STEP = 0.002;
const CLICK_PX = 5; // a pointer that moves by less has clicked

export class Zoom {
  #window;
  #sheet;
  /** @type {View} */
  #view = UNCHANGED;
  /** @type {Map<number, Point>} */
  #pointers = new Map();
  #way = 0; // of the pointers since they came down
  #isPaused;

  /**
   * @param {HTMLElement} frame  shows a part of the sheet
   * @param {HTMLElement} sheet  as large as the frame, with an image and a layer of frames
   * @param {() => boolean} isPaused  pointers are for something else now
   */
  constructor(frame, sheet, isPaused) {
    this.#window = frame;
    this.#sheet = sheet;
    this.#isPaused = isPaused;
    frame.addEventListener("wheel", (event) => this.#turn(event), { passive: false });
    frame.addEventListener("pointerdown", (event) => this.#press(event));
    frame.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) {
      frame.addEventListener(end, (event) => this.#pointers.delete(event.pointerId));
    }
    frame.addEventListener("click", (event) => this.#click(event), { capture: true });
    frame.addEventListener("dblclick", () => this.reset());
    new ResizeObserver(() => this.#show(panned(this.#view, { x: 0, y: 0 }, this.#size))).observe(
      frame,
    );
  }

  get isZoomed() {
    return this.#view.scale > 1;
  }

  reset() {
    this.#show(UNCHANGED);
  }

  /**
   * @param {number} factor
   * @param {Point} [point]  by default the middle
   */
  by(factor, point) {
    const { width, height } = this.#size;
    this.#show(zoomed(this.#view, factor, point ?? { x: width / 2, y: height / 2 }, this.#size));
  }

  /**
   * Larger or smaller around what somebody is looking at.
   * @param {number} factor
   * @param {Element | null} element
   */
  around(factor, element) {
    this.by(factor, element ? this.#middleOf(element) : undefined);
  }

  /**
   * Moved, if need be, so that this part of the picture is seen.
   * @param {Element} element
   */
  reveal(element) {
    const { width, height } = this.#size;
    const { x, y } = this.#middleOf(element);
    if (x > 0 && x < width && y > 0 && y < height) return;
    this.#show(panned(this.#view, { x: width / 2 - x, y: height / 2 - y }, this.#size));
  }

  /** @param {Element} element */
  #middleOf(element) {
    const { left, top, width, height } = element.getBoundingClientRect();
    return this.#point({ clientX: left + width / 2, clientY: top + height / 2 });
  }

  /**
   * @param {number} x  parts of the window to look further right by
   * @param {number} y  and down
   */
  look(x, y) {
    const { width, height } = this.#size;
    this.#show(panned(this.#view, { x: -x * width, y: -y * height }, this.#size));
  }

  get #size() {
    return { width: this.#window.clientWidth, height: this.#window.clientHeight };
  }

  /** @param {View} view */
  #show(view) {
    this.#view = view;
    const { scale, x, y } = view;
    // Laid out anew instead of transformed, so that lines and words stay as they are.
    this.#sheet.style.width = this.#sheet.style.height = `${scale * 100}%`;
    this.#sheet.style.left = `${x}px`;
    this.#sheet.style.top = `${y}px`;
    this.#window.classList.toggle("is-zoomed", scale > 1);
    fit(this.#sheet);
  }

  /** @param {WheelEvent} event */
  #turn(event) {
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    const isOut = event.deltaY > 0;
    if (isOut && !this.isZoomed) return; // the page scrolls
    event.preventDefault();
    this.by(Math.exp(-event.deltaY * lines * WHEEL_STEP), this.#point(event));
  }

  /** @param {PointerEvent} event */
  #press(event) {
    if (event.button || this.#isPaused()) return;
    if (event.isPrimary) this.#pointers.clear(); // of those whose end was never heard
    if (!this.#pointers.size) this.#way = 0;
    this.#pointers.set(event.pointerId, this.#point(event));
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const before = this.#pointers.get(event.pointerId);
    if (!before || this.#isPaused()) return;
    const point = this.#point(event);
    this.#pointers.set(event.pointerId, point);
    this.#way += Math.hypot(point.x - before.x, point.y - before.y);
    const [other] = [...this.#pointers].filter(([id]) => id !== event.pointerId);
    if (other) this.#pinch(before, point, other[1]);
    else if (this.isZoomed && this.#way > CLICK_PX) {
      this.#window.setPointerCapture(event.pointerId);
      this.#show(panned(this.#view, { x: point.x - before.x, y: point.y - before.y }, this.#size));
    }
  }

  /**
   * @param {Point} before
   * @param {Point} now
   * @param {Point} other
   */
  #pinch(before, now, other) {
    const gap = Math.hypot(before.x - other.x, before.y - other.y) || 1;
    const factor = Math.hypot(now.x - other.x, now.y - other.y) / gap;
    const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
    const moved = { x: (now.x - before.x) / 2, y: (now.y - before.y) / 2 };
    this.#show(panned(zoomed(this.#view, factor, middle, this.#size), moved, this.#size));
  }

  // What ends a drag chooses nothing.
  /** @param {MouseEvent} event */
  #click(event) {
    if (event.detail && this.#way > CLICK_PX && !this.#isPaused()) event.stopPropagation();
    this.#way = 0;
  }

  /** @param {{ clientX: number, clientY: number }} where */
  #point({ clientX, clientY }) {
    const { left, top } = this.#window.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}
