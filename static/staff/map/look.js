// How points look. Each of the most frequent labels has a colour and a shape of its own; the others
// share one. The colours are those of Okabe and Ito (2008), which people with any kind of colour
// blindness tell apart; on the map's dark ground each has a contrast of 4.5 at least.

/** @typedef {[number, number, number]} Colour */

/** @type {Colour[]} */
const COLOURS = [
  [86, 180, 233], // sky blue
  [230, 159, 0], // orange
  [0, 158, 115], // bluish green
  [240, 228, 66], // yellow
  [213, 94, 0], // vermilion
  [204, 121, 167], // reddish purple
  [255, 255, 255],
];
/** @type {Colour} */
const OTHER = [140, 146, 150];
// In a square of 64; layer.js draws the same for the graphics card.
const SHAPES = [
  "M32 8a24 24 0 1 1 0 48a24 24 0 1 1 0-48z", // a circle
  "M12 12h40v40h-40z",
  "M32 6L60 56H4z",
  "M32 2L62 32L32 62L2 32z",
];

/**
 * @param {number} label by how frequent it is: 0 is the most frequent
 * @returns {{ colour: Colour, shape: number }}
 */
export function lookOf(label) {
  const round = Math.floor(label / COLOURS.length);
  if (round >= SHAPES.length) return { colour: OTHER, shape: 0 };
  const number = label % COLOURS.length;
  return { colour: COLOURS[number] ?? OTHER, shape: (round + number) % SHAPES.length };
}

/**
 * @param {SVGPathElement} path
 * @param {number} label
 */
export function drawSwatch(path, label) {
  const { colour, shape } = lookOf(label);
  path.setAttribute("d", SHAPES[shape] ?? "");
  path.setAttribute("fill", `rgb(${colour.join(" ")})`);
}
