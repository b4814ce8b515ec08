// The calendar: entries are moved by dragging or by keys, both with the same action; filters apply when they change.

import { say } from "../words.js";
import { toast } from "../toasts.js";

const ACTION = "/actions/service.move_entry";
const QUARTER = 15;
const carry = document.getElementById("calendar-carry");
let held = null; // the entry being moved by keys: {chip, day, minutes, length}
let wanted = null; // the entry to focus again after the calendar is reloaded

const board = () => document.getElementById("calendar");
const chips = () => [...(board()?.querySelectorAll("[data-entry]") ?? [])];
const isTimed = (chip) => chip.dataset.at !== "";

const dayAfter = (day, days) => {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
};
const minutesOf = (time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
const timeOf = (minutes) => `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;

function dayName(day) {
  const date = new Date(`${day}T12:00:00Z`);
  const weekday = date.toLocaleDateString(say("zh-CN", "en-GB"), { weekday: "short", timeZone: "UTC" });
  const month = date.toLocaleDateString("en-GB", { month: "short", timeZone: "UTC" });
  return say(`${date.getUTCMonth() + 1} 月 ${date.getUTCDate()} 日 ${weekday}`, `${weekday} ${date.getUTCDate()} ${month}`);
}

/** Marks the day over which an entry is dragged. */
function mark(day) {
  for (const cell of board()?.querySelectorAll("[data-target]") ?? []) cell.removeAttribute("data-target");
  if (!day) return;
  for (const cell of board()?.querySelectorAll(`[data-day="${day}"]`) ?? []) cell.setAttribute("data-target", "");
}

/** Moves an entry with the action; if that requires a reason, its form opens. */
function move(chip, day, time) {
  const { entry, on, at } = chip.dataset;
  if (day === on && (!time || time === at)) return;
  wanted = entry.split("@")[0];
  const values = { entry, day, then: "stay", ...(time ? { time } : {}) };
  window.htmx.ajax("POST", ACTION, { target: "#act", swap: "innerHTML", values });
}

// By dragging.
let dragged = null; // {chip, grip: minutes from its start to where it was grabbed}

document.addEventListener("dragstart", (event) => {
  const chip = event.target.closest?.("[data-moves]");
  if (!chip) return;
  const box = chip.getBoundingClientRect();
  const grip = isTimed(chip) ? ((event.clientY - box.top) / box.height) * Number(chip.dataset.length) : 0;
  dragged = { chip, grip };
  chip.setAttribute("data-carried", "");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", chip.title);
});

document.addEventListener("dragover", (event) => {
  const cell = dragged && event.target.closest?.("[data-day]");
  if (!cell) return;
  event.preventDefault();
  mark(cell.dataset.day);
});

document.addEventListener("drop", (event) => {
  const cell = dragged && event.target.closest?.("[data-day]");
  if (!cell) return;
  event.preventDefault();
  const { chip, grip } = dragged;
  move(chip, cell.dataset.day, isTimed(chip) && "hours" in cell.dataset ? timeAt(cell, event.clientY, grip) : "");
});

document.addEventListener("dragend", () => {
  dragged?.chip.removeAttribute("data-carried");
  dragged = null;
  mark("");
});

/** The quarter of an hour at a height of the time grid, less the grip of the entry. */
function timeAt(cell, y, grip) {
  const box = cell.getBoundingClientRect();
  const minutes = 7 * 60 + ((y - box.top) / box.height) * 14 * 60 - grip;
  const quarter = Math.round(minutes / QUARTER) * QUARTER;
  return timeOf(Math.min(Math.max(quarter, 0), 24 * 60 - QUARTER));
}

// By keys: m picks up an entry, arrows move it, Enter drops it, Escape cancels.
function take(chip) {
  held = { chip, day: chip.dataset.on, minutes: isTimed(chip) ? minutesOf(chip.dataset.at) : null };
  chip.setAttribute("data-carried", "");
  tell();
}

function tell() {
  const time = held.minutes === null ? "" : ` ${timeOf(held.minutes)}`;
  carry.hidden = false;
  carry.textContent = say(
    `移到 ${dayName(held.day)}${time}（回车放下，Esc 取消）`,
    `Move to ${dayName(held.day)}${time} (Enter drops it, Esc cancels)`,
  );
  mark(held.day);
}

function letGo() {
  held?.chip.removeAttribute("data-carried");
  held = null;
  carry.hidden = true;
  mark("");
}

function carryBy(key) {
  const isMonth = board().dataset.view === "month";
  const sideways = { ArrowLeft: -1, ArrowRight: 1 }[key];
  const updown = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (sideways) held.day = dayAfter(held.day, sideways);
  else if (isMonth) held.day = dayAfter(held.day, 7 * updown);
  else if (held.minutes !== null) held.minutes = Math.min(Math.max(held.minutes + 2 * QUARTER * updown, 0), 24 * 60 - QUARTER);
  tell();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog:modal")) return;
  const isArrow = event.key.startsWith("Arrow");
  if (held) {
    if (isArrow) carryBy(event.key);
    else if (event.key === "Enter" || event.key === " ") {
      const { chip, day, minutes } = held;
      letGo();
      move(chip, day, minutes === null ? "" : timeOf(minutes));
    } else if (event.key === "Escape") letGo();
    else return;
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  const chip = event.target.closest?.("#calendar [data-entry]");
  if (!chip) return;
  if (event.key === "m") {
    event.preventDefault();
    event.stopPropagation();
    if ("moves" in chip.dataset) take(chip);
    else toast({ kind: "note", text: say("这一项的日期不能在这里改。", "The day of this entry is not changed here.") });
  } else if (isArrow) {
    event.preventDefault();
    walk(chip, event.key);
  }
}, true);

/** Focuses the previous or next entry; sideways, the first one of the adjacent day. */
function walk(chip, key) {
  const all = chips().filter((one) => one.getClientRects().length);
  const here = all.indexOf(chip);
  const step = { ArrowUp: -1, ArrowDown: 1 }[key];
  if (step) {
    all[Math.min(Math.max(here + step, 0), all.length - 1)]?.focus();
    return;
  }
  const later = key === "ArrowRight";
  const others = all.filter((one) => (later ? one.dataset.on > chip.dataset.on : one.dataset.on < chip.dataset.on));
  const days = others.map((one) => one.dataset.on).sort();
  const day = later ? days[0] : days.at(-1);
  others.find((one) => one.dataset.on === day)?.focus();
}

document.addEventListener("focusout", (event) => {
  if (held && event.target === held.chip && !event.relatedTarget) letGo();
});

// After the calendar is reloaded, the moved entry is focused.
document.addEventListener("htmx:afterSettle", () => {
  if (!wanted || document.querySelector("dialog:modal")) return;
  const chip = chips().find((one) => one.dataset.entry.split("@")[0] === wanted);
  if (!chip || chip.contains(document.activeElement)) return;
  chip.focus();
  wanted = null;
});

document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-filters]")) event.target.form.requestSubmit();
});
