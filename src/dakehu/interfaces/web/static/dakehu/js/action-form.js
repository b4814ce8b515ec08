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
