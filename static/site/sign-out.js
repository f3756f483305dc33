// What a person's decisions leave in the browser goes with them when they sign out.
const KEPT = /^ark-review-\d+\./; // see staff/review/outbox.js

/** @returns {string[]} */
function kept() {
  try {
    return Object.keys(localStorage).filter((key) => KEPT.test(key));
  } catch {
    return []; // storage is forbidden, so that nothing is there
  }
}

if (document.querySelector("[data-just-signed-out]")) {
  for (const key of kept()) localStorage.removeItem(key);
}

for (const form of document.querySelectorAll("form[data-sign-out]")) {
  form.addEventListener("submit", (event) => {
    const warning = form instanceof HTMLElement && form.dataset.unsent;
    if (warning && kept().length && !confirm(warning)) event.preventDefault();
  });
}
