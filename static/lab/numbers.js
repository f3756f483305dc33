// Numbers and sentences as pages write them.

const DIGITS = 3;

/**
 * With as many digits behind the point at most, and a true minus.
 * @param {number} value
 * @param {number} [digits]
 */
export function written(value, digits = DIGITS) {
  if (!Number.isFinite(value)) return "∞";
  const rounded = Number(value.toFixed(digits));
  return String(Object.is(rounded, -0) ? 0 : rounded).replace("-", "−");
}

/**
 * As a term of a sum: what is below zero stands in brackets.
 * @param {number} value
 * @param {number} [digits]
 */
export function term(value, digits = DIGITS) {
  const text = written(value, digits);
  return text.startsWith("−") ? `(${text})` : text;
}

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

/**
 * A count, with its thousands apart.
 * @param {number} count
 */
export const whole = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
