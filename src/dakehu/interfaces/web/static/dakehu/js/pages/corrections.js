// Rows at fault of an import: edited in the grid, applied on top of the file by the server, and checked there immediately.

import { describe } from "../grid.js";
import { explain, hush } from "../grid-edit.js";
import { ranges } from "../grid-range.js";
import { roles, tabs } from "../grid-roles.js";
import { ask, each, make, read, safe } from "../parts.js";
import { toast } from "../toasts.js";
import { plain, say } from "../words.js";

each("[data-mend]", (host) => {
  const grid = { host, columns: read(host.dataset.columns), marks: new Map(), lines: new Map() };
  const byField = (field) => grid.columns.find((one) => one.field === field);
  for (const { field, suggest } of grid.columns) {
    host.after(make("datalist", { id: `suggest-${field}` }, ...suggest.map((value) => make("option", { value }))));
  }
  grid.table = new window.Tabulator(host, {
    columns: grid.columns.map((column) => changed(describe(grid, column))),
    rowHeader: { formatter: where(grid), width: 150, headerSort: false, resizable: false, frozen: true, title: say("位置", "Where") },
    index: "id", height: "100%", layout: "fitDataStretch",
    placeholder: say("这张表没有要改正的了。", "Nothing is left to mend in this table."),
    columnDefaults: { headerWordWrap: false, resizable: "header" },
    editTriggerEvent: "dblclick", editorEmptyValue: "",
    selectableRange: 1, selectableRangeRows: true, selectableRangeAutoFocus: false, selectableRangeClearCells: false,
    clipboard: "copy", clipboardCopyStyled: false, clipboardCopyRowRange: "range",
    clipboardCopyConfig: { rowHeaders: false, columnHeaders: false },
  });
  for (const moved of ["tableBuilt", "dataProcessed", "renderComplete"]) grid.table.on(moved, () => roles(host));
  grid.table.on("cellEditing", () => hush(grid));
  grid.table.on("scrollVertical", () => hush(grid));
  grid.table.on("cellClick", (event, at) => explain(grid, at));
  grid.table.on("cellEdited", (at) => send(grid, [[at.getRow().getData().id, byField(at.getField()).index, at.getValue() ?? ""]]));
  grid.lay = (rows) => send(grid, rows.flatMap(({ client, values }) => Object.entries(values).map(([field, text]) => [client, byField(field).index, text])));
  grid.putBack = (id, field) => send(grid, [[id, byField(field).index, null]]);
  grid.reload = () => load(grid);
  grid.table.on("rangeChanged", (range) => {
    const [one, ...more] = range.getCells().flat();
    if (one && !more.length && host.contains(document.activeElement)) explain(grid, one);
  });
  ranges(grid);
  tabs(host);
  host.addEventListener("keydown", (event) => typed(grid, event));
  document.getElementById("mend-back").addEventListener("click", () => {
    const chosen = (grid.table.getRanges()[0]?.getCells() ?? []).flat().filter((at) => at.getRow().getData().came[at.getField()] !== undefined);
    if (chosen.length) send(grid, chosen.map((at) => [at.getRow().getData().id, byField(at.getField()).index, null]));
    else toast({ text: say("所选的格没有改过。", "None of the selected cells was changed."), kind: "info" });
  });
  const form = document.getElementById("mend-replace");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    replace(grid, form);
  });
  form.elements.value.addEventListener("change", () => suggested(form));
  grid.table.on("tableBuilt", () => load(grid));
});

/** Sheet and row; errors of a row as a whole are shown here. */
function where(grid) {
  return (at) => {
    const { id, faults } = at.getRow().getData();
    const wrong = faults[""];
    at.getElement().classList.toggle("grid-cell--wrong", Boolean(wrong));
    at.getElement().title = wrong ? `${wrong.message} ${wrong.remedy}` : "";
    return make("span", { text: say(`${grid.host.dataset.sheet} · 第 ${id} 行`, `${grid.host.dataset.sheet} · row ${id}`) });
  };
}

/** A corrected cell shows its original value. */
function changed(described) {
  return { ...described, formatter: (at) => {
    const made = described.formatter(at);
    const came = at.getRow().getData().came[described.field];
    const element = at.getElement();
    element.classList.toggle("grid-cell--mended", came !== undefined);
    if (came !== undefined) element.title = [element.title, say(`原为：${came || "（空）"}`, `It was: ${came || "(empty)"}`)].filter(Boolean).join(" ");
    return made;
  } };
}

/** Enter, F2 and typing edit the selected cell. */
function typed(grid, event) {
  if (event.target.matches("input, select, textarea, button, a")) return;
  const at = grid.table.getRanges()[0]?.getCells()[0]?.[0];
  const types = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (at && (types || ["Enter", "F2", "Process"].includes(event.key))) {
    event.stopPropagation();
    at.edit(true);
  }
}

async function load(grid) {
  const told = await ask(`${grid.host.dataset.src}?table=${grid.host.dataset.table}`);
  grid.marks.clear();
  told.rows.forEach((row) => marked(grid, row));
  await grid.table.setData(told.rows);
  state(grid, told);
}

/** Which cells of a row are wrong, and why. */
function marked(grid, row) {
  for (const { field } of grid.columns) {
    const wrong = row.faults[field];
    if (wrong) grid.marks.set(`${row.id}:${field}`, { message: `${wrong.message} ${wrong.remedy}` });
    else grid.marks.delete(`${row.id}:${field}`);
  }
}

async function send(grid, cells) {
  hush(grid);
  // Requests run in turn, so that the last result shown is that of the last check.
  grid.sent = (grid.sent ?? Promise.resolve()).then(async () => {
    try {
      shown(grid, await ask(grid.host.dataset.edits, { method: "POST", json: { table: Number(grid.host.dataset.table), cells } }));
    } catch (fault) {
      toast({ text: fault.message, kind: "error" });
      await load(grid);
    }
  });
  await grid.sent;
}

function shown(grid, told) {
  for (const row of told.rows) {
    marked(grid, row);
    const at = grid.table.getRow(row.id);
    if (at) at.update(row).then(() => at.reformat());
    else grid.table.addRow(row);
  }
  state(grid, told);
}

async function replace(grid, form) {
  const [column, value] = JSON.parse(form.elements.value.value);
  try {
    const told = await ask(grid.host.dataset.replace, {
      method: "POST", json: { table: Number(grid.host.dataset.table), column, value, text: form.elements.text.value },
    });
    if (told.url) return void location.assign(safe(told.url));
    form.elements.text.value = "";
    shown(grid, told);
    toast({ text: say(`已替换 ${plain(told.changed)} 格。`, `${plain(told.changed)} cells replaced.`), kind: "success" });
  } catch (fault) {
    toast({ text: fault.message, kind: "error" });
  }
}

/** The values allowed in the column whose value is replaced. */
function suggested(form) {
  const chosen = form.elements.value.value;
  form.elements.text.setAttribute("list", chosen ? `suggest-c${JSON.parse(chosen)[0]}` : "");
}

/** The remaining errors by sheet, and the values that can be replaced. */
function state(grid, told) {
  document.getElementById("mend-left").textContent = told.left
    ? say(`还有 ${plain(told.left)} 处要改正`, `${plain(told.left)} still to mend`)
    : say("全部改好了，请重新预览", "All mended; try it again");
  for (const place of document.querySelectorAll("[data-mend-count]")) place.textContent = told.tables[place.dataset.mendCount] ?? 0;
  const form = document.getElementById("mend-replace");
  form.hidden = !told.values.length && !told.mended;
  form.elements.value.replaceChildren(...told.values.map(([index, text, count]) => make("option", {
    value: JSON.stringify([index, text]),
    text: named(grid.columns.find((one) => one.index === index)?.title, text, count),
  })));
  suggested(form);
}

const named = (title, text, count) => say(`${title}：${text || "（空）"} × ${count}`, `${title}: ${text || "(empty)"} × ${count}`);
