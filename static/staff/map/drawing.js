// The points as deck.gl draws them with WebGL, and the window through which they are seen.
import { photoLayer } from "./layer.js";
import { lookOf } from "./look.js";
import { SIDE } from "./points.js";

/**
 * @typedef {import("./points.js").Points} Points
 * @typedef {import("./points.js").Point} Point
 * @typedef {{ target: [number, number, number], zoom: number }} View
 */

const SIZES = { few: 11, many: 7 }; // of a point, in pixels
const MANY = 4000; // points
const CHOSEN = 1.7; // times as large
const HOLLOW_ALPHA = 170; // of 255
const DIMMED_ALPHA = 28;
const MARGIN = 0.92;
const MOST_ZOOM = 8; // steps beyond that at which all is seen
const STEP = 80; // pixels

const HOLLOW = 4; // added to the number of a shape

const { deck, luma } = /** @type {any} */ (globalThis);
const PhotoLayer = deck && photoLayer(deck, luma);

export class Drawing {
  #root;
  #points;
  #deck;
  #isMovable = true;
  /** @type {View} */
  #view;
  #values;
  #lit = -1;
  #onMove;

  /**
   * @param {HTMLElement} root
   * @param {Points} points
   * @param {View | null} view
   * @param {() => void} onMove
   */
  constructor(root, points, view, onMove) {
    this.#root = root;
    this.#points = points;
    this.#onMove = onMove;
    this.#values = valuesOf(points);
    this.#view = view ?? this.#whole();
    this.#deck = new deck.Deck({
      // The points are smooth by themselves.
      deviceProps: { type: "webgl", webgl: { antialias: false, depth: false } },
      parent: root,
      views: this.#window(),
      viewState: this.#view,
      useDevicePixels: true,
      onViewStateChange: (/** @type {{ viewState: any }} */ { viewState }) => this.#see(viewState),
      layers: [],
    });
    this.show();
    new ResizeObserver(() => this.#see(this.#view)).observe(root);
  }

  get view() {
    return { target: this.#view.target, zoom: this.#view.zoom };
  }

  /** @param {Points} points */
  replace(points) {
    this.#points = points;
    this.#values = valuesOf(points);
    this.show();
  }

  // After something has changed about which points are shown or chosen.
  show() {
    this.#paint();
    // `data` tells deck.gl that there is something to draw.
    const layer = new PhotoLayer({ id: "photos", data: [0], values: { ...this.#values } });
    this.#deck.setProps({ layers: [layer] });
  }

  /** Only this label at full strength; -1 for all. @param {number} label */
  light(label) {
    if (label === this.#lit) return;
    this.#lit = label;
    this.show();
  }

  /** Whether dragging moves the map. @param {boolean} isMovable */
  letMove(isMovable) {
    this.#isMovable = isMovable;
    this.#deck.setProps({ views: this.#window() });
  }

  /** A step larger (1) or smaller (-1); 0 shows all. @param {number} steps */
  zoom(steps) {
    this.#see(steps ? { ...this.#view, zoom: this.#view.zoom + steps / 2 } : this.#whole());
  }

  /** By a part of the window. @param {number} right @param {number} down */
  move(right, down) {
    const [x, y] = this.#view.target;
    const step = STEP / 2 ** this.#view.zoom;
    this.#see({ ...this.#view, target: [x + right * step, y + down * step, 0] });
  }

  /** From pixels of the window to the square of the points. @param {Point} pixels @returns {Point} */
  at([left, top]) {
    const { width, height } = this.#root.getBoundingClientRect();
    const [x, y] = this.#view.target;
    const scale = this.scale;
    return [x + (left - width / 2) / scale, y + (top - height / 2) / scale];
  }

  /** The pixels of the window at which a point stands. @param {number} number @returns {Point} */
  pixels(number) {
    const { width, height } = this.#root.getBoundingClientRect();
    const [x, y] = this.#view.target;
    const { places } = this.#points;
    return [
      ((places[2 * number] ?? 0) - x) * this.scale + width / 2,
      ((places[2 * number + 1] ?? 0) - y) * this.scale + height / 2,
    ];
  }

  get scale() {
    return 2 ** this.#view.zoom;
  }

  #paint() {
    const { count, labelOf, isLabelled, isShown, isChosen } = this.#points;
    const { colours, sizes, shapes } = this.#values;
    const looks = this.#points.labels.map((_, label) => lookOf(label));
    const size = (count > MANY ? SIZES.many : SIZES.few) * devicePixelRatio;
    for (let i = 0; i < count; i++) {
      const label = labelOf[i] ?? 0;
      const strength = isLabelled[i] || isChosen[i] ? 255 : HOLLOW_ALPHA;
      const isDimmed = this.#lit >= 0 && label !== this.#lit;
      const { colour, shape } = looks[label] ?? lookOf(label);
      colours.set(colour, 4 * i);
      colours[4 * i + 3] = isShown[i] ? (isDimmed ? DIMMED_ALPHA : strength) : 0;
      sizes[i] = isChosen[i] ? CHOSEN * size : size;
      shapes[i] = isLabelled[i] ? shape : HOLLOW + shape;
    }
  }

  /** @param {View} view */
  #see({ target, zoom }) {
    const least = this.#whole().zoom - 1;
    const [x = 0, y = 0] = target;
    const within = (/** @type {number} */ at) => Math.min(Math.max(at, 0), SIDE);
    this.#view = {
      target: [within(x), within(y), 0],
      zoom: Math.min(Math.max(zoom, least), least + MOST_ZOOM),
    };
    this.#deck.setProps({ viewState: this.#view });
    this.#onMove();
  }

  /** @returns {View} */
  #whole() {
    const { width, height } = this.#root.getBoundingClientRect();
    const zoom = Math.log2((MARGIN * Math.max(1, Math.min(width, height))) / SIDE);
    return { target: [SIDE / 2, SIDE / 2, 0], zoom };
  }

  // Anew each time: deck.gl looks for what has changed in a view only if it is another one.
  #window() {
    const still = { keyboard: false, doubleClickZoom: false, inertia: false };
    const zooms = { scrollZoom: { speed: 0.01, smooth: false } };
    const controller = { ...still, ...zooms, dragPan: this.#isMovable };
    return new deck.OrthographicView({ id: "map", controller });
  }
}

/** @param {Points} points @returns {import("./layer.js").Values} */
function valuesOf({ places, count }) {
  return {
    places,
    colours: new Uint8Array(4 * count),
    sizes: new Float32Array(count),
    shapes: new Float32Array(count),
  };
}
