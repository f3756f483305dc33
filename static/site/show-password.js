// A button in every field for a password that shows what was typed.

const template = document.querySelector("template#show-password");

/** @param {HTMLInputElement} field */
function offer(field) {
  if (!(template instanceof HTMLTemplateElement)) return;
  const frame = document.createElement("span");
  frame.className = "password";
  field.replaceWith(frame);
  frame.append(field, template.content.cloneNode(true));
  const button = frame.querySelector("button");
  if (!button) return;
  if (field.id) button.setAttribute("aria-controls", field.id);

  /** @param {boolean} isShown */
  function show(isShown) {
    field.type = isShown ? "text" : "password";
    button?.setAttribute("aria-pressed", String(isShown));
  }

  button.addEventListener("click", () => show(field.type === "password"));
  // So that the browser does not remember it among what is typed into other fields.
  field.form?.addEventListener("submit", () => show(false));
}

for (const field of document.querySelectorAll("input[type=password]")) {
  if (field instanceof HTMLInputElement) offer(field);
}
