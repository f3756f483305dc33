// Step 7: scores become percentages.
import { all, childrenOf, the } from "../dom.js";
import { written } from "../lab/numbers.js";
import { soon } from "../lab/soon.js";
import { slide, slider } from "./controls.js";
import { ready } from "./painting.js";
import { picture } from "./picture.js";
import { percent, scoresOf, sharesOf } from "./shares.js";

const rows = childrenOf(the("[data-scores]", HTMLElement));
const fields = all("[data-scores] input", HTMLInputElement);
const given = scoresOf(rows);
const draw = soon(show);
const temperature = slider("temperature", draw);

for (const field of fields) {
  field.max = String(Math.max(Number(field.max), Math.ceil(Math.max(...given)) + 1));
  field.addEventListener("input", draw);
}
the("[data-again]", HTMLButtonElement).addEventListener("click", putBack);
putBack();
show();
await picture();
ready();

function putBack() {
  fields.forEach((field, at) => {
    field.value = String(given[at]);
  });
  slide("temperature", 1);
  draw();
}

function show() {
  const scores = fields.map(({ value }) => Number(value));
  const shares = sharesOf(scores, temperature());
  rows.forEach((row, at) => {
    the("[data-score]", HTMLOutputElement, row).textContent = written(scores[at], 1);
    the("[data-percent]", HTMLElement, row).textContent = `${percent(shares[at])} %`;
    the("progress", HTMLProgressElement, row).value = shares[at];
  });
  the("[data-formula]", HTMLElement).textContent = formula(scores, shares);
}

/**
 * Worked out for the first label.
 * @param {number[]} scores
 * @param {number[]} shares
 */
function formula(scores, shares) {
  const powers = scores.map((score) => Math.exp(score / temperature()));
  const sum = powers.reduce((total, power) => total + power, 0);
  const exponent =
    temperature() === 1 ? written(scores[0], 2) : `${written(scores[0], 2)} / ${temperature()}`;
  return `e^(${exponent}) = ${written(powers[0], 1)};  ${written(powers[0], 1)} / ${written(sum, 1)} = ${percent(shares[0])} %`;
}
