// The picture of the tour: the square in its middle, in as many pixels as a step wants.
import { the } from "../dom.js";
import { greyOf } from "../lab/pictures.js";

/** Once the picture of the page has arrived; the page says so if it does not. */
export async function picture() {
  const image = the("[data-source]", HTMLImageElement);
  try {
    await image.decode();
  } catch (error) {
    the("[data-no-picture]", HTMLElement).hidden = false;
    throw error;
  }
  return image;
}

/**
 * @param {HTMLImageElement} image
 * @param {number} side
 */
export function colours(image, side) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas");
  context.imageSmoothingQuality = "high";
  const { naturalWidth: width, naturalHeight: height } = image;
  const part = Math.min(width, height);
  context.drawImage(image, (width - part) / 2, (height - part) / 2, part, part, 0, 0, side, side);
  return context.getImageData(0, 0, side, side);
}

/**
 * Its brightness, from 0 to 1.
 * @param {HTMLImageElement} image
 * @param {number} side
 */
export const greys = (image, side) => greyOf(colours(image, side).data, side);
