// The points of the map: which photo each is, where it stands, what its label is. Decodes what
// recognition/staff/review/map/map_page.py sends. Knows no page and no WebGL.

/**
 * @typedef {{ name: string, slug: string, kind: string }} Label
 * @typedef {[number, number]} Point
 */

export const SIDE = 1024; // of the square in which all points stand
const LARGEST = 65535;
const NOT_LABELLED = 0x8000;

export class Points {
  /** @param {{ labels: Label[], ids: string, places: string, labelOf: string }} sent */
  constructor(sent) {
    this.labels = sent.labels;
    this.ids = bytes(sent.ids);
    this.places = Float32Array.from(shorts(sent.places), (at) => (at / LARGEST) * SIDE);
    const labels = shorts(sent.labelOf);
    this.labelOf = labels.map((value) => value & ~NOT_LABELLED);
    this.isLabelled = Uint8Array.from(labels, (value) => (value & NOT_LABELLED ? 0 : 1));
    this.isShown = new Uint8Array(labels.length).fill(1);
    this.isChosen = new Uint8Array(labels.length);
  }

  get count() {
    return this.labelOf.length;
  }

  /** @param {number} number */
  id(number) {
    const hex = Array.from(this.ids.subarray(16 * number, 16 * number + 16), twoDigits).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  /** How many points each label has, labelled ones and others. */
  counts() {
    const found = this.labels.map(() => ({ labelled: 0, waiting: 0 }));
    for (let i = 0; i < this.count; i++) {
      const of = found[this.labelOf[i] ?? 0];
      if (of) of[this.isLabelled[i] ? "labelled" : "waiting"] += 1;
    }
    return found;
  }

  /**
   * The shown point that is nearest, or -1 if none is within the radius.
   * @param {Point} at
   * @param {number} radius
   */
  nearest([x, y], radius) {
    let best = -1;
    let least = radius * radius;
    for (let i = 0; i < this.count; i++) {
      const [dx, dy] = [this.#x(i) - x, this.#y(i) - y];
      const far = dx * dx + dy * dy;
      if (far < least && this.isShown[i]) [best, least] = [i, far];
    }
    return best;
  }

  /**
   * The shown points inside a polygon, by the even-odd rule.
   * @param {Point[]} polygon
   */
  inside(polygon) {
    const found = [];
    for (let i = 0; i < this.count; i++) {
      if (this.isShown[i] && isInside(this.#x(i), this.#y(i), polygon)) found.push(i);
    }
    return found;
  }

  /** @param {number} i */
  #x(i) {
    return this.places[2 * i] ?? 0;
  }

  /** @param {number} i */
  #y(i) {
    return this.places[2 * i + 1] ?? 0;
  }
}

/**
 * @param {number} x
 * @param {number} y
 * @param {Point[]} polygon
 */
function isInside(x, y, polygon) {
  let inside = false;
  let before = polygon[polygon.length - 1];
  for (const corner of polygon) {
    if (before && corner[1] > y !== before[1] > y) {
      const crossing = ((before[0] - corner[0]) * (y - corner[1])) / (before[1] - corner[1]);
      if (x < crossing + corner[0]) inside = !inside;
    }
    before = corner;
  }
  return inside;
}

/** @param {string} text */
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

/** @param {string} text */
function shorts(text) {
  const { buffer, byteLength } = bytes(text);
  const view = new DataView(buffer);
  return Uint16Array.from({ length: byteLength / 2 }, (_, i) => view.getUint16(2 * i, true));
}

/** @param {number} value */
const twoDigits = (value) => value.toString(16).padStart(2, "0");
