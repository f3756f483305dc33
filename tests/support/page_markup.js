// Run in a page by page_faults.py: what people who do not see it would stumble over.
() => {
  const found = [];
  const count = (selector) => document.querySelectorAll(selector).length;
  const MAIN = "main:not([role]), [role=main]";
  const FIRST = "h1:not([aria-level])";
  if (count(MAIN) !== 1) found.push(`${count(MAIN)} main landmarks`);
  if (count(FIRST) !== 1) found.push(`${count(FIRST)} headings of the first level`);
  if (!document.title.trim()) found.push("no title");
  if (!document.documentElement.lang) found.push("no language");
  const skip = document.querySelector("body a[href], body button, body input:not([type=hidden])");
  const target = skip?.getAttribute("href")?.startsWith("#") && document.querySelector(skip.getAttribute("href"));
  if (!target || !target.matches("main")) found.push("the first control does not skip to the content");
  const ids = new Set();
  for (const { id } of document.querySelectorAll("[id]")) {
    if (ids.has(id)) found.push(`two elements have the id ${id}`);
    ids.add(id);
  }
  for (const icon of document.querySelectorAll(".material-symbols-outlined:not([aria-hidden=true])")) {
    if (icon.checkVisibility()) found.push(`an icon is read out as ${icon.textContent.trim()}`);
  }
  const CONTROLS = "a[href], button, input, select, textarea, summary, label, [tabindex], [contenteditable], [role=option]";
  const points = (node) => getComputedStyle(node).cursor === "pointer";
  for (const node of document.querySelectorAll("body *")) {
    if (!points(node) || points(node.parentElement) || node.closest(CONTROLS)) continue;
    if (node.checkVisibility()) found.push(`only a mouse reaches ${node.outerHTML.slice(0, 100)}`);
  }
  for (const image of document.querySelectorAll("img:not([alt])")) found.push(`no alt: ${image.src}`);
  for (const node of document.querySelectorAll("[aria-labelledby], [aria-describedby], [aria-controls]")) {
    for (const name of ["aria-labelledby", "aria-describedby", "aria-controls"]) {
      for (const id of (node.getAttribute(name) || "").split(/\s+/).filter(Boolean)) {
        if (!document.getElementById(id)) found.push(`${name} leads nowhere: ${id}`);
      }
    }
  }
  return found;
}
