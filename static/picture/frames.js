// Frames over a picture: a layer that lies exactly on it, and in it an element for each box.
import { all, the } from "../dom.js";
import { areaOf, fitted } from "./geometry.js";

/** @typedef {import("./geometry.js").Box} Box */

const NAME = { width: 128, height: 24 }; // pixels; most are smaller

/**
 * @param {HTMLElement} element
 * @returns {Box}
 */
export const boxOf = (element) => JSON.parse(element.dataset.box ?? "[0, 0, 1, 1]");

/**
 * @param {HTMLElement} element
 * @param {Box} box
 */
export function place(element, box) {
  const [left, top, right, bottom] = box;
  element.dataset.box = JSON.stringify(box);
  element.style.left = `${left * 100}%`;
  element.style.top = `${top * 100}%`;
  element.style.width = `${(right - left) * 100}%`;
  element.style.height = `${(bottom - top) * 100}%`;
  // The smaller lies above the larger, so that each can be pointed at.
  element.style.zIndex = String(1 + Math.round((1 - areaOf(box)) * 1000));
}

/**
 * Lay the layer on the picture, whatever room that has, and each frame into its place.
 * @param {HTMLElement} holder  around an image and a layer
 */
export function keepFitted(holder) {
  fit(holder);
  const observer = new ResizeObserver(() => fit(holder));
  observer.observe(holder);
}

/** @param {HTMLElement} holder */
export function fit(holder) {
  const image = the("img", HTMLImageElement, holder);
  const layer = the("[data-frames]", HTMLElement, holder);
  const room = { width: image.offsetWidth, height: image.offsetHeight };
  const { left, top, width, height } = fitted(sizeOf(image), room);
  layer.style.left = `${image.offsetLeft + left}px`;
  layer.style.top = `${image.offsetTop + top}px`;
  layer.style.width = `${width}px`;
  layer.style.height = `${height}px`;
  for (const frame of all("[data-box]", HTMLElement, layer)) {
    place(frame, boxOf(frame));
    turnName(frame, boxOf(frame), { width, height });
  }
  layer.classList.add("is-fitted");
}

// A name stands above its frame; where it would leave the picture, inside or at the other end.
/**
 * @param {HTMLElement} frame
 * @param {Box} box
 * @param {import("./geometry.js").Size} picture
 */
function turnName(frame, [left, top], { width, height }) {
  frame.classList.toggle("is-at-top", top * height < NAME.height);
  frame.classList.toggle("is-at-end", left * width > width - NAME.width);
}

// As the page says, before the picture is here.
/** @param {HTMLImageElement} image */
function sizeOf(image) {
  return {
    width: Number(image.getAttribute("width")) || image.naturalWidth,
    height: Number(image.getAttribute("height")) || image.naturalHeight,
  };
}
