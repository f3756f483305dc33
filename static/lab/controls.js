// The fields of the first bench: what people choose goes into the bench, and what is chosen for
// them (a kernel, a stride that goes with a window) back into the fields.
import { all, around, the } from "../dom.js";
import { kernelCalled, OWN, resized } from "./kernels.js";
import { filledIn } from "./numbers.js";
import { pictureCalled, pictureOf, scaled } from "./pictures.js";

/** @typedef {import("./bench.js").Bench} Bench */

const STEPS = /** @type {const} */ (["stride", "padding", "dilation"]);
const DRAWN = "drawn";
const PHOTO = "photo";

/**
 * @param {Bench} bench
 * @param {() => void} changed
 */
export function wire(bench, changed) {
  wirePicture(bench, changed);
  wireKernel(bench, changed);
  for (const name of STEPS) {
    const field = the(`[data-step="${name}"]`, HTMLSelectElement);
    bench.step[name] = Number(field.value);
    field.addEventListener("change", () => {
      bench.step[name] = Number(field.value);
      changed();
    });
  }
  wirePooling(bench, changed);
}

/** What is drawn by hand is no longer the picture that was chosen. */
export function tellItIsDrawn() {
  choose(the("[data-pictures]", HTMLSelectElement), DRAWN);
}

/**
 * @param {HTMLSelectElement} select
 * @param {string} value
 */
function choose(select, value) {
  for (const option of select.options) {
    if (option.value === value) option.hidden = option.disabled = false;
  }
  select.value = value;
}

/**
 * @param {Bench} bench
 * @param {() => void} changed
 */
function wirePicture(bench, changed) {
  const pictures = the("[data-pictures]", HTMLSelectElement);
  const side = the("[data-pixels]", HTMLSelectElement);
  const file = the("[data-file]", HTMLInputElement);
  const error = the("[data-file-error]", HTMLElement);
  let asked = 0; // how often; reading a photo takes time, and another may be chosen meanwhile
  const take = async () => {
    error.hidden = true;
    asked += 1;
    const turn = asked;
    try {
      const picture = await wanted(bench, pictures.value, file.files?.[0], Number(side.value));
      if (turn !== asked) return;
      bench.picture = picture;
      changed();
    } catch {
      error.hidden = false;
    }
  };
  file.addEventListener("change", () => {
    if (!file.files?.length) return;
    choose(pictures, PHOTO);
    take();
  });
  for (const field of [pictures, side]) field.addEventListener("change", take);
  pictures.value = "house"; // browsers keep what was chosen before a page was loaded again
  take();
}

/**
 * @param {Bench} bench
 * @param {string} name
 * @param {File | undefined} photo
 * @param {number} side
 */
async function wanted({ picture }, name, photo, side) {
  if (name === PHOTO && photo) return pictureOf(photo, side);
  return name === DRAWN ? scaled(picture, side) : pictureCalled(name, side);
}

/**
 * @param {Bench} bench
 * @param {() => void} changed
 */
function wireKernel(bench, changed) {
  const kernels = the("[data-kernels]", HTMLSelectElement);
  const size = the("[data-kernel-size]", HTMLSelectElement);
  const cells = the("[data-cells]", HTMLElement);
  const take = () => {
    const side = Number(size.value);
    bench.kernel = kernelCalled(kernels.value, side) ?? resized(bench.kernel, side);
    showCells(cells, bench);
    changed();
  };
  for (const field of [kernels, size]) field.addEventListener("change", take);
  cells.addEventListener("input", (event) => {
    const field = around(event, "input");
    if (!(field instanceof HTMLInputElement) || !Number.isFinite(field.valueAsNumber)) return;
    bench.kernel.values[all("input", HTMLInputElement, cells).indexOf(field)] = field.valueAsNumber;
    kernels.value = OWN;
    changed();
  });
  take();
}

/**
 * @param {HTMLElement} cells
 * @param {Bench} bench
 */
function showCells(cells, { kernel: { width, values } }) {
  cells.dataset.width = String(width);
  const fields = [...values].map((value, at) => {
    const field = document.createElement("input");
    field.type = "number";
    field.step = "any";
    field.value = String(Number(value.toFixed(6)));
    const [row, column] = [Math.floor(at / width) + 1, (at % width) + 1];
    field.setAttribute("aria-label", filledIn(cells.dataset.text, { row, column }));
    return field;
  });
  cells.replaceChildren(...fields);
}

/**
 * @param {Bench} bench
 * @param {() => void} changed
 */
function wirePooling(bench, changed) {
  const kinds = all('[name="kind"]', HTMLInputElement);
  const [size, stride, padding] = ["size", "stride", "padding"].map((name) =>
    the(`[data-window="${name}"]`, HTMLSelectElement),
  );
  const take = () => {
    bench.kind = kinds.find(({ checked }) => checked)?.value === "average" ? "average" : "max";
    for (const option of padding.options)
      option.disabled = Number(option.value) * 2 > Number(size.value);
    if (padding.selectedOptions[0]?.disabled) padding.value = "0";
    const numbers = [size, stride, padding].map(({ value }) => Number(value));
    bench.window = { size: numbers[0], stride: numbers[1], padding: numbers[2] };
    changed();
  };
  for (const field of [...kinds, size, stride, padding]) field.addEventListener("change", take);
  take();
}
