// A page that stays up to date while it is open: <div data-live="/live/client/12/" data-live-since="…"> listens, and parts
// <section id="…" data-live-part="timeline"> are requested again when they have changed. Only a visible page
// listens: a browser has six connections to a server, and a hidden page does not count as presence.

import { ask, each } from "./parts.js";
import { say } from "./words.js";

const AWAY = 5000; // milliseconds until a hidden page stops listening
const ASKS = 2000; // milliseconds between two requests without a stream
const BUSY = "input, textarea, select, [contenteditable='true']";

class Live {
  constructor(bar) {
    this.bar = bar;
    this.entry = "";
    this.waiting = new Set();
    this.listen();
    document.addEventListener("visibilitychange", () => this.seen());
    document.addEventListener("focusout", () => setTimeout(() => this.drawWaiting(), 300));
    document.addEventListener("dragend", () => this.drawWaiting());
    window.addEventListener("pagehide", () => this.stop());
    bar.querySelector("[data-live-waiting]").addEventListener("click", () => this.draw(new Set(this.waiting)));
  }

  seen() {
    clearTimeout(this.leaving);
    if (document.hidden) this.leaving = setTimeout(() => this.stop(), AWAY);
    else if (!this.source && !this.timer && !this.ended) this.listen();
  }

  listen() {
    if (document.hidden || !this.bar.isConnected) return;
    const from = this.entry ? `entry=${this.entry}` : `since=${this.bar.dataset.liveSince}`;
    const source = new EventSource(`${this.bar.dataset.live}stream?${from}`);
    this.source = source;
    const on = (name, act) => source.addEventListener(name, (event) => {
      this.entry = event.lastEventId || this.entry;
      if (this.bar.isConnected) act(JSON.parse(event.data));
      else this.stop();
    });
    on("changed", ({ parts }) => this.changed(parts));
    on("present", ({ people }) => this.show(people));
    on("end", () => this.end());
    source.addEventListener("open", () => this.tell(""));
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return this.tell(say("连接中断，正在重连…", "Connection lost, trying again…"));
      this.source = null;
      this.question();
    });
  }

  /** Without a stream, the page sends a request every few seconds. */
  async question() {
    if (document.hidden || !this.bar.isConnected || this.ended) return;
    try {
      const answer = await ask(`${this.bar.dataset.live}changes?entry=${this.entry}`);
      this.entry = String(answer.entry);
      this.tell("");
      this.show(answer.people);
      this.changed(answer.parts);
    } catch (fault) {
      if ([401, 403, 404].includes(fault.status)) return this.end();
      this.tell(say("连接中断，正在重连…", "Connection lost, trying again…"));
    }
    this.timer = setTimeout(() => this.question(), ASKS);
  }

  stop() {
    this.source?.close();
    clearTimeout(this.timer);
    this.source = this.timer = null;
  }

  end() {
    this.stop();
    this.ended = true;
    this.show([]);
    this.tell(say("本页不再自动更新", "This page is no longer kept up to date"));
  }

  tell(text) {
    this.bar.querySelector("[data-live-state]").textContent = text;
  }

  show(people) {
    const box = this.bar.querySelector("[data-live-people]");
    const words = people.length ? say(`${people.join("、")}也在看`, `${people.join(", ")} ${people.length > 1 ? "are" : "is"} here too`) : "";
    if (box.dataset.words === words) return;
    box.dataset.words = words;
    box.title = words;
    box.replaceChildren(...people.slice(0, 4).map((name) => {
      const sign = document.createElement("span");
      sign.className = "avatar avatar--small";
      sign.setAttribute("aria-hidden", "true");
      sign.textContent = [...name.trim()][0]?.toUpperCase() ?? "·";
      return sign;
    }));
    if (!words) return;
    const said = document.createElement("span");
    said.className = "live__words";
    said.textContent = words;
    box.append(said);
  }

  changed(parts) {
    if (!parts.length) return;
    document.dispatchEvent(new CustomEvent("dakehu:changed", { detail: { parts } }));
    this.draw(new Set(parts), true);
  }

  drawWaiting() {
    if (this.waiting.size) this.draw(new Set(this.waiting), true);
  }

  /** Request the parts again; with `gently`, a part in which the user is working is replaced only afterwards. */
  async draw(names, gently = false) {
    const shown = [...document.querySelectorAll("[data-live-part]")];
    const wanted = shown.filter((part) => part.dataset.livePart.split(" ").some((name) => names.has(name)));
    const busy = gently ? wanted.filter(isBusy) : [];
    this.waiting = new Set(busy.flatMap((part) => part.dataset.livePart.split(" ")));
    this.bar.querySelector("[data-live-waiting]").hidden = !busy.length;
    const free = wanted.filter((part) => !busy.includes(part));
    const addresses = new Set(free.map(addressOf));
    for (const address of addresses) {
      const page = await drawn(address);
      if (page) free.filter((part) => addressOf(part) === address).forEach((part) => replace(part.id, page));
    }
  }
}

const addressOf = (part) => part.dataset.liveUrl ?? location.pathname + location.search;

function isBusy(part) {
  const at = document.activeElement;
  return (part.contains(at) && at.matches(BUSY)) || Boolean(part.querySelector("[data-over], [data-moving], [data-live-busy]"));
}

async function drawn(address) {
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true", "HX-Current-URL": location.href }, credentials: "same-origin" });
    return answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  } catch {
    return null;
  }
}

/** Replace the old part by the new one; focus and scroll positions are kept. */
function replace(id, page) {
  const part = document.getElementById(id);
  const fresh = part && page.getElementById(id);
  if (!fresh) return;
  const mark = part.contains(document.activeElement) ? markOf(document.activeElement) : "";
  const scrolled = [...part.querySelectorAll("[class]")].filter((one) => one.scrollTop || one.scrollLeft)
    .map((one) => [one.classList[0], one.scrollTop, one.scrollLeft]);
  part.replaceWith(document.adoptNode(fresh));
  window.htmx.process(fresh);
  fresh.dispatchEvent(new CustomEvent("dakehu:arrived", { bubbles: true }));
  for (const [name, top, left] of scrolled) fresh.getElementsByClassName(name)[0]?.scrollTo(left, top);
  if (mark) fresh.querySelector(mark)?.focus({ preventScroll: true });
  fresh.classList.add("live-fresh");
  setTimeout(() => fresh.classList.remove("live-fresh"), 1700);
}

/** A selector for finding the focused element again. */
function markOf(at) {
  if (at.id) return `#${CSS.escape(at.id)}`;
  const name = ["data-deal", "data-key", "href"].find((one) => at.hasAttribute(one));
  return name ? `[${name}="${CSS.escape(at.getAttribute(name))}"]` : "";
}

each("[data-live]", (bar) => new Live(bar));
