// A server-rendered fragment next to the list from which it was opened.

import { ask, make, safe } from "./parts.js";
import { say } from "./words.js";

let opener = null;
let now = {};

/** Loads HTML from `address`; `page` is the URL of the full page. Focus returns on closing. In a list, `step(±1)`
 * opens the next or previous row, and `closed()` is called when the drawer closes. */
export async function openDrawer(address, { title = "", page = null, step = null, closed = null } = {}) {
  now = { address, step, closed };
  const drawer = document.getElementById("drawer");
  const body = document.getElementById("drawer-body");
  document.getElementById("drawer-title").textContent = title;
  const whole = document.getElementById("drawer-whole");
  whole.hidden = !page;
  whole.href = safe(page);
  body.replaceChildren(make("p", { class: "muted", text: say("正在打开…", "Opening…") }));
  if (!drawer.open) {
    opener = document.activeElement;
    if (matchMedia("(max-width: 899px)").matches) drawer.showModal();
    else drawer.show();
    drawer.addEventListener("close", () => {
      opener?.focus?.({ preventScroll: true });
      now.closed?.();
      now = {};
    }, { once: true });
  }
  document.getElementById("drawer-steps").hidden = !step;
  await fill(address);
  if (now.address === address) body.focus();
}

async function fill(address) {
  const body = document.getElementById("drawer-body");
  try {
    const text = await ask(address);
    if (now.address !== address) return; // another row was opened in the meantime
    body.innerHTML = text;
    window.htmx?.process(body);
    body.dispatchEvent(new CustomEvent("dakehu:arrived", { bubbles: true }));
  } catch (fault) {
    body.replaceChildren(make("p", { class: "banner banner--blocking", text: fault.message }));
  }
}

/** j and k, or the arrow keys inside the drawer, move through the list while the drawer stays open. */
document.addEventListener("keydown", (event) => {
  if (!now.step || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog:modal:not(#drawer)")) return;
  if (event.target.matches("input, textarea, select") || event.target.closest(".tabulator")) return;
  const by = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  now.step(by);
});
document.addEventListener("click", (event) => {
  const by = event.target.closest?.("[data-drawer-step]")?.dataset.drawerStep;
  if (by) now.step?.(Number(by));
});
// Changes made from the drawer are shown in it.
document.addEventListener("worked", () => { if (now.address) fill(now.address); });
