// What the documentation's library leaves out: it follows the page into the dark, and its controls get
// names and can be reached by keyboard.
const root = document.documentElement;
const shown = document.getElementById("swagger-ui");

function follow() {
  root.classList.toggle("dark-mode", root.dataset.theme === "dark");
}

/** @param {Element} select */
function nameOf(select) {
  const row = select.closest("[data-param-name]");
  return row?.getAttribute("data-param-name") ?? "Choose";
}

function complete() {
  for (const text of shown?.querySelectorAll("pre:not([tabindex])") ?? []) {
    text.setAttribute("tabindex", "0");
  }
  for (const select of shown?.querySelectorAll("select:not([aria-label], [id])") ?? []) {
    select.setAttribute("aria-label", nameOf(select));
  }
  for (const button of shown?.querySelectorAll(".close-modal:not([aria-label])") ?? []) {
    button.setAttribute("aria-label", "Close");
  }
  for (const button of shown?.querySelectorAll(".modal-btn[aria-label]") ?? []) {
    button.removeAttribute("aria-label"); // it says something else than the button
  }
}

follow();
new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });
if (shown) new MutationObserver(complete).observe(shown, { childList: true, subtree: true });
