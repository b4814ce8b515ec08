// The client page: the draft of the note is stored in this browser while it is typed; j and k move through the list.

import "../edit-in-place.js";
import { each, later } from "../parts.js";
import { say } from "../words.js";

const PREFIX = "dakehu-draft-";

each("form[data-draft]", (form) => {
  const key = PREFIX + form.dataset.draft;
  const state = form.querySelector("[data-draft-state]");
  const fields = () => [...form.elements].filter((field) => field.name && !["hidden", "checkbox"].includes(field.type) && field.name !== "held_at");
  const tell = (text) => { if (state) state.textContent = text; };
  const text = form.elements.summary;
  const kept = localStorage.getItem(key);
  if (kept && !text.value) {
    const draft = JSON.parse(kept);
    for (const field of fields()) if (draft[field.name] !== undefined) field.value = draft[field.name];
    tell(say("已恢复上次的草稿", "Your draft is back"));
  }
  let isSaved = false; // the last input may not be stored yet when the page is requested again
  const keep = later(600, () => {
    if (isSaved || !form.isConnected) return;
    if (!text.value.trim()) {
      localStorage.removeItem(key);
      tell("");
      return;
    }
    localStorage.setItem(key, JSON.stringify(Object.fromEntries(fields().map((field) => [field.name, field.value]))));
    tell(say("已自动保存", "Saved"));
  });
  form.addEventListener("input", keep);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) form.requestSubmit();
  });
  form.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.status >= 400) return;
    isSaved = true;
    localStorage.removeItem(key);
  });
  if (location.hash === "#note") text.focus();
});

document.addEventListener("htmx:load", (event) => { // the target of the URL may have been loaded after the page
  if (location.hash && event.detail.elt.id === location.hash.slice(1)) event.detail.elt.scrollIntoView();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href$="#note"]');
  const text = document.getElementById("note-summary");
  if (link && text) {
    event.preventDefault();
    text.focus();
    text.scrollIntoView({ block: "center" });
  }
});

const here = Number(document.querySelector("[data-client]")?.dataset.client);
const list = JSON.parse(sessionStorage.getItem("dakehu-list") ?? "[]");
for (const link of document.querySelectorAll("[data-neighbour]")) {
  const other = list[list.indexOf(here) + Number(link.dataset.neighbour)];
  if (!list.includes(here) || other === undefined) continue;
  link.href = `/clients/${other}/${location.search}`;
  link.hidden = false;
}
