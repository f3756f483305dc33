// Numbers and sentences as pages write them.

const DIGITS = 3;

/**
 * At most three digits behind the point, with a true minus.
 * @param {number} value
 */
export function written(value) {
  const rounded = Number(value.toFixed(DIGITS));
  return String(Object.is(rounded, -0) ? 0 : rounded).replace("-", "−");
}

/**
 * As a term of a sum: what is below zero stands in brackets.
 * @param {number} value
 */
export const term = (value) => (value < 0 ? `(${written(value)})` : written(value));

/**
 * A sentence of the page with its {places} filled.
 * @param {string | undefined} sentence
 * @param {Record<string, string | number>} values
 */
export function filledIn(sentence, values) {
  const text = sentence ?? "";
  return text.replace(/\{(\w+)\}/g, (_, name) =>
    typeof values[name] === "number" ? written(values[name]) : (values[name] ?? ""),
  );
}
