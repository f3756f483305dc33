// Many at once: counts what is chosen, ranges with the shift key, arrows from picture to picture.

const form = document.querySelector("[data-grid]");
const boxes = form ? [...form.querySelectorAll("[name=keep]")] : [];
let last = null;

function count() {
  const kept = boxes.filter((box) => box.checked).length;
  form.querySelector("[data-kept]").textContent = kept;
  form.querySelector("[data-wrong]").textContent = boxes.length - kept;
  form.elements.confirm.disabled = kept === 0;
  form.elements.relabel.disabled = kept === boxes.length;
}

function turnRange(from, to, checked) {
  for (const box of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = checked;
}

function perRow() {
  const top = boxes[0].closest("label").offsetTop;
  const next = boxes.findIndex((box) => box.closest("label").offsetTop > top);
  return next < 0 ? boxes.length : next;
}

function step(event) {
  const here = boxes.indexOf(event.target);
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -perRow(), ArrowDown: perRow() };
  const target = here < 0 ? null : boxes[here + steps[event.key]];
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function listen() {
  const turn = form.querySelector("[data-turn]");
  turn.hidden = false;
  turn.addEventListener("click", () => {
    const checked = boxes.every((box) => !box.checked);
    turnRange(0, boxes.length - 1, checked);
    count();
  });
  form.addEventListener("click", (event) => {
    const here = boxes.indexOf(event.target);
    if (here < 0) return;
    if (event.shiftKey && last !== null) turnRange(last, here, event.target.checked);
    last = here;
    count();
  });
  form.addEventListener("keydown", step);
  window.addEventListener("pageshow", count); // the browser may restore what was taken out
  count();
}

if (form) listen();
