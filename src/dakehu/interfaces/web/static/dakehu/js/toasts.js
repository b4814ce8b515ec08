// Short messages in the corner, with an undo where there is one.

import { ask, icon, make, safe } from "./parts.js";
import { say } from "./words.js";

const ICONS = { success: () => icon("circle-check"), warning: () => icon("triangle-alert"), error: () => icon("circle-alert") };
const STAYS = 7000;

/** toast({ text, kind: success|warning|error|info, undo: url, href: url, label }) */
export function toast({ text, kind = "info", undo, href, label }) {
  const line = make("div", { class: `toast toast--${kind}` },
    (ICONS[kind] ?? (() => icon("info")))(), make("span", { class: "toast__text", text }));
  if (href) line.append(make("a", { class: "button button--small toast__button", href: safe(href), text: label ?? say("查看", "View") }));
  if (undo) {
    const button = make("button", { class: "button button--small toast__button", type: "button", text: say("撤销", "Undo") });
    button.addEventListener("click", () => takeBack(undo, line));
    line.append(button);
  }
  line.append(make("button", { class: "button button--quiet button--small button--icon", type: "button", "data-dismiss": true, "aria-label": say("关闭", "Close") }, icon("x")));
  document.getElementById("toasts").append(line);
  settle(line);
  return line;
}

/** Lets a message leave by itself; errors stay until they are read, pointing at one holds it. */
export function settle(line) {
  line.querySelector("[data-dismiss]")?.addEventListener("click", () => line.remove());
  if (line.classList.contains("toast--error")) return;
  let timer = setTimeout(() => line.remove(), STAYS);
  const hold = () => clearTimeout(timer);
  const release = () => { timer = setTimeout(() => line.remove(), STAYS); };
  line.addEventListener("pointerenter", hold);
  line.addEventListener("focusin", hold);
  line.addEventListener("pointerleave", release);
  line.addEventListener("focusout", release);
}

async function takeBack(address, line) {
  try {
    await ask(address, { method: "POST" });
    line.remove();
    toast({ text: say("已撤销。", "Undone."), kind: "success" });
    if (document.querySelector("[data-grid]")) document.body.dispatchEvent(new CustomEvent("worked", { bubbles: true }));
    else location.reload();
  } catch (fault) {
    toast({ text: fault.message, kind: "error" });
  }
}
