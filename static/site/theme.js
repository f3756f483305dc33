// Loaded before the page is drawn, so that it never flashes in the wrong theme.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  function stored() {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage can be forbidden; then the system's choice counts
    }
  }

  /** @param {string} theme */
  function store(theme) {
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // it lasts for this page only
    }
  }

  function show() {
    root.dataset.theme = stored() || (system.matches ? "dark" : "light");
  }

  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-switch-theme]")) {
      if (!(button instanceof HTMLElement)) continue;
      button.hidden = false;
      button.addEventListener("click", () => {
        root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
        store(root.dataset.theme);
      });
    }
  });
})();
