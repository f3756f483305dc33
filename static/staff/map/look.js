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
const SHAPES = [
  "M32 8a24 24 0 1 1 0 48a24 24 0 1 1 0-48z", // a circle
  "M12 12h40v40h-40z",
  "M32 6L60 56H4z",
  "M32 2L62 32L32 62L2 32z",
];
const CELL = 64;
const LINE = 9; // of what is hollow

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

/** @param {number} shape @param {boolean} isLabelled */
export const iconOf = (shape, isLabelled) => `${shape}${isLabelled ? "" : "-hollow"}`;

// All shapes in one picture, for the graphics card.
export function atlas() {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [CELL * SHAPES.length, CELL * 2];
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) throw new Error("There is no canvas to draw on.");
  pen.fillStyle = pen.strokeStyle = "#fff";
  pen.lineWidth = LINE;
  /** @type {Record<string, object>} */
  const mapping = {};
  for (const [shape, outline] of SHAPES.entries()) {
    for (const isLabelled of [true, false]) {
      const [x, y] = [CELL * shape, isLabelled ? 0 : CELL];
      pen.setTransform(1, 0, 0, 1, x, y);
      if (isLabelled) pen.fill(new Path2D(outline));
      else drawHollow(pen, new Path2D(outline));
      mapping[iconOf(shape, isLabelled)] = { x, y, width: CELL, height: CELL, mask: true };
    }
  }
  return { picture: pen.getImageData(0, 0, canvas.width, canvas.height), mapping };
}

// A line within the outline, so that it stays in its cell.
/** @param {CanvasRenderingContext2D} pen @param {Path2D} outline */
function drawHollow(pen, outline) {
  pen.save();
  pen.clip(outline);
  pen.lineWidth = 2 * LINE;
  pen.stroke(outline);
  pen.restore();
}
