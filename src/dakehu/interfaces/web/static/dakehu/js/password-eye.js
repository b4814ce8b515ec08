// A password can be shown while it is typed: <button data-shows-password="id-of-the-input" hidden>. Without scripts it stays hidden.

import { each } from "./parts.js";

each("[data-shows-password]", (button) => {
  const input = document.getElementById(button.dataset.showsPassword);
  if (!input) return;
  const show = (shown) => {
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", shown);
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    show(input.type === "password");
    input.focus();
  });
  input.form?.addEventListener("submit", () => show(false));
});
