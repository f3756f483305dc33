// A dialog to find a label by its English or Chinese name: templates/admin/review/_picker.html.

// Resolves to { slug, name }, or to null if the dialog was closed.
export function pickLabel(dialog) {
  const picker = new Picker(dialog);
  return picker.ask();
}

class Picker {
  constructor(dialog) {
    this.dialog = dialog;
    this.input = dialog.querySelector("input");
    this.list = dialog.querySelector("[role=listbox]");
    this.none = dialog.querySelector("[data-none]");
    this.options = [...this.list.children].sort((a, b) => a.dataset.place - b.dataset.place);
    this.listening = new AbortController();
  }

  ask() {
    this.listen(this.input, "input", () => this.filter());
    this.listen(this.input, "keydown", (event) => this.press(event));
    this.listen(this.list, "click", (event) => this.pick(event.target.closest("[role=option]")));
    this.listen(this.dialog, "close", () => this.finish(null));
    this.input.value = "";
    this.filter();
    this.dialog.showModal();
    return new Promise((resolve) => (this.resolve = resolve));
  }

  listen(target, event, act) {
    target.addEventListener(event, act, { signal: this.listening.signal });
  }

  // Before the next key is pressed: the event `close` would come later.
  finish(picked) {
    this.listening.abort();
    this.dialog.close();
    this.resolve(picked);
  }

  filter() {
    const text = this.input.value.trim().toLowerCase();
    const found = this.options
      .map((option) => ({ option, rank: rankOf(option, text) }))
      .sort((a, b) => a.rank - b.rank);
    for (const { option, rank } of found) option.hidden = rank === Infinity;
    this.list.append(...found.map(({ option }) => option));
    this.none.hidden = found[0]?.rank < Infinity;
    this.activate(this.shown[0]);
  }

  get shown() {
    return [...this.list.children].filter((option) => !option.hidden);
  }

  get active() {
    return this.list.querySelector("[aria-selected=true]");
  }

  activate(option) {
    this.active?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option?.id ?? "");
  }

  press(event) {
    if (event.isComposing || event.keyCode === 229) return; // a Chinese word is being put together
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      const place = this.shown.indexOf(this.active) + steps[event.key];
      this.activate(this.shown[place] ?? this.active);
    } else if (event.key === "Enter") this.pick(this.active);
    else if (event.key === "Escape") this.finish(null);
    else return;
    event.preventDefault();
  }

  pick(option) {
    if (option) this.finish({ slug: option.dataset.slug, name: option.dataset.name });
  }
}

// 0: is the text, 1: begins with it, 2: a word begins with it, 3: holds it.
function rankOf(option, text) {
  return Math.min(...option.dataset.words.split("|").map((name) => rankOfName(name, text)));
}

function rankOfName(name, text) {
  if (name === text) return 0;
  if (name.startsWith(text)) return 1;
  if (name.includes(` ${text}`)) return 2;
  return name.includes(text) ? 3 : Infinity;
}
