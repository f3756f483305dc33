// The photo's page: frames over the picture tell what they hold when somebody points at them, taps
// them or comes to them by keyboard, and belong to the list beside the picture.
import { all, around, the } from "../dom.js";
import { fit } from "../picture/frames.js";
import { clamp } from "../picture/geometry.js";
import { see } from "./history/last-seen.js";
import { makeZoom } from "./photo-zoom.js";

const MARGIN_PX = 8;
const picture = the("[data-picture]", HTMLElement);
let pinned = ""; // the part whose card stays

const places = () => all(".frame-place", HTMLElement, picture);
const partOf = (/** @type {HTMLElement | null} */ element) => element?.dataset.part ?? "";

/**
 * @param {string} part
 * @param {boolean} [withCard]
 */
function show(part, withCard = true) {
  for (const place of places()) {
    const isShown = withCard && partOf(place) === part;
    const card = the(`[data-card="${partOf(place)}"]`, HTMLElement, picture);
    card.classList.toggle("is-shown", isShown);
    the("button", HTMLElement, place).setAttribute("aria-expanded", String(isShown));
    if (isShown) put(card, place.getBoundingClientRect());
  }
  for (const one of [...places(), ...all(".parts [data-part]", HTMLElement)]) {
    one.classList.toggle("is-pointed-at", partOf(one) === part);
  }
}

// Below the frame or, where there is no room, above it; and never beyond the sides.
/**
 * @param {HTMLElement} card
 * @param {DOMRect} frame
 */
function put(card, frame) {
  const room = the("[data-window]", HTMLElement, picture).getBoundingClientRect();
  const layer = the("[data-frames]", HTMLElement, picture).getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = card;
  const left = clamp(frame.left, room.left + MARGIN_PX, room.right - width - MARGIN_PX);
  const below = frame.bottom + MARGIN_PX;
  const above = frame.top - height - MARGIN_PX;
  const lowest = Math.max(room.top, room.bottom - height - MARGIN_PX);
  let top = clamp(below, room.top, lowest);
  if (below > lowest && above >= room.top) top = above;
  card.style.left = `${left - layer.left}px`;
  card.style.top = `${top - layer.top}px`;
}

for (const event of ["pointerover", "focusin"]) {
  document.addEventListener(event, (event) => {
    const isTouch = event instanceof PointerEvent && event.pointerType === "touch";
    if (isTouch) return;
    const frame = partOf(around(event, ".frame-place"));
    const item = partOf(around(event, ".parts [data-part]"));
    show(frame || item || pinned, !item);
  });
}
document.addEventListener("click", (event) => {
  const part = partOf(around(event, ".frame-place"));
  pinned = part === pinned ? "" : part;
  show(pinned);
});
document.addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  pinned = "";
  show("");
});
document.addEventListener("htmx:afterSettle", () => fit(the("[data-sheet]", HTMLElement, picture)));
makeZoom(picture);
see(the(".photo[data-photo]", HTMLElement).dataset.photo ?? "");
