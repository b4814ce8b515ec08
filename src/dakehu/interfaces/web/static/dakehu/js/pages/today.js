// The list of the day: the selected line is shown next to it, and after an action on it the next one is selected.

import { each, later } from "../parts.js";
import { say } from "../words.js";

const work = document.getElementById("work");
const narrow = matchMedia("(max-width: 1099px)");
const nothing = [...(work?.childNodes ?? [])]; // its content while no line is selected
let current = ""; // the name of the selected line
let place = 0; // its index among the lines
let wanted = ""; // the line being loaded or shown
let isWorking = false; // an action was taken, and the list is being reloaded

const list = () => document.getElementById("ledger");
const lines = () => [...(list()?.querySelectorAll("[data-work]") ?? [])];
const lineOf = (name) => lines().find((line) => line.dataset.work === name);
const opener = (line) => line?.querySelector("[data-opens-work]");

/** Marks a line as selected and shows its details. */
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

/** Opens the selected line: on a narrow screen over the list, on a wide one with the focus in its note. */
function open(line) {
  if (narrow.matches) work.setAttribute("data-open", "");
  choose(line);
  if (!narrow.matches) (work.querySelector("textarea") ?? work).focus();
}

function close() {
  work.removeAttribute("data-open");
  opener(lineOf(current))?.focus();
}

/** After the list is reloaded: select the same line, or the one now in its position. */
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

// Lines that are selected to be passed on together.
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

// An action changes the list; until it is reloaded no key may act on the completed line.
document.addEventListener("worked", () => {
  isWorking = true;
  work.replaceChildren();
  work.setAttribute("aria-busy", "true");
});
// Only now do its buttons work.
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
