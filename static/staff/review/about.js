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
  return {
    next: on((picture) => picture.pickNext() || queue.say(queue.texts.textNoOther)),
    whole: on((picture) => picture.pickWhole()),
    draw: on((picture) => picture.draw()),
    cancel: on((picture) => picture.cancel()),
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
 * What the label is about now.
 * @param {HTMLElement} article
 * @param {Queue} queue
 */
export function tell(article, { say, texts }) {
  const picture = pictureOf(article);
  const about = {
    main: texts.textMain,
    other: texts.textOther,
    drawn: texts.textDrawn,
    whole: texts.textWhole,
  };
  say(picture.isDrawing ? texts.textDraw : about[picture.about]);
}
