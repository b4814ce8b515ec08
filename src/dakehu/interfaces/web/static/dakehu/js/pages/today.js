// The list of the day: the line under the cursor is shown beside it, and what is done to it leaves the next one there.

import { each, later } from "../parts.js";
import { say } from "../words.js";

const work = document.getElementById("work");
const narrow = matchMedia("(max-width: 1099px)");
const nothing = [...(work?.childNodes ?? [])]; // what it says while no line is chosen
let current = ""; // the name of the line that is chosen
let place = 0; // where it stands among the lines
let wanted = ""; // the line that is being read, or shown
let isWorking = false; // something was done, and the list is being read again

const list = () => document.getElementById("ledger");
const lines = () => [...(list()?.querySelectorAll("[data-work]") ?? [])];
const lineOf = (name) => lines().find((line) => line.dataset.work === name);
const opener = (line) => line?.querySelector("[data-opens-work]");

/** Marks a line as chosen and shows what stands behind it. */
function choose(line) {
  if (!line) return;
  for (const other of lines()) other.removeAttribute("aria-current");
  line.setAttribute("aria-current", "true");
  current = line.dataset.work;
  place = lines().indexOf(line);
  if (narrow.matches && !work.hasAttribute("data-open")) return;
  if (wanted !== current) {
    wanted = current;
    read();
  }
}

const read = later(90, show);

function show() {
  work.setAttribute("aria-busy", "true");
  window.htmx.ajax("GET", `/today/${wanted}`, { target: work, swap: "innerHTML" });
}

/** Opens the chosen line: on a narrow screen over the list, on a wide one with the cursor in its note. */
function open(line) {
  if (narrow.matches) work.setAttribute("data-open", "");
  choose(line);
  if (!narrow.matches) (work.querySelector("textarea") ?? work).focus();
}

function close() {
  work.removeAttribute("data-open");
  opener(lineOf(current))?.focus();
}

/** After the list was read again: the line that was chosen, or the one that has come into its place. */
function settle() {
  const found = lineOf(current) ?? lines()[Math.min(place, lines().length - 1)];
  wanted = "";
  showChosen();
  if (!found) {
    current = "";
    isWorking = false;
    work.removeAttribute("data-open");
    work.removeAttribute("aria-busy");
    work.replaceChildren(...nothing.map((node) => node.cloneNode(true)));
    return;
  }
  choose(found);
  if (isWorking && !document.querySelector("dialog:modal")) opener(found)?.focus();
  isWorking = false;
}

document.addEventListener("focusin", (event) => {
  const line = event.target.closest?.("#ledger [data-work]");
  if (line) {
    line.scrollIntoView({ block: "nearest" });
    choose(line);
  }
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-opens-work]");
  if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    open(link.closest("[data-work]"));
  }
  if (event.target.closest?.("[data-closes-work]")) close();
  if (event.target.closest?.("[data-clears-chosen]")) {
    for (const box of boxes()) box.checked = false;
    showChosen();
  }
  if (event.target.closest?.("[data-passes-chosen]")) passChosen();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog:modal")) return;
  const inWork = event.target.closest?.("#work");
  if (event.key === "Escape" && inWork) {
    event.preventDefault();
    close();
    return;
  }
  const line = event.target.closest?.("#ledger [data-work]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (line && step) {
    event.preventDefault();
    const all = lines();
    opener(all[Math.min(Math.max(all.indexOf(line) + step, 0), all.length - 1)])?.focus();
  }
  if (line && event.key === "x") {
    const box = line.querySelector("[data-chooses]");
    if (!box) return;
    event.preventDefault();
    box.checked = !box.checked;
    showChosen();
  }
});

// Lines that are chosen to be passed on together.
const boxes = () => [...(list()?.querySelectorAll("[data-chooses]") ?? [])];
const chosen = () => boxes().filter((box) => box.checked).map((box) => box.dataset.chooses);

function showChosen() {
  const bar = list()?.querySelector("[data-chosen]");
  if (!bar) return;
  bar.hidden = chosen().length === 0;
  bar.querySelector("[data-chosen-count]").textContent = chosen().length;
}

function passChosen() {
  const names = chosen();
  if (names.length) window.htmx.ajax("GET", `/actions/service.pass_work?work=${names.join(",")}&then=stay`, { target: "#act" });
}

document.addEventListener("change", (event) => { if (event.target.matches?.("[data-chooses]")) showChosen(); });

// What was done changes the list; until it has been read again no key may reach the line that was worked.
document.addEventListener("worked", () => {
  isWorking = true;
  work.replaceChildren();
  work.setAttribute("aria-busy", "true");
});
// Only now do its buttons answer.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target === work) work.removeAttribute("aria-busy");
});
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.target === work) work.removeAttribute("aria-busy");
  if (event.detail.target === work) work.textContent = say("没有找到这一项，可能已被同事处理。", "This line is gone; a colleague may have worked it.");
});
each("#ledger", () => {
  if (isWorking || current) settle();
  else if (!narrow.matches) choose(lines()[0]);
});
