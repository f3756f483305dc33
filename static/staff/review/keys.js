// Keys of the review queue; none of them fires while somebody types or a dialog is open.

const KEYS = {
  Enter: "confirm",
  n: "neither",
  s: "skip",
  u: "undo",
  "/": "search",
  ArrowLeft: "back",
  ArrowRight: "forth",
  "?": "help",
};

export function listenToKeys(actions, choose) {
  document.addEventListener("keydown", (event) => {
    if (isForSomethingElse(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (/^[1-5]$/.test(key)) choose(Number(key));
    else if (key in KEYS) actions[KEYS[key]]();
    else return;
    event.preventDefault();
  });
}

function isForSomethingElse(event) {
  if (event.defaultPrevented || event.repeat || event.isComposing) return true;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (document.querySelector("dialog[open]")) return true;
  const field = event.target.closest("input, select, textarea, [contenteditable]");
  if (field && !field.closest("dialog")) return true; // of a closed dialog: it loses the focus soon
  return event.key === "Enter" && Boolean(event.target.closest("a, button, summary"));
}
