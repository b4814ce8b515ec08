// Short messages in the corner, with an undo where there is one.

import { each, icon, make, safe } from "./parts.js";
import { say } from "./words.js";
import { remember, repeat, takeBack } from "./undo.js";

const ICONS = { success: () => icon("circle-check"), warning: () => icon("triangle-alert"), error: () => icon("circle-alert") };
const STAYS = 7000;
const STAYS_WITH_UNDO = 10000;
const MOST = 3;

let offered = null; // the undo offer of the last response, until a message includes it

const place = () => document.getElementById("toasts");

/** toast({ text, kind: success|warning|error|info, undo: {number, redo}, href: url, label, slot }): a message replaces
 * the previous one in its `slot`. */
export function toast({ text, kind = "info", undo, href, label, slot }) {
  if (!undo && offered && kind === "success") undo = offered;
  if (undo === offered) offered = null;
  const line = make("div", { class: `toast toast--${kind}`, "data-slot": slot },
    (ICONS[kind] ?? (() => icon("info")))(), make("span", { class: "toast__text", text }));
  if (href) line.append(make("a", { class: "button button--small toast__button", href: safe(href), text: label ?? say("查看", "View") }));
  line.append(make("button", { class: "button button--quiet button--small button--icon", type: "button", "data-dismiss": true, "aria-label": say("关闭", "Close") }, icon("x")));
  if (slot) for (const old of place().querySelectorAll(`[data-slot="${CSS.escape(slot)}"]`)) old.remove();
  place().append(line);
  if (undo) offer(line, undo);
  settle(line);
  const passing = [...place().querySelectorAll(".toast:not(.toast--error)")];
  for (const old of passing.slice(0, Math.max(passing.length - MOST, 0))) old.remove();
  return line;
}

/** Adds the undo or redo button to a message. */
function offer(line, undo) {
  if (!undo.redo) remember(undo.number);
  const again = undo.redo;
  const button = make("button", { class: "button button--small toast__button", type: "button", "data-undo": undo.number },
    make("span", { text: again ? say("重做", "Redo") : say("撤销", "Undo") }),
    make("kbd", { class: "kbd", "aria-hidden": true, text: again ? "Ctrl Y" : "Ctrl Z" }));
  button.addEventListener("click", () => {
    line.remove();
    if (again) repeat(undo.number);
    else takeBack(undo.number);
  });
  line.querySelector("[data-dismiss]").before(button);
}

/** Removes a message after a time; errors stay until they are closed, pointer or focus on a message keeps it. */
export function settle(line) {
  line.querySelector("[data-dismiss]")?.addEventListener("click", () => line.remove());
  if (line.classList.contains("toast--error")) return;
  const stays = () => (line.querySelector("[data-undo]") ? STAYS_WITH_UNDO : STAYS);
  let timer = setTimeout(() => line.remove(), stays());
  const hold = () => clearTimeout(timer);
  const release = () => { timer = setTimeout(() => line.remove(), stays()); };
  line.addEventListener("pointerenter", hold);
  line.addEventListener("focusin", hold);
  line.addEventListener("pointerleave", release);
  line.addEventListener("focusout", release);
}

// A script has written data: its message includes the undo offer; without a message, one is created.
document.addEventListener("dakehu:done", ({ detail }) => {
  offered = detail;
  setTimeout(() => { if (offered === detail) toast({ text: detail.text, kind: "success", undo: detail, slot: "done" }); }, 200);
});

/** Adds an undo offer to the message that the server sent with the page, or shows a message of its own. */
function attach(undo) {
  const line = [...place().querySelectorAll("[data-toast].toast--success:not(:has([data-undo]))")].at(-1);
  if (line) offer(line, undo);
  else toast({ text: undo.text, kind: "success", undo });
}

// The page after an act contains the undo offer in addition to its message.
each("[data-undo-offer]", (holder) => {
  holder.remove();
  attach(JSON.parse(holder.dataset.undoOffer));
});

document.addEventListener("dakehu:say", ({ detail }) => (detail.text ? toast(detail) : attach(detail.undo)));
