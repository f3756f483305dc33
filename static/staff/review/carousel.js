// The photos that a reviewer has before them: one is shown, the next ones are loaded already.
import { AGAIN_MS } from "./send.js";

const LOADED_AHEAD = 5;

export class Carousel {
  #stage;
  #index = 0;
  #timer = null;

  constructor(stage) {
    this.#stage = stage;
    window.addEventListener("online", () => this.#show());
  }

  get articles() {
    return [...this.#stage.children];
  }

  get current() {
    return this.articles[this.#index];
  }

  get photos() {
    return this.articles.map((article) => article.dataset.photo);
  }

  // Articles of photos that are not here yet, and not among `except`.
  add(html, except = []) {
    const here = new Set([...this.photos, ...except]);
    const articles = fromHtml(html).filter((article) => !here.has(article.dataset.photo));
    this.#stage.append(...articles);
    this.#show();
  }

  // An article that comes back stands before the others.
  putBack(article) {
    this.find(article.dataset.photo)?.remove();
    this.#stage.insertBefore(article, this.current ?? null);
    this.#show();
  }

  takeOut(article) {
    const position = this.articles.indexOf(article);
    if (position === -1) return;
    if (position < this.#index) this.#index -= 1;
    article.remove();
    this.#show();
  }

  find(photo) {
    return this.articles.find((article) => article.dataset.photo === photo);
  }

  // Whether the person can have looked at it; what cannot be drawn shows a sign instead.
  isDrawn(article) {
    const picture = article.querySelector(".queue-picture img");
    return picture.complete && !("src" in picture.dataset);
  }

  move(step) {
    this.#index += step;
    this.#show();
  }

  #show() {
    const articles = this.articles;
    this.#index = Math.max(0, Math.min(this.#index, articles.length - 1));
    articles.forEach((article, position) => (article.hidden = position !== this.#index));
    for (const article of articles.slice(this.#index, this.#index + 1 + LOADED_AHEAD)) {
      for (const image of article.querySelectorAll("img[data-src]")) {
        const { src } = image.dataset;
        image.addEventListener("error", () => this.#loadLater(image, src), { once: true });
        image.removeAttribute("data-src");
        image.src = src;
      }
    }
  }

  #loadLater(image, src) {
    image.dataset.src = src;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(), AGAIN_MS);
  }
}

export function fromHtml(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}
