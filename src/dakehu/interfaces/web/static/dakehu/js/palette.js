// ⌘K: clients, pages and permitted actions. The server returns [{group, label, hint, url | action, icon}].

import { ask, icon, later, make, safe } from "./parts.js";
import { say } from "./words.js";

const dialog = document.getElementById("palette");
const input = document.getElementById("palette-input");
const list = document.getElementById("palette-list");
let found = [];
let chosen = 0;
let request = null;

export function openPalette() {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  input.value = "";
  input.focus();
  look();
}

async function look() {
  const address = document.body.dataset.palette;
  if (!address) return draw([]);
  request?.abort();
  request = new AbortController();
  try {
    draw(await ask(`${address}?q=${encodeURIComponent(input.value.trim())}`, { signal: request.signal }));
  } catch (fault) {
    if (fault.name !== "AbortError") none(fault.message);
  }
}

function none(text) {
  found = [];
  list.replaceChildren(make("p", { class: "palette__none", role: "option", "aria-disabled": "true", text }));
}

function draw(items) {
  found = items;
  chosen = 0;
  if (!items.length) return none(say("没有找到。换个名字、客户号或拼音试试。", "Nothing found. Try another name, number or pinyin."));
  const groups = new Map();
  items.forEach((item, place) => groups.set(item.group, [...(groups.get(item.group) ?? []), [item, place]]));
  list.replaceChildren(...[...groups].map(([name, members], number) =>
    make("div", { role: "group", "aria-labelledby": `palette-group-${number}` },
      make("div", { class: "palette__group", id: `palette-group-${number}`, role: "presentation", text: name }),
      ...members.map(([item, place]) => row(item, place)))));
  mark();
}

function row(item, place) {
  const line = make("div", { class: "palette__item", role: "option", id: `palette-${place}`, "data-place": place },
    icon(item.icon ?? "arrow-right"), make("span", { class: "clip", text: item.label }),
    item.hint && make("span", { class: "palette__hint clip", text: item.hint }));
  line.addEventListener("click", () => follow(item));
  line.addEventListener("pointermove", () => { if (chosen !== place) { chosen = place; mark(); } });
  return line;
}

function mark() {
  for (const line of list.querySelectorAll("[data-place]")) {
    const here = Number(line.dataset.place) === chosen;
    line.setAttribute("aria-selected", here);
    if (here) line.scrollIntoView({ block: "nearest" });
  }
  input.setAttribute("aria-activedescendant", `palette-${chosen}`);
}

/** `url` is opened, or its form over this page if `form` is set; `action` is a selector on this page to click, or a name dispatched as "dakehu:action". */
function follow(item) {
  dialog.close();
  if (item.form && window.htmx) {
    window.htmx.ajax("GET", safe(item.url), { target: "#act", swap: "innerHTML" });
    return;
  }
  if (item.url) {
    location.assign(safe(item.url));
    return;
  }
  const target = item.action?.startsWith("#") && document.querySelector(item.action);
  if (target) target.click();
  else document.dispatchEvent(new CustomEvent("dakehu:action", { detail: item }));
}

input?.addEventListener("input", later(120, look));
input?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && found.length) {
    event.preventDefault();
    chosen = (chosen + step + found.length) % found.length;
    mark();
  } else if (event.key === "Enter" && !event.isComposing && found[chosen]) {
    event.preventDefault();
    follow(found[chosen]);
  }
});
