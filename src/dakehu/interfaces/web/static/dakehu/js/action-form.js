// The dialog of every verb: the server draws its form into #act, which opens when something has arrived.

const dialog = document.getElementById("act");

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== dialog || !dialog.childElementCount) return;
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector(".conflict input:checked, .field--wrong .control, .banner--blocking");
  const first = dialog.querySelector(".dialog__body .control:not([type=hidden])");
  (wrong ?? first)?.focus?.();
});
dialog?.addEventListener("close", () => dialog.replaceChildren());

// What does not apply to the chosen kind is not asked, unless it has a value that would be lost from sight.
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form || !event.target.name) return;
  for (const field of form.querySelectorAll(`[data-applies-by="${CSS.escape(event.target.name)}"]`)) {
    const control = field.querySelector(".control");
    field.hidden = !field.dataset.applies.split(" ").includes(event.target.value) && !control?.value;
  }
});
