// Run in a page by page_faults.py: what is laid out so that people cannot reach it.
async () => {
  // A whole frame: what scripts place anew after the width has changed stands where it belongs.
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const BARS = "header, #header, nav, form, [role=toolbar], [class*=toolbar], .tools, .page-head";
  const found = [];
  const said = (node) => {
    const words = (node.getAttribute("aria-label") || node.innerText || node.name || "").trim();
    return `<${node.tagName.toLowerCase()}> "${words.slice(0, 40)}"`;
  };
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push(`scrolls sideways: ${root.scrollWidth} px`);
  const isShown = (node) =>
    node.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    !node.closest("[inert], .skip:not(:focus), .sr-only, .review-hidden");
  const clipped = (node) => {  // what can be scrolled within something may stand outside of it
    const box = node.getBoundingClientRect();
    let [left, right, top, bottom] = [box.left, box.right, box.top, box.bottom];
    if (node.matches("header *")) right = Math.max(right, left + node.scrollWidth); // its words run out of it
    for (let above = node.parentElement; above && above !== document.body; above = above.parentElement) {
      if (getComputedStyle(above).overflowX === "visible") continue;
      const frame = above.getBoundingClientRect();
      left = Math.max(left, frame.left);
      right = Math.min(right, frame.right);
      top = Math.max(top, frame.top);
      bottom = Math.min(bottom, frame.bottom);
    }
    return { left, right, top, bottom };
  };
  const shown = [...document.querySelectorAll(CONTROLS)]
    .filter((node) => isShown(node) && node.closest(BARS))
    .map((node) => ({ node, box: clipped(node), bar: node.closest(BARS) }))
    .filter(({ box }) => box.right - box.left > 1 && box.bottom - box.top > 1);
  for (const { node, box } of shown) {
    if (box.left < -1 || box.right > innerWidth + 1) found.push(`outside the page: ${said(node)}`);
  }
  const layer = (node) => {
    for (let above = node; above; above = above.parentElement) {
      if (["fixed", "sticky", "absolute"].includes(getComputedStyle(above).position)) return above;
    }
    return null;
  };
  shown.forEach((one) => (one.layer = layer(one.node)));
  shown.forEach((one, at) => {
    for (const other of shown.slice(at + 1)) {
      if (one.layer !== other.layer || one.node.contains(other.node)) continue;
      const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (wide > 1.5 && high > 1.5) found.push(`${said(one.node)} over ${said(other.node)}`);
    }
  });
  return found;
}
