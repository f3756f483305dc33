// Dilation, touchable: which cells a place sees through one to three dilated layers.
import { all } from "../../dom.js";
import { KERNEL, waysFrom } from "../arithmetic/dilation.js";
import { filled, valueAt } from "../arithmetic/plane.js";
import { reach } from "../arithmetic/size.js";
import { frame, paint, signed } from "../drawing.js";
import { filledIn } from "../numbers.js";
import { canvasOf, figure, say, shownBy, wirePlace } from "./parts.js";

/** @typedef {import("../arithmetic/plane.js").Plane} Plane */

const SIDE = 21;

const section = figure("dilation");
const fields = all("[data-layer]", HTMLSelectElement, section);
const place = { row: 10, column: 10 };

const dilations = () => fields.map(({ value }) => Number(value)).filter(Boolean);

function show() {
  const ways = waysFrom(dilations());
  const margin = (ways.height - 1) / 2;
  const seen = filled(SIDE, SIDE, (row, column) =>
    valueAt(ways, row - place.row + margin, column - place.column + margin, 0),
  );
  const canvas = canvasOf(section, "seen");
  paint(canvas, seen, signed(ways));
  frame(canvas, SIDE, [place]);
  const touched = ways.values.filter(Boolean).length;
  const label = { row: place.row + 1, column: place.column + 1, touched, side: ways.height };
  canvas.setAttribute("aria-label", filledIn(canvas.dataset.text, label));
  sayAll(ways, touched);
}

/**
 * @param {Plane} ways
 * @param {number} touched
 */
function sayAll(ways, touched) {
  const layers = dilations();
  const sums = layers.map(
    (dilation) => `${KERNEL} + (${KERNEL} − 1) × (${dilation} − 1) = ${reach(KERNEL, dilation)}`,
  );
  say(section, "effective", { sum: sums.join(";  ") });
  const further = layers.map((dilation) => ` + ${reach(KERNEL, dilation) - 1}`).join("");
  say(section, "together", { sum: `1${further} = ${ways.height}` });
  say(section, "gaps", {
    weights: layers.length * KERNEL * KERNEL,
    touched,
    all: ways.values.length,
    gaps: ways.values.length - touched,
  });
}

wirePlace(section, SIDE, place, shownBy(section, show));
