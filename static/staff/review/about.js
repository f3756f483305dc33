// What can be done with the picture of a photo: to see it better, and to say which part of it the
// label is about.
import { pictureOf } from "./picture.js";

/** @typedef {import("./picture.js").Picture} Picture */

/**
 * @typedef {object} Queue
 * @property {() => HTMLElement | undefined} current
 * @property {(text: string, name?: string) => void} say
 * @property {(article: HTMLElement, box: string) => unknown} labelPart  asks for the label of a part
 * @property {Record<string, string>} texts
 */

/**
 * @param {Queue} queue
 * @returns {Record<string, () => unknown>}
 */
export function pictureActions(queue) {
  /** @param {(picture: Picture, article: HTMLElement) => unknown} act */
  const on = (act) => () => {
    const article = queue.current();
    if (article) act(pictureOf(article), article);
  };
  /** @param {(picture: Picture) => unknown} act */
  const choose = (act) =>
    on((picture) => {
      act(picture);
      tell(picture, queue);
    });
  return {
    next: on((picture) => {
      if (picture.pickNext()) tell(picture, queue);
      else queue.say(queue.texts.textNoOther);
    }),
    whole: choose((picture) => picture.pickWhole()),
    draw: choose((picture) => picture.draw()),
    cancel: on((picture) => picture.cancel() && tell(picture, queue)),
    annotate: on((picture, article) => {
      if (picture.box === null || picture.about === "whole") queue.say(queue.texts.textNoPart);
      else queue.labelPart(article, JSON.stringify(picture.box));
    }),
    larger: on((picture) => picture.larger()),
    smaller: on((picture) => picture.smaller()),
    reset: on((picture) => picture.reset()),
    left: on((picture) => picture.look(-1, 0)),
    right: on((picture) => picture.look(1, 0)),
    up: on((picture) => picture.look(0, -1)),
    down: on((picture) => picture.look(0, 1)),
  };
}

/**
 * Somebody pointed at a frame.
 * @param {HTMLElement} article
 * @param {string} part
 * @param {Queue} queue
 */
export function pick(article, part, queue) {
  const picture = pictureOf(article);
  picture.pick(part);
  tell(picture, queue);
}

/**
 * @param {Picture} picture
 * @param {Queue} queue
 */
function tell(picture, { say, texts }) {
  const about = {
    main: texts.textMain,
    other: texts.textOther,
    drawn: texts.textDrawn,
    whole: texts.textWhole,
  };
  say(picture.isDrawing ? texts.textDraw : about[picture.about]);
}
