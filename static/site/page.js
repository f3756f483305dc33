// Small comforts of every page; nothing here is needed to use it.

const menu = document.querySelector("details.menu");

document.addEventListener("click", (event) => {
  if (menu?.open && !menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && menu?.open) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  if (isTyping(event)) return;
  if (event.key === "ArrowLeft") follow("prev");
  if (event.key === "ArrowRight") follow("next");
});

function isTyping(event) {
  const isShortcut = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
  return isShortcut || event.target.closest("input, select, textarea, dialog");
}

function follow(relation) {
  document.querySelector(`a[rel="${relation}"]`)?.click();
}
