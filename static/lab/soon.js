// Drawing at most once for each frame of the screen, however much has changed.

/**
 * @param {() => void} draw
 * @returns {() => void} asks for it
 */
export function soon(draw) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw();
    });
  };
}
