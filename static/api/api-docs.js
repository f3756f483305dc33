// The library's dark look is a class of its own; it follows the switch of the page.
const root = document.documentElement;

function follow() {
  root.classList.toggle("dark-mode", root.dataset.theme === "dark");
}

follow();
new MutationObserver(follow).observe(root, { attributeFilter: ["data-theme"] });

// What its markup lacks: a link stands in the button that opens a call and does the same, one control in
// another; its main part and its title stand within the page's own; its sheet of icons is no picture.
const docs = document.getElementById("swagger-ui");

function mend() {
  for (const link of docs?.querySelectorAll("button a[href]") ?? []) link.removeAttribute("href");
  for (const main of docs?.querySelectorAll("main") ?? []) main.setAttribute("role", "none");
  for (const title of docs?.querySelectorAll("h1") ?? []) title.setAttribute("aria-level", "2");
  for (const icons of docs?.querySelectorAll("svg.svg-assets") ?? [])
    icons.setAttribute("aria-hidden", "true");
}

if (docs) new MutationObserver(mend).observe(docs, { childList: true, subtree: true });
mend();
