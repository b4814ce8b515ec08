// The dialog of every action: the server renders its form into #act, which opens when content has arrived.

const dialog = document.getElementById("act");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== dialog || !dialog.childElementCount) return;
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector(".conflict input:checked, .field--wrong .control, .banner--blocking");
  const first = dialog.querySelector(".dialog__body .control:not([type=hidden])");
  (wrong ?? first)?.focus?.();
});
dialog?.addEventListener("close", () => dialog.replaceChildren());

// Fields that do not apply to the chosen kind are hidden, unless they have a value.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form || !event.target.name) return;
  for (const field of form.querySelectorAll(`[data-applies-by="${CSS.escape(event.target.name)}"]`)) {
    const control = field.querySelector(".control");
    field.hidden = !field.dataset.applies.split(" ").includes(event.target.value) && !control?.value;
  }
});
