// A draft is saved while the user types: <form data-autosave="/drafts/…"> with a [data-autosave-state] inside.

import { ask, each, later } from "./parts.js";
import { say } from "./words.js";

each("form[data-autosave]", (form) => {
  const state = form.querySelector("[data-autosave-state]");
  const tell = (text) => { if (state) state.textContent = text; };
  const keep = later(900, async () => {
    tell(say("正在保存草稿…", "Saving the draft…"));
    try {
      await ask(form.dataset.autosave, { method: "POST", form: new FormData(form) });
      tell(say("草稿已保存", "Draft saved"));
    } catch (fault) {
      tell(fault.message);
    }
  });
  form.addEventListener("input", keep);
});
