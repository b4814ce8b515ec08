// A fragment of the server beside the list that led to it.

import { ask, make, safe } from "./parts.js";
import { say } from "./words.js";

let opener = null;

/** Loads HTML from `address`; `page` is where the same thing is a whole page. Focus returns on closing. */
export async function openDrawer(address, { title = "", page = null } = {}) {
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
    drawer.addEventListener("close", () => opener?.focus?.(), { once: true });
  }
  try {
    const text = await ask(address);
    body.innerHTML = text;
    window.htmx?.process(body);
    body.dispatchEvent(new CustomEvent("dakehu:arrived", { bubbles: true }));
  } catch (fault) {
    body.replaceChildren(make("p", { class: "strip strip--blocking", text: fault.message }));
  }
  body.focus();
}
