// What unfold's markup lacks: its icons are words in a font, which screen readers would read out, names
// of columns, shown beside the values on a narrow screen, begin with a small letter, and a field that
// completes what is typed (select2) has no name.

/** @param {ParentNode} part */
function mend(part) {
  for (const icon of part.querySelectorAll(".material-symbols-outlined:not([aria-hidden])")) {
    icon.setAttribute("aria-hidden", "true");
  }
  for (const cell of part.querySelectorAll("td[data-label], th[data-label]")) {
    const name = cell.getAttribute("data-label") ?? "";
    const written = name.charAt(0).toLocaleUpperCase() + name.slice(1);
    if (written !== name) cell.setAttribute("data-label", written);
  }
  for (const field of part.querySelectorAll(".select2-selection:not([aria-label])"))
    nameAsItsLabel(field);
}

/** @param {Element} field */
function nameAsItsLabel(field) {
  const select = field.closest(".select2-container")?.previousElementSibling;
  const name =
    select instanceof HTMLSelectElement
      ? select.labels[0]?.textContent.replace("*", "").trim()
      : "";
  if (!name) return;
  for (const named of [field, ...field.querySelectorAll("[role=textbox]")]) {
    named.removeAttribute("aria-labelledby");
    named.setAttribute("aria-label", name);
  }
}

document.addEventListener("DOMContentLoaded", () => {
  mend(document);
  const watcher = new MutationObserver((changes) => {
    for (const { target } of changes) if (target instanceof Element) mend(target);
  });
  watcher.observe(document.body, { childList: true, subtree: true });
});
