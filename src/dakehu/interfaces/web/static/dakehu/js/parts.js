// Creating elements and sending requests to the server.

import { say } from "./words.js";

/** `make("p", { class: "muted", text: "…" }, child)`: text is never read as HTML. */
export function make(name, given = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") element.textContent = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite, whose URL is an attribute of the palette. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${document.getElementById("palette")?.dataset.icons ?? ""}#${name}`);
  svg.append(use);
  return svg;
}

export const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

export const same = (address) => new URL(address, location.href).origin === location.origin;

/** A row's or a result's own address: only http(s) addresses are followed. */
export const safe = (address) => (/^(https?:)?\/\/|^\/|^\?|^#/.test(address ?? "") ? address : "#");

const writing = new Set();

/** Resolves when all pending writes have been answered. */
export const written = () => Promise.allSettled([...writing]);

/** Send a request; `json` is sent as the body. Throws an Error whose message can be shown to the user. The undo that the server
 * offers is passed to `offered`, or else dispatched as "dakehu:done". */
export function ask(address, given = {}) {
  const answer = answered(address, given);
  if ((given.method ?? "GET") !== "GET") {
    writing.add(answer);
    answer.catch(() => {}).finally(() => writing.delete(answer));
  }
  return answer;
}

async function answered(address, { method = "GET", json, form, signal, offered }) {
  const headers = { Accept: "application/json, text/html;q=0.8", "X-Requested-With": "fetch" };
  if (method !== "GET") headers["X-CSRFToken"] = csrf();
  if (json !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(address, {
      method, headers, signal, credentials: "same-origin", body: json === undefined ? form : JSON.stringify(json),
    });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Error(say("连不上服务器，请检查网络后再试。", "The server cannot be reached. Check the network and try again."));
  }
  const kind = answer.headers.get("Content-Type") ?? "";
  const body = kind.includes("json") ? await answer.json() : await answer.text();
  const offer = answer.ok && answer.headers.get("X-Undo");
  if (offer && offered) offered(JSON.parse(offer));
  else if (offer) document.dispatchEvent(new CustomEvent("dakehu:done", { detail: JSON.parse(offer) }));
  if (answer.ok) return body;
  throw Object.assign(new Error(reason(answer.status, body)), { status: answer.status, body });
}

function reason(status, body) {
  if (body?.messages) return Object.values(body.messages).flat().join(" ");
  if (body?.message || body?.detail) return body.message ?? body.detail;
  if (status === 401 || status === 403) return say("您没有权限，或登录已过期。请重新登录后再试。", "You may not do this, or your session ended. Sign in again.");
  if (status === 404) return say("没有找到，可能已被删除。", "Not found; it may have been removed.");
  return say(`服务器没有完成这个请求（${status}），请稍后再试。`, `The server could not do this (${status}). Try again in a moment.`);
}

/** The JSON inside `<script type="application/json" id="…">`, or null. */
export function read(selector) {
  const holder = selector && document.querySelector(selector);
  return holder ? JSON.parse(holder.textContent) : null;
}

export function later(milliseconds, act) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), milliseconds);
  };
}

/** Run `act` for every match now and for those that arrive later through htmx or the drawer. */
export function each(selector, act) {
  const seen = new WeakSet();
  const look = (root) => {
    const found = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) found.unshift(root);
    for (const element of found) {
      if (seen.has(element)) continue;
      seen.add(element);
      act(element);
    }
  };
  look(document);
  document.addEventListener("htmx:load", (event) => look(event.detail.elt));
  document.addEventListener("dakehu:arrived", (event) => look(event.target));
}
