// A lease of ten minutes is renewed for who is at work, and not for a page that was left open.

const OFTEN_MS = 3 * 60_000;
const LEFT_AFTER_MS = 8 * 60_000;

/** @param {() => unknown} renew */
export function whileAtWork(renew) {
  let lastPress = Date.now();
  const pressed = () => {
    lastPress = Date.now();
  };
  for (const event of ["keydown", "pointerdown"]) document.addEventListener(event, pressed);
  setInterval(() => Date.now() - lastPress < LEFT_AFTER_MS && renew(), OFTEN_MS);
  document.addEventListener("visibilitychange", () => document.hidden || renew());
}
