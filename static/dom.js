// Finding pieces of a page, each with its type.

/**
 * The first that fits; a page without it is an error.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @param {ParentNode} [within]
 * @returns {T}
 */
export function the(selector, type, within = document) {
  const found = maybe(selector, type, within);
  if (!found) throw new Error(`This page has no ${selector}.`);
  return found;
}

/**
 * The first that fits, or null.
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @param {ParentNode} [within]
 * @returns {T | null}
 */
export function maybe(selector, type, within = document) {
  const found = within.querySelector(selector);
  return found instanceof type ? found : null;
}

/**
 * @template {Element} T
 * @param {string} selector
 * @param {new () => T} type
 * @param {ParentNode} [within]
 * @returns {T[]}
 */
export function all(selector, type, within = document) {
  const found = [...within.querySelectorAll(selector)];
  return found.flatMap((one) => (one instanceof type ? [one] : []));
}

/**
 * @param {ParentNode} parent
 * @returns {HTMLElement[]}
 */
export function childrenOf(parent) {
  return [...parent.children].filter((child) => child instanceof HTMLElement);
}

/**
 * The nearest that fits around what an event happened to.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export function around({ target }, selector) {
  const found = target instanceof Element ? target.closest(selector) : null;
  return found instanceof HTMLElement ? found : null;
}

/**
 * @param {string} html
 * @returns {HTMLElement[]}
 */
export function fromHtml(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return childrenOf(template.content);
}
