// What django-allauth's scripts for passkeys leave to the page: whether there are any here, and what
// to say when one was not used.
(() => {
  const knowsPasskeys = window.isSecureContext && "PublicKeyCredential" in window;

  /**
   * @param {string} selector
   * @param {boolean} isShown
   */
  function show(selector, isShown) {
    for (const element of document.querySelectorAll(selector)) {
      if (element instanceof HTMLElement) element.hidden = !isShown;
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    show("[data-passkeys]", knowsPasskeys);
    show("[data-no-passkeys]", !knowsPasskeys);
    for (const form of document.querySelectorAll("form[data-enter]")) {
      if (!(form instanceof HTMLFormElement)) continue;
      // Enter in a field does what the button does.
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        document.getElementById(form.dataset.enter ?? "")?.click();
      });
    }
  });

  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    show("[data-passkey-error]", true);
  });
})();
