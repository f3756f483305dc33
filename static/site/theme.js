// Loaded before the page is drawn, so that it never flashes in the wrong theme, or with a menu that was
// hidden. The tables of the stock admin look for a class where the other pages have an attribute.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  // Of the browser's own bars: in the light, in the dark. They follow the page, not the system.
  const bars = [...document.querySelectorAll("meta[name=theme-color]")];
  const colours = bars.map((bar) => bar.getAttribute("content") ?? "");

  /** @param {string} name */
  function stored(name) {
    try {
      return localStorage.getItem(name);
    } catch {
      return null; // storage can be forbidden; then the system's choice counts
    }
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  function store(name, value) {
    try {
      localStorage.setItem(name, value);
    } catch {
      // it lasts for this page only
    }
  }

  /** @param {string} theme */
  function paint(theme) {
    root.dataset.theme = theme;
    root.classList.toggle("dark", theme === "dark");
    for (const bar of bars) bar.setAttribute("content", colours[theme === "dark" ? 1 : 0]);
  }

  function show() {
    paint(stored("theme") || (system.matches ? "dark" : "light"));
    root.dataset.side = stored("side") || "shown";
  }

  /**
   * @param {string} selector
   * @param {() => void} act
   */
  function listen(selector, act) {
    for (const button of document.querySelectorAll(selector)) {
      if (!(button instanceof HTMLElement)) continue;
      button.hidden = false;
      button.addEventListener("click", act);
    }
  }

  show();
  system.addEventListener("change", show);
  addEventListener("storage", show); // switched in another tab
  document.addEventListener("DOMContentLoaded", () => {
    listen("[data-switch-theme]", () => {
      paint(root.dataset.theme === "dark" ? "light" : "dark");
      store("theme", root.dataset.theme ?? "");
    });
    listen("[data-switch-side]", () => {
      document.getElementById("side")?.hidePopover();
      root.dataset.side = root.dataset.side === "hidden" ? "shown" : "hidden";
      store("side", root.dataset.side);
    });
  });
})();
