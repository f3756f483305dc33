// What the documentation's library leaves out: it follows the page into the dark, and what it shows gets
// names and can be reached by keyboard.
const root = document.documentElement;
const docs = document.getElementById("swagger-ui");

function follow() {
  root.classList.toggle("dark-mode", root.dataset.theme === "dark");
}

/** @param {string} selector */
function within(selector) {
  return docs?.querySelectorAll(selector) ?? [];
}

/** @param {Element} select */
function nameOf(select) {
  const row = select.closest("[data-param-name]");
  return row?.getAttribute("data-param-name") ?? "Choose";
}

function mend() {
  // Its main part and its title stand within the page's own; its sheet of icons is no picture.
  for (const main of within("main")) main.setAttribute("role", "none");
  for (const title of within("h1")) title.setAttribute("aria-level", "2");
  for (const icons of within("svg.svg-assets")) icons.setAttribute("aria-hidden", "true");
  for (const text of within("pre:not([tabindex])")) text.setAttribute("tabindex", "0");
  for (const select of within("select:not([aria-label], [id])"))
    select.setAttribute("aria-label", nameOf(select));
  for (const button of within(".close-modal:not([aria-label])"))
    button.setAttribute("aria-label", "Close");
  // It says something else than the button.
  for (const button of within(".modal-btn[aria-label]")) button.removeAttribute("aria-label");
}

follow();
new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });
if (docs) new MutationObserver(mend).observe(docs, { childList: true, subtree: true });
mend();
