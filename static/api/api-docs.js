// The library's dark look is a class of its own; it follows the switch of the page.
const root = document.documentElement;

function follow() {
  root.classList.toggle("dark-mode", root.dataset.theme === "dark");
}

follow();
new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });
