// What every page does: theme, dialogs, drawer, keys, messages, relative times, htmx settings.

import { csrf, each } from "./parts.js";
import { say, ago } from "./words.js";
import { toast, settle } from "./toasts.js";
import { sayKept } from "./undo.js";
import { openDrawer } from "./drawer.js";
import { openPalette } from "./palette.js";
import { pressed, listKeys } from "./keys.js";
import "./upload.js";
import "./poll.js";
import "./autosave.js";
import "./action-form.js";
import "./passkey.js";
import "./fold.js";
import "./tabs-more.js";
import "./password-eye.js";
import "./browser-notices.js";
import "./live.js";
import "./comments.js";

const root = document.documentElement;

// Appearance: stored in cookies, so that the server renders the next page correctly.
// Printing always uses the light theme.
const DARK = { dark: "screen", light: "not all", auto: "screen and (prefers-color-scheme: dark)" };

function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
}

// Which sections of the menu are unfolded. A click, not `toggle`, which also fires when the page is rendered.
const sections = [...document.querySelectorAll("[data-section]")];
for (const section of sections) {
  section.querySelector("summary").addEventListener("click", () => setTimeout(() => {
    remember("menu", sections.filter((one) => one.open).map((one) => one.dataset.section).join("."));
  }));
}

// Scroll the current page into view in the menu, without moving anything else.
const sidebar = document.querySelector(".sidebar__menu");
const present = sidebar?.querySelector('[aria-current="page"]');
const hidden = present ? present.getBoundingClientRect().bottom - sidebar.getBoundingClientRect().bottom : 0;
if (hidden > 0) sidebar.scrollTop += hidden + sidebar.clientHeight / 3;

// Likewise the current tab of a scrolling bar.
each(".tabs > [aria-current]", (tab) => {
  const cut = tab.getBoundingClientRect().right - tab.parentElement.getBoundingClientRect().right;
  if (cut > 0) tab.parentElement.scrollLeft += cut + tab.offsetWidth / 3;
});

function showLooks() {
  document.getElementById("dark-theme")?.setAttribute("media", DARK[root.dataset.theme] ?? DARK.auto);
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", button.dataset.themeChoice === root.dataset.theme);
  }
  for (const button of document.querySelectorAll("[data-updown-choice]")) {
    button.setAttribute("aria-pressed", button.dataset.updownChoice === root.dataset.updown);
  }
  requestAnimationFrame(() => document.dispatchEvent(new CustomEvent("dakehu:looks")));
}

new MutationObserver(showLooks).observe(root, { attributes: true, attributeFilter: ["data-theme", "data-updown"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showLooks);
showLooks();

// Clicks that open, close and select.
document.addEventListener("click", (event) => {
  const hit = (selector) => event.target.closest?.(selector);
  const looks = hit("[data-theme-choice], [data-updown-choice]");
  if (looks?.dataset.themeChoice) {
    root.dataset.theme = looks.dataset.themeChoice;
    remember("theme", root.dataset.theme);
  } else if (looks) {
    root.dataset.updown = looks.dataset.updownChoice;
    remember("updown", root.dataset.updown);
  }
  const opener = hit("[data-opens]");
  if (opener) {
    event.preventDefault();
    if (opener.dataset.opens === "keys") listKeys();
    document.getElementById(opener.dataset.opens)?.showModal();
  }
  if (hit("[data-closes]")) hit("dialog")?.close();
  if (event.target instanceof HTMLDialogElement && event.target.matches(".dialog, .palette")) event.target.close();
  if (hit("[data-opens-palette]")) openPalette();
  const drawn = hit("[data-drawer]");
  if (drawn && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    openDrawer(drawn.dataset.drawer, { title: drawn.title || drawn.textContent.trim(), page: drawn.getAttribute("href") });
  }
  const filled = hit("[data-fills]");
  const answer = filled && document.getElementById(filled.dataset.fills);
  if (answer) {
    answer.value = filled.dataset.value;
    for (const name of ["input", "change"]) answer.dispatchEvent(new Event(name, { bubbles: true }));
    answer.focus();
  }
  const copied = hit("[data-copy]");
  if (copied) {
    navigator.clipboard?.writeText(copied.dataset.copy).then(() => toast({ text: say("已复制。", "Copied."), kind: "success" }));
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target) || hit(".menu__item:not(.choice)")) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return;
    }
    const drawer = document.getElementById("drawer");
    if (drawer?.open && !document.querySelector("dialog:modal")) drawer.close();
  }
  pressed(event);
});

// Relative times, updated regularly.
const tell = (time) => { time.textContent = ago(time.getAttribute("datetime")); };
each("time[data-ago]", tell);
setInterval(() => document.querySelectorAll("time[data-ago]").forEach(tell), 60000);

each("[data-toast]", settle);
sayKept();
each("[data-command-key]", (key) => { if (!/Mac|iPhone|iPad/.test(navigator.platform)) key.textContent = "Ctrl K"; });

// Tabs: role="tab" buttons whose aria-controls names the panel; arrows move between them.
each('[role="tablist"]', (list) => {
  const tabs = [...list.querySelectorAll('[role="tab"]')];
  const choose = (chosen) => {
    for (const tab of tabs) {
      tab.setAttribute("aria-selected", tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls"));
      if (panel) panel.hidden = tab !== chosen;
    }
    document.dispatchEvent(new CustomEvent("dakehu:looks"));
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest('[role="tab"]');
    if (tab) choose(tab);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    next.focus();
    choose(next);
  });
  choose(tabs.find((tab) => tab.getAttribute("aria-selected") === "true") ?? tabs[0]);
});

// htmx: our CSRF token on every request, error responses as messages.
document.addEventListener("htmx:configRequest", (event) => { event.detail.headers["X-CSRFToken"] = csrf(); });
document.addEventListener("htmx:beforeSwap", (event) => {
  // 422 contains the form with its errors, 409 the conflict dialog: both are shown.
  if ([409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
document.addEventListener("htmx:responseError", (event) => {
  const denied = [401, 403].includes(event.detail.xhr.status);
  toast({
    kind: "error",
    text: denied
      ? say("您没有权限，或登录已过期。请重新登录后再试。", "You may not do this, or your session ended. Sign in again.")
      : say("没有成功，请稍后再试。您填写的内容还在。", "That did not work. What you typed is still here; try again in a moment."),
  });
});
document.addEventListener("htmx:sendError", () =>
  toast({ kind: "error", text: say("连不上服务器，请检查网络后再试。", "The server cannot be reached. Check the network and try again.") }));
// The server sends `HX-Trigger: {"toast": {"text": "…", "kind": "success", "undo": {"number": 12}}}`.
document.body.addEventListener("toast", (event) => toast(event.detail));
document.body.addEventListener("closes", () => document.querySelector("dialog:modal")?.close());
