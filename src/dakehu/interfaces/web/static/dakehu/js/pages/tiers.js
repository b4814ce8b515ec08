// What-if: a slider and a number input have the same threshold; the form itself requests the result.

import { each } from "../parts.js";

each("[data-slider]", (tier) => {
  const number = tier.querySelector("input[type=number]");
  const range = tier.querySelector("input[type=range]");
  if (!range) return;
  range.addEventListener("input", () => { number.value = range.value; });
  number.addEventListener("input", () => {
    if (Number(number.value) > Number(range.max)) range.max = number.value;
    range.value = number.value;
  });
});

each("form.what-if", (form) => {
  form.querySelector("[data-submits]").addEventListener("change", (event) => {
    location.search = `?scheme=${event.target.value}`;
  });
  form.querySelector("[data-resets]").addEventListener("click", () => {
    for (const number of form.querySelectorAll("[data-stored]")) {
      number.value = number.dataset.stored;
      const range = number.parentElement.querySelector("input[type=range]");
      if (range) range.value = number.value;
    }
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
});
