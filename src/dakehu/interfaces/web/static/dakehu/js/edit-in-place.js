// A value edited in place: a click shows its input, Enter saves, Esc restores the value.

const before = new WeakMap(); // cell: its previous content

document.addEventListener("htmx:beforeRequest", (event) => {
  const button = event.target.closest?.("[data-edits]");
  const cell = button?.closest("dd");
  if (cell) before.set(cell, [...cell.childNodes]);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const form = event.detail.target.querySelector?.("[data-in-place]") ?? event.detail.elt?.closest?.("[data-in-place]");
  const control = form?.querySelector(".control, input[type=checkbox]");
  control?.focus();
  if (control?.matches("input.control")) control.select?.();
});

function cancel(form) {
  const cell = form.closest("dd");
  const kept = before.get(cell);
  if (!kept) return;
  cell.replaceChildren(...kept);
  window.htmx?.process(cell); // htmx dropped its bindings when the content was removed
  cell.querySelector("[data-edits]")?.focus();
}

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("[data-in-place]");
  if (!form || event.isComposing) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    cancel(form);
  } else if (event.key === "Enter" && (event.target.matches("select") || event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
}, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-in-place-cancel]");
  if (button) cancel(button.closest("[data-in-place]"));
});

document.body.addEventListener("saved", (event) => {
  const field = CSS.escape(event.detail.field);
  setTimeout(() => document.querySelector(`[data-edits="${field}"]`)?.focus()); // the event is fired before the swap
});
