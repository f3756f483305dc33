// What the modules of the upload page share: making, finding and replacing cards.

export const cards = () => [...document.querySelectorAll(".card")];

export const waitingCards = () =>
  cards().filter((card) => card.dataset.photo && ["pending", "running"].includes(card.dataset.state));

export function fromTemplate(name) {
  const template = document.querySelector(`template[data-template="${name}"]`);
  return template.content.firstElementChild.cloneNode(true);
}

export function fromHtml(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.children];
}

// The picture that is on the screen already stays there: nothing flickers, nothing is fetched.
export function replace(card, ...successors) {
  const picture = card.querySelector("img");
  const successor = successors.length === 1 && successors[0].querySelector("img");
  if (successor && picture.src.startsWith("blob:") && picture.naturalWidth) {
    successor.src = picture.src;
    successor.hidden = false;
  }
  const hadFocus = card.contains(document.activeElement);
  card.replaceWith(...successors);
  if (hadFocus) successors[0]?.querySelector("a, button")?.focus();
  changed();
}

// Progress and the watch for answers listen to this.
export function changed() {
  document.dispatchEvent(new CustomEvent("ark:cards"));
}
