// The photos that a reviewer has before them: one is shown, the next ones are loaded already.
import { all, childrenOf, fromHtml, the } from "../../dom.js";
import { AGAIN_MS } from "./send.js";

const LOADED_AHEAD = 5;

/** @param {HTMLElement} article */
export const photoOf = (article) => article.dataset.photo ?? "";

export class Carousel {
  #stage;
  #index = 0;
  /** @type {number | undefined} */
  #timer;

  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.#stage = stage;
    window.addEventListener("online", () => this.#show());
  }

  get articles() {
    return childrenOf(this.#stage);
  }

  /** @returns {HTMLElement | undefined} */
  get current() {
    return this.articles[this.#index];
  }

  get photos() {
    return this.articles.map(photoOf);
  }

  /**
   * Articles of photos that are not here yet, and not among `except`.
   * @param {string} html
   * @param {string[]} except
   */
  add(html, except = []) {
    const here = new Set([...this.photos, ...except]);
    const articles = fromHtml(html).filter((article) => !here.has(photoOf(article)));
    this.#stage.append(...articles);
    this.#show();
  }

  /**
   * An article that comes back stands before the others.
   * @param {HTMLElement} article
   */
  putBack(article) {
    this.find(photoOf(article))?.remove();
    this.#stage.insertBefore(article, this.current ?? null);
    this.#show();
  }

  /** @param {HTMLElement} article */
  takeOut(article) {
    const position = this.articles.indexOf(article);
    if (position === -1) return;
    if (position < this.#index) this.#index -= 1;
    article.remove();
    this.#show();
  }

  /** @param {string} photo */
  find(photo) {
    return this.articles.find((article) => article.dataset.photo === photo);
  }

  /**
   * Whether the person can have looked at it; what cannot be drawn shows a sign instead.
   * @param {HTMLElement} article
   */
  isDrawn(article) {
    const picture = the(".queue-picture img", HTMLImageElement, article);
    return picture.complete && !("src" in picture.dataset);
  }

  /** @param {number} step */
  move(step) {
    this.#index += step;
    this.#show();
  }

  #show() {
    const articles = this.articles;
    this.#index = Math.max(0, Math.min(this.#index, articles.length - 1));
    for (const [position, article] of articles.entries()) article.hidden = position !== this.#index;
    this.#stage.dispatchEvent(new CustomEvent("ark:shown"));
    for (const article of articles.slice(this.#index, this.#index + 1 + LOADED_AHEAD)) {
      for (const image of all("img[data-src]", HTMLImageElement, article)) {
        const { src = "" } = image.dataset;
        image.addEventListener("error", () => this.#loadLater(image, src), { once: true });
        image.removeAttribute("data-src");
        image.src = src;
      }
    }
  }

  /**
   * @param {HTMLImageElement} image
   * @param {string} src
   */
  #loadLater(image, src) {
    image.dataset.src = src;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(), AGAIN_MS);
  }
}
