// Two falling losses in one drawing.

const WIDTH = 300;
const HEIGHT = 150;
const LEAST_TOP = 2.5; // ten digits guessed by chance have a loss of 2.3
const SMOOTHED = 10; // steps
const POINTS = 150;

/**
 * The mean of the last few losses.
 * @param {number[]} losses
 * @param {number} [step]
 */
export function smoothed(losses, step = losses.length - 1) {
  const some = losses.slice(Math.max(0, step - SMOOTHED + 1), step + 1);
  return some.reduce((sum, loss) => sum + loss, 0) / some.length;
}

/**
 * The points of a polyline; what is above the top is drawn at the top.
 * @param {number[]} losses
 */
export function pointsOf(losses) {
  const every = Math.max(1, Math.ceil(losses.length / POINTS));
  const steps = losses.map((_, step) => step).filter((step) => step % every === 0);
  return steps
    .map((step) => {
      const loss = smoothed(losses, step);
      const high = Number.isFinite(loss) ? Math.min(1, loss / LEAST_TOP) : 1;
      const x = (step / Math.max(1, losses.length - 1)) * WIDTH;
      return `${x.toFixed(1)},${(HEIGHT * (1 - high)).toFixed(1)}`;
    })
    .join(" ");
}
