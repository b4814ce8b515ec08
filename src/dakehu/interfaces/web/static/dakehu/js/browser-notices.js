// Browser notifications while a page of the desk is open: requested from our own server once a minute, no push service.
// The setting is per browser, so it is stored in the browser: <button data-browser-notices="/notices/?part=new">.

import { ask, each } from "./parts.js";
import { say } from "./words.js";

const CHOICE = "dakehu.browser-notices";
const SHOWN = "dakehu.shown-notices";
const EVERY = 60000;
const MOST = 3;
const ADDRESS = "/notices/?part=new";

const isOn = () => localStorage.getItem(CHOICE) === "on" && globalThis.Notification?.permission === "granted";

each("[data-browser-notices]", (box) => {
  const button = box.querySelector("button");
  const state = box.querySelector("[data-browser-notices-state]");
  const tell = () => {
    const denied = globalThis.Notification?.permission === "denied";
    button.hidden = !globalThis.Notification || denied;
    button.querySelector("span").textContent = isOn() ? say("关闭", "Switch off") : say("打开", "Switch on");
    state.textContent = denied || !globalThis.Notification
      ? say("浏览器不允许本站显示通知，可在浏览器设置中更改。", "The browser does not let this site show notices; its settings can.")
      : isOn() ? say("已打开：打开着本系统的页面时，新的提醒会显示为浏览器通知。", "On: new notices are shown while a page of the desk is open.")
        : say("未打开。", "Off.");
  };
  button.addEventListener("click", async () => {
    if (isOn()) localStorage.removeItem(CHOICE);
    else if (await Notification.requestPermission() === "granted") localStorage.setItem(CHOICE, "on");
    tell();
    look();
  });
  tell();
});

/** Show what is new, at most three at a time; a tag prevents duplicates from several open pages. */
async function look() {
  if (!isOn()) return;
  let found;
  try {
    found = (await ask(ADDRESS)).notices;
  } catch {
    return; // requested again in a minute
  }
  const shown = new Set(JSON.parse(localStorage.getItem(SHOWN) ?? "[]"));
  const fresh = found.filter((one) => !shown.has(one.key));
  for (const one of fresh.slice(0, MOST)) {
    const notice = new Notification(one.title, { body: one.text, tag: one.key });
    notice.addEventListener("click", () => {
      window.focus();
      location.assign(one.url);
    });
  }
  localStorage.setItem(SHOWN, JSON.stringify(found.map((one) => one.key)));
}

if (document.getElementById("bell-panel")) {
  look();
  setInterval(look, EVERY);
}
