// Cells edited in place. Typed values are shown immediately, then replaced by the server's value; a refused value
// stays in the cell with the reason, and a conflict with another user's change is resolved at the cell.

import { ask, make } from "./parts.js";
import { say } from "./words.js";
import { toast } from "./toasts.js";

const spot = (id, field) => `${id}:${field}`;
const text = (value) => String(value ?? "");

export const markOf = (grid, id, field) => grid.marks.get(spot(id, field));

/** The input for a cell by the kind of its column, with an accessible name. */
export function editor(column) {
  return (at, ready, success, cancel) => {
    const input = control(column);
    const before = text(at.getValue());
    input.value = before;
    let ended = false;
    const finish = (done) => {
      if (ended) return;
      ended = true;
      if (done && input.value.trim() !== before) success(input.value.trim() || null);
      else cancel();
    };
    ready(() => {
      input.focus({ preventScroll: true });
      input.select?.();
    });
    let pointed = false;
    input.addEventListener("pointerdown", () => { pointed = true; });
    input.addEventListener("change", () => { if (pointed && input.matches("select")) finish(true); });
    input.addEventListener("blur", () => finish(true));
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter") finish(true);
      if (event.key === "Escape") finish(false);
      if (event.key === "Tab") {
        event.preventDefault();
        finish(true);
        onwards(at, event.shiftKey ? -1 : 1);
      }
      if (["Enter", "Escape", "Tab"].includes(event.key)) event.stopPropagation();
      if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") event.stopPropagation();
    });
    return input;
  };
}

/** Select the neighbouring cell and give it the keyboard focus. */
function onwards(at, by) {
  const table = at.getTable();
  const heads = table.getColumns().filter((head) => head.getField() && head.isVisible());
  const next = heads[heads.findIndex((head) => head.getField() === at.getField()) + by];
  const cell = next && at.getRow().getCell(next.getField());
  if (cell) table.getRanges()[0]?.setBounds(cell, cell);
  table.element.querySelector(".tabulator-tableholder").focus({ preventScroll: true });
}

function control(column) {
  const named = { "aria-label": column.title };
  if (column.edit === "choice" || column.edit === "key") {
    const options = column.choices?.map((one) => [one.value, one.label]) ?? column.options?.map((name) => [name, name])
      ?? [["true", say("是", "Yes")], ["false", say("否", "No")]];
    return make("select", named, ...[...(column.must ? [] : [["", "–"]]), ...options].map(([value, label]) => make("option", { value, text: label })));
  }
  return make("input", { ...named, type: column.edit === "date" ? "date" : "text", inputmode: column.edit === "number" ? "decimal" : undefined, autocomplete: "off", list: column.suggest?.length ? `suggest-${column.field}` : undefined });
}

/** Send one changed cell; saves of one row run in turn, so that each has the version of the previous one. */
export function commit(grid, row, field, was, typed) {
  const { id } = row.getData();
  const line = grid.lines.get(id) ?? Promise.resolve();
  const next = line.then(() => send(grid, id, field, typed, was));
  grid.lines.set(id, next);
  return next;
}

async function send(grid, id, field, typed, was) {
  const row = grid.table.getRow(id);
  if (!row) return;
  mark(grid, id, field, { saving: true });
  const shown = { ...row.getData(), [field]: was };
  const base = Object.fromEntries(grid.columns.filter((one) => one.edit).map((one) => [one.field, shown[one.field]]));
  try {
    const told = await ask(address(grid, id), { method: "POST", json: { version: shown.row_version, base, values: { [field]: typed } } });
    mark(grid, id, field, null);
    settle(grid, id, told.row);
    grid.resum();
    said(grid, told.row, field, was);
    if (told.kept.length) {
      toast({ text: say(`已保存。他人刚改过的“${told.kept.join("、")}”已一并更新。`, `Saved. What others just changed is up to date too: ${told.kept.join(", ")}.`), kind: "info" });
    }
  } catch (fault) {
    if (fault.status === 412 && fault.body?.fields?.[field]) return void clash(grid, id, field, typed, fault.body);
    refuse(grid, id, field, typed, fault.message);
  }
}

/** Show what was saved, of which client, with old and new value, so that an accidental key is noticed. */
function said(grid, row, field, was) {
  const column = grid.columns.find((one) => one.field === field);
  const name = grid.columns.find((one) => one.kind === "link");
  const shown = (value) => column.choices?.find((one) => text(one.value) === text(value))?.label ?? (text(value) || "–");
  const who = name && name !== column ? `${text(row[name.field])} · ` : "";
  toast({ text: say(`已保存：${who}${column.title} ${shown(was)} → ${shown(row[field])}`, `Saved: ${who}${column.title} ${shown(was)} → ${shown(row[field])}`), kind: "success", slot: "cell" });
}

const address = (grid, id) => grid.host.dataset.edits.replace("{id}", id);

/** Show the server's row; cells that are being saved or are wrong keep the typed value. */
function settle(grid, id, fresh) {
  const row = grid.table.getRow(id);
  if (row) row.update(held(grid, fresh));
}

export function held(grid, row) {
  const made = { ...row };
  for (const column of grid.columns) {
    const mine = markOf(grid, row.id, column.field);
    if (mine && "typed" in mine) made[column.field] = mine.typed;
  }
  return made;
}

function mark(grid, id, field, what) {
  if (what) grid.marks.set(spot(id, field), what);
  else grid.marks.delete(spot(id, field));
  grid.table.getRow(id)?.reformat();
}

/** A refused value stays in its cell, with the reason next to it. */
export function refuse(grid, id, field, typed, message) {
  mark(grid, id, field, { typed, message });
  const row = grid.table.getRow(id);
  row?.update({ [field]: typed });
  const cell = row?.getCell(field)?.getElement();
  if (cell) bubble(grid, cell, id, field, message);
}

function bubble(grid, cell, id, field, message) {
  hush(grid);
  const again = make("button", { class: "button button--small", type: "button", text: say("再改", "Edit") });
  const drop = make("button", { class: "button button--quiet button--small", type: "button", text: say("还原", "Put back") });
  grid.bubble = make("div", { class: "grid-bubble", role: "alert" }, make("p", { text: message }), make("div", { class: "row" }, again, drop));
  again.addEventListener("click", () => {
    hush(grid);
    grid.table.getRow(id)?.getCell(field)?.edit(true);
  });
  drop.addEventListener("click", () => {
    hush(grid);
    if (grid.putBack) return void grid.putBack(id, field);
    mark(grid, id, field, null);
    grid.reload();
  });
  grid.host.closest(".grid-box").append(grid.bubble);
  beside(grid.bubble, cell, grid.host.closest(".grid-box"));
}

/** Show the reason again when the pointer is on a wrong cell. */
export function explain(grid, at) {
  const { id } = at.getRow().getData();
  const message = markOf(grid, id, at.getField())?.message;
  if (message) bubble(grid, at.getElement(), id, at.getField(), message);
  else hush(grid);
}

export function hush(grid) {
  grid.bubble?.remove();
  grid.bubble = null;
}

/** Place an element below (or above) the cell, within the container. */
function beside(made, cell, box) {
  const at = cell.getBoundingClientRect();
  const within = box.getBoundingClientRect();
  const below = at.bottom + made.offsetHeight + 8 < within.bottom;
  made.style.left = `${Math.max(8, Math.min(at.left - within.left, within.width - made.offsetWidth - 8))}px`;
  made.style.top = `${below ? at.bottom - within.top + 4 : at.top - within.top - made.offsetHeight - 4}px`;
}

/** Conflict in one cell: show the previous, current and typed value to choose from. Escape postpones the choice. */
function clash(grid, id, field, typed, told) {
  const both = told.fields[field];
  const who = [told.by, told.at].filter(Boolean).join(" ");
  const message = say(`刚被${told.by || "他人"}改为“${both.current_text}”，请选择保留哪一个。`, `${told.by || "Somebody"} just changed it to “${both.current_text}”; choose which to keep.`);
  mark(grid, id, field, { typed, message });
  settle(grid, id, told.row);
  const line = (label, value, kind) => [make("dt", { text: label }), make("dd", { class: kind, text: value ?? "–" })];
  const theirs = make("button", { class: "button", type: "button", text: say("采用现在的", "Keep what stands") });
  const mine = make("button", { class: "button button--main", type: "button", text: say("保留我的", "Keep mine") });
  const dialog = make("dialog", { class: "dialog cell-conflict", "aria-labelledby": "cell-clash-title", tabindex: "-1" },
    make("header", { class: "dialog__head" }, make("h2", { id: "cell-clash-title", text: say(`“${both.label}”刚被他人修改`, `“${both.label}” was just changed`) }), who && make("span", { class: "muted", text: who })),
    make("dl", { class: "dialog__body cell-conflict__sides" },
      ...line(say("原来", "It was"), both.base_text, "muted"), ...line(say("现在", "It is now"), both.current_text, "strong"),
      ...line(say("您填写的", "You typed"), both.mine_text, "becomes")),
    make("div", { class: "dialog__foot" }, theirs, mine));
  theirs.addEventListener("click", () => {
    mark(grid, id, field, null);
    settle(grid, id, told.row);
    dialog.close();
  });
  mine.addEventListener("click", () => {
    dialog.close();
    send(grid, id, field, typed, told.row[field]);
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    grid.host.querySelector(".tabulator-tableholder")?.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
  const cell = grid.table.getRow(id)?.getCell(field)?.getElement();
  const at = cell?.getBoundingClientRect();
  if (at?.width && innerWidth > 699) {
    dialog.style.margin = "0";
    dialog.style.left = `${Math.max(12, Math.min(at.left, innerWidth - dialog.offsetWidth - 12))}px`;
    dialog.style.top = `${Math.max(12, Math.min(at.bottom + 4, innerHeight - dialog.offsetHeight - 12))}px`;
  }
  dialog.focus(); // no button: the Enter that ended the input must not press one
}

/** Style a cell that is being saved or is wrong. */
export function dress(grid, at, column) {
  const mine = markOf(grid, at.getRow().getData().id, column.field);
  const element = at.getElement();
  element.classList.toggle("grid-cell--saving", Boolean(mine?.saving));
  element.classList.toggle("grid-cell--wrong", Boolean(mine?.message));
  element.title = mine?.message ?? "";
  if (mine?.message) element.setAttribute("aria-invalid", "true");
  else element.removeAttribute("aria-invalid");
}
