// The comment form: an @ suggests users who may see the record; the arrow keys move from the text to the suggestions.

import { ask, each, later, make } from "./parts.js";
import { say } from "./words.js";

const BEGUN = /(^|[^A-Za-z0-9._%+-])[@＠]([^\s@＠]{0,12})$/;

each("[data-comment-form]", (form) => {
  const text = form.querySelector("textarea");
  const list = form.querySelector("[data-comment-people]");

  const begun = () => BEGUN.exec(text.value.slice(0, text.selectionStart));

  const hide = () => { list.hidden = true; };

  function insert(name) {
    const end = text.selectionStart;
    const start = end - (begun()?.[2].length ?? 0);
    text.setRangeText(`${name} `, start, end, "end");
    hide();
    text.focus();
  }

  const offer = later(150, async () => {
    const found = begun();
    if (!found) return hide();
    try {
      const { people } = await ask(`${form.dataset.commentForm}?said=${encodeURIComponent(found[2])}`);
      if (!begun()) return hide();
      list.replaceChildren(...people.map(({ name, insert: written, team }) => {
        const button = make("button", { class: "button button--small", type: "button", title: team, text: name });
        button.addEventListener("click", () => insert(written));
        return make("li", {}, button);
      }));
      if (!people.length) list.append(make("li", { class: "muted small", text: say("没有可提及的同事。", "Nobody to mention.") }));
      list.hidden = false;
    } catch {
      hide();
    }
  });

  text.addEventListener("input", () => {
    form.toggleAttribute("data-live-busy", Boolean(text.value));
    offer();
  });
  form.querySelector("[data-comment-mention]").addEventListener("click", () => {
    if (!begun()) text.setRangeText("@", text.selectionStart, text.selectionEnd, "end");
    text.focus();
    offer();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      hide();
      text.focus();
    } else if (event.key === "ArrowDown" && event.target === text && !list.hidden) {
      event.preventDefault();
      list.querySelector("button")?.focus();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === text) {
      event.preventDefault();
      form.requestSubmit();
    } else if (["ArrowRight", "ArrowLeft"].includes(event.key) && list.contains(event.target)) {
      const buttons = [...list.querySelectorAll("button")];
      buttons[buttons.indexOf(event.target) + (event.key === "ArrowRight" ? 1 : -1)]?.focus();
    }
  });
});
