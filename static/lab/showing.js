// Everything of the first bench as the page shows it.
import { the } from "../dom.js";
import { productsAt } from "./arithmetic/convolution.js";
import { rangeOf, valueAt } from "./arithmetic/plane.js";
import { windowAt } from "./arithmetic/pooling.js";
import { reach, workedOut } from "./arithmetic/size.js";
import { twice } from "./bench.js";
import { frame, grey, paint, signed } from "./drawing.js";
import { filledIn, written } from "./numbers.js";
import { within } from "./places.js";
import { summaryOf, sumOf, tabulate } from "./written-out.js";

/**
 * @typedef {import("./arithmetic/plane.js").Plane} Plane
 * @typedef {import("./drawing.js").Place} Place
 * @typedef {{
 *   bench: import("./bench.js").Bench,
 *   results: import("./bench.js").Results,
 *   drawnAt: Place | null,
 *   chosen: { convolution: Place, pooling: Place },
 * }} State
 */

const NOWHERE = /** @type {Place[]} */ ([]);

export const brushValue = () => Number(the('[name="brush"]:checked', HTMLInputElement).value);

/** @param {State} state */
export function showAll(state) {
  const { convolved, bent, pooled } = state.results;
  const place = within(gridOf(convolved), state.chosen.convolution);
  const window = within(gridOf(pooled), state.chosen.pooling);
  showPicture(state, place);
  showMap("convolution", convolved, place, signed(convolved), NOWHERE);
  showMap("relu", bent, place, signed(convolved), coveredByWindow(state, window));
  showMap("pooling", pooled, window, signed(convolved), NOWHERE);
  showSum(state, place);
  showPooling(state, window);
  showSizes(state);
  showDropped(convolved);
  showTwice(state);
}

/** @param {Plane} plane */
const gridOf = ({ height, width }) => ({ rows: height, columns: width });

/**
 * @param {State} state
 * @param {Place} place
 */
function showPicture({ bench, drawnAt }, place) {
  const { picture, kernel, step } = bench;
  const canvas = the("[data-picture]", HTMLCanvasElement);
  const rows = picture.height + 2 * step.padding;
  paint(canvas, picture, grey, step.padding);
  const under = [...kernel.values].map((_, at) => ({
    row: place.row * step.stride + Math.floor(at / kernel.width) * step.dilation,
    column: place.column * step.stride + (at % kernel.width) * step.dilation,
  }));
  const drawn = drawnAt && {
    row: drawnAt.row + step.padding,
    column: drawnAt.column + step.padding,
  };
  frame(canvas, rows, drawn ? [drawn] : under);
  const { row, column } = drawnAt ?? { row: 0, column: 0 };
  const label = filledIn(canvas.dataset.text, {
    rows: picture.height,
    columns: picture.width,
    row: row + 1,
    column: column + 1,
    value: valueAt(picture, row, column, 0),
  });
  canvas.setAttribute("aria-label", label);
}

/**
 * @param {string} map
 * @param {Plane} plane
 * @param {Place} place
 * @param {(value: number) => string} colour
 * @param {Place[]} covered further places that are framed
 */
function showMap(map, plane, place, colour, covered) {
  const canvas = the(`[data-map="${map}"]`, HTMLCanvasElement);
  const isEmpty = plane.values.length === 0;
  paint(canvas, plane, colour);
  if (!isEmpty) frame(canvas, plane.height, covered.length ? covered : [place]);
  const { name, text, textNone } = canvas.dataset;
  const said = filledIn(isEmpty ? textNone : text, {
    name: name ?? "",
    rows: plane.height,
    columns: plane.width,
    row: place.row + 1,
    column: place.column + 1,
    value: valueAt(plane, place.row, place.column, 0),
    ...rangeOf(plane),
  });
  canvas.setAttribute("aria-label", said);
  the(`[data-said="${map}"]`, HTMLElement).textContent = said;
  for (const [side, at, most] of /** @type {[string, number, number][]} */ ([
    ["row", place.row, plane.height],
    ["column", place.column, plane.width],
  ])) {
    const field = the(`[data-${side}="${map}"]`, HTMLInputElement);
    field.max = String(Math.max(1, most));
    field.value = String(at + 1);
  }
}

/**
 * What lies below the window of pooling that was chosen.
 * @param {State} state
 * @param {Place} window
 */
function coveredByWindow({ bench: { window: pooling }, results: { bent, pooled } }, window) {
  const { size, stride, padding } = pooling;
  if (!pooled.values.length) return NOWHERE;
  return Array.from({ length: size * size }, (_, at) => ({
    row: window.row * stride - padding + Math.floor(at / size),
    column: window.column * stride - padding + (at % size),
  })).filter(
    ({ row, column }) => row >= 0 && column >= 0 && row < bent.height && column < bent.width,
  );
}

/**
 * @param {State} state
 * @param {Place} place
 */
function showSum({ bench: { picture, kernel, step } }, place) {
  const { top, left, patch, products, sum } = productsAt(
    picture,
    kernel,
    step,
    place.row,
    place.column,
  );
  const where = the("[data-where]", HTMLElement);
  const bottom = top + reach(kernel.height, step.dilation);
  const right = left + reach(kernel.width, step.dilation);
  const isInside = Math.min(top, left) >= 0 && Math.max(bottom, right) <= picture.height;
  where.textContent = filledIn(isInside ? where.dataset.text : where.dataset.textOutside, {
    row: place.row + 1,
    column: place.column + 1,
    top: top + 1,
    left: left + 1,
  });
  tabulate(the("[data-patch]", HTMLTableElement), patch, true);
  tabulate(the("[data-kernel]", HTMLTableElement), kernel);
  tabulate(the("[data-products]", HTMLTableElement), products);
  the("[data-sum]", HTMLElement).textContent = sumOf(patch, kernel, sum);
  const bent = the("[data-bent]", HTMLElement);
  bent.textContent = filledIn(bent.dataset.text, { sum, result: Math.max(0, sum) });
}

/**
 * @param {State} state
 * @param {Place} place
 */
function showPooling({ bench: { kind, window }, results: { bent, pooled } }, place) {
  const { held, result } = windowAt(bent, kind, window, place.row, place.column);
  const text = pooled.values.length ? summaryOf(held, kind, result) : "";
  the("[data-pooled]", HTMLElement).textContent = text;
}

/** @param {State} state */
function showSizes({ bench: { picture, kernel, step, window }, results: { bent } }) {
  const sizes = {
    convolution: workedOut(picture.height, kernel.height, step),
    pooling: workedOut(bent.height, window.size, { ...window, dilation: 1 }),
  };
  for (const [name, lines] of Object.entries(sizes)) {
    const [first, ...rest] = lines;
    const isReach = first.startsWith("k");
    const text = isReach ? `${first};  ${rest.join(" = ")}` : lines.join(" = ");
    the(`[data-size="${name}"]`, HTMLElement).textContent = text;
  }
}

/** @param {Plane} plane */
function showDropped({ values }) {
  const dropped = the("[data-dropped]", HTMLElement);
  const number = values.filter((value) => value < 0).length;
  dropped.textContent = filledIn(dropped.dataset.text, { number, all: values.length });
}

/** @param {State} state */
function showTwice({ bench }) {
  const { side, without, with: bent } = twice(bench);
  const single = the("[data-single]", HTMLElement);
  single.textContent = filledIn(single.dataset.text, { side });
  the('[data-apart="without"]', HTMLElement).textContent = written(without);
  the('[data-apart="with"]', HTMLElement).textContent = written(bent);
  the("[data-all-positive]", HTMLElement).hidden = bent > 0;
}
