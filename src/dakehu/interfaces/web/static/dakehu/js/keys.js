// Keys: an element with data-key="n" is clicked (a text box: focused) by that key.

import { make } from "./parts.js";
import { say } from "./words.js";
import { openPalette } from "./palette.js";
import { pressedUndo } from "./undo.js";

const typing = (element) =>
  element?.isContentEditable || element?.matches?.("input:not([type=checkbox]):not([type=radio]), select, textarea");

const seen = (element) => element.getClientRects().length > 0;

/** The element for a key: within the open dialog if there is one, the first that is visible. */
function answering(key) {
  const place = document.querySelector("dialog:modal") ?? document;
  const found = [...place.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(seen);
  // A page's own search box has priority over the search of the top bar.
  return found.find((element) => !element.matches(".finder")) ?? found[0];
}

export function pressed(event) {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if ((event.metaKey || event.ctrlKey) && event.key === "Enter" && event.target.matches?.("textarea") && event.target.form) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  const letter = event.key.toLowerCase();
  if ((event.metaKey || event.ctrlKey) && !event.altKey && (letter === "z" || letter === "y")) {
    // In a text box the keys edit the text, in a dialog the form.
    if (event.defaultPrevented || typing(event.target) || document.querySelector("dialog:modal:not(.drawer)")) return;
    event.preventDefault();
    pressedUndo(letter === "y" || event.shiftKey);
    return;
  }
  if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (typing(event.target)) return;
  if (event.key === "?") {
    listKeys();
    document.getElementById("keys").showModal();
    return;
  }
  const target = answering(event.key);
  if (target) {
    event.preventDefault();
    if (target.matches("input, textarea, select")) target.focus();
    else target.click();
  } else if (event.key === "j" || event.key === "k") {
    walk(event.key === "j" ? 1 : -1);
  }
}

/** In a list, j and k move between rows marked data-row. */
function walk(step) {
  const rows = [...document.querySelectorAll("[data-row]")].filter(seen);
  const here = rows.indexOf(document.activeElement?.closest("[data-row]"));
  const next = rows[Math.min(rows.length - 1, Math.max(0, here + step))];
  (next?.matches("a, button, [tabindex]") ? next : next?.querySelector("a, button"))?.focus();
}

const ALWAYS = [
  ["Ctrl K", "打开命令面板", "Open the command palette"],
  ["Ctrl Enter", "保存正在填写的内容", "Save what is being written"],
  ["?", "显示快捷键", "Show these keys"],
  ["Ctrl Z", "撤销本页上一步操作", "Undo the last act on this page"],
  ["Ctrl Y", "重做", "Redo"],
  ["Esc", "关闭弹出的内容", "Close what is open"],
];

export function listKeys() {
  const rows = ALWAYS.map(([key, zh, en]) => [key, say(zh, en)]);
  const known = new Set();
  for (const element of document.querySelectorAll("[data-key]")) {
    const key = element.dataset.key;
    if (known.has(key) || !seen(element)) continue;
    known.add(key);
    rows.push([key, element.getAttribute("aria-label") || element.title || element.placeholder || element.querySelector("span")?.textContent || element.textContent]);
  }
  // Keys handled by a page's own script are listed with their description in the page.
  for (const element of document.querySelectorAll("[data-lists-key]")) rows.push([element.dataset.listsKey, element.textContent]);
  document.getElementById("keys-list").replaceChildren(
    ...rows.flatMap(([key, text]) => [make("dt", {}, make("kbd", { class: "kbd", text: key })), make("dd", { text: text.trim() })]));
}
