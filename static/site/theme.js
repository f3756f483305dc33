// Loaded before the page is drawn, so that it never flashes in the wrong theme.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  // Of the browser's own bars: in the light, in the dark. They follow the page, not the system.
  const bars = [...document.querySelectorAll("meta[name=theme-color]")];
  const colours = bars.map((bar) => bar.getAttribute("content") ?? "");

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

  /** @param {string} theme */
  function turn(theme) {
    root.dataset.theme = theme;
    for (const bar of bars) bar.setAttribute("content", colours[theme === "dark" ? 1 : 0]);
  }

  function show() {
    turn(stored() || (system.matches ? "dark" : "light"));
  }

  show();
  system.addEventListener("change", show);
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-switch-theme]")) {
      if (!(button instanceof HTMLElement)) continue;
      button.hidden = false;
      button.addEventListener("click", () => {
        const theme = root.dataset.theme === "dark" ? "light" : "dark";
        turn(theme);
        store(theme);
      });
    }
  });
})();
