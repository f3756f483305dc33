// The picture on a photo's page: enlarged by wheel, fingers, keys or buttons, and moved.
import { around, the } from "../dom.js";
import { keepFitted } from "../picture/frames.js";
import { STEP, Zoom } from "../picture/zoom.js";

const HIGHEST = 0.74; // of the screen, as photo.css has it without a script
const PAN = 0.2; // of the window
/** @type {Record<string, [number, number]>} */
const ARROWS = {
  ArrowLeft: [-PAN, 0],
  ArrowRight: [PAN, 0],
  ArrowUp: [0, -PAN],
  ArrowDown: [0, PAN],
};
/** @type {Record<string, string>} */
const KEYS = { "+": "larger", "=": "larger", "-": "smaller", 0: "whole" };

/** @param {HTMLElement} picture */
export function makeZoom(picture) {
  const frame = the("[data-window]", HTMLElement, picture);
  const sheet = the("[data-sheet]", HTMLElement, picture);
  const image = the("img", HTMLImageElement, sheet);
  // The sheet lies in the window as if that had its own size, so the window gets it from here.
  const measure = () => {
    const ratio = Number(image.getAttribute("height")) / Number(image.getAttribute("width"));
    frame.style.height = `${Math.min(picture.clientWidth * ratio, innerHeight * HIGHEST)}px`;
  };
  measure();
  addEventListener("resize", measure);
  frame.classList.add("is-ready");
  keepFitted(sheet);
  const zoom = new Zoom(frame, sheet, () => false);
  listen(picture, frame, zoom);
}

/**
 * @param {HTMLElement} picture
 * @param {HTMLElement} frame
 * @param {Zoom} zoom
 */
function listen(picture, frame, zoom) {
  const tools = the("[data-tools]", HTMLElement, picture);
  const whole = the('[data-zoom="whole"]', HTMLButtonElement, tools);
  tools.hidden = false;
  const act = (/** @type {string} */ what) => {
    if (what === "larger") zoom.by(STEP);
    else if (what === "smaller") zoom.by(1 / STEP);
    else if (what === "whole") zoom.reset();
  };
  tools.addEventListener("click", (event) => act(around(event, "[data-zoom]")?.dataset.zoom ?? ""));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (around(event, "input, select, textarea, dialog")) return;
    if (KEYS[event.key]) act(KEYS[event.key]);
  });
  // While it is enlarged the arrows move it; otherwise they lead to the next photo.
  document.addEventListener(
    "keydown",
    (event) => {
      const way = ARROWS[event.key];
      if (!way || !zoom.isZoomed || around(event, "input, select, textarea, dialog")) return;
      event.preventDefault();
      event.stopPropagation();
      zoom.look(...way);
    },
    { capture: true },
  );
  new MutationObserver(() => {
    whole.disabled = !zoom.isZoomed;
  }).observe(frame, { attributeFilter: ["class"] });
}
