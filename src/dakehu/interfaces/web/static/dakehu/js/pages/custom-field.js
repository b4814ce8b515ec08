// The form of a custom field: list values are shown for lists only.

import { each } from "../parts.js";

each("form[data-custom-field]", (form) => {
  const kind = form.elements.namedItem("kind");
  const options = form.elements.namedItem("options")?.closest(".field");
  if (!kind || !options) return;
  const show = () => { options.hidden = kind.value !== "one" && kind.value !== "several" && !form.elements.namedItem("options").value; };
  kind.addEventListener("change", show);
  show();
});
