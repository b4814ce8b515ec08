// Ranges to and from a spreadsheet: copied as tab-separated lines, pasted with one preview in one act.

import { ask, make } from "./parts.js";
import { commit, hush, refuse } from "./grid-edit.js";
import { say, plain } from "./words.js";
import { toast } from "./toasts.js";

/** A cell value for a spreadsheet: labels for choices, the full amount for money. */
export function copied(column) {
  return (value) => {
    if (value === null || value === undefined) return "";
    const choice = column.choices?.find((one) => String(one.value) === String(value));
    if (choice) return choice.label;
    return column.kind === "yes" ? (value ? say("是", "Yes") : say("否", "No")) : value;
  };
}

/** Lines of cells from a spreadsheet's clipboard text: tab-separated, cells with line breaks quoted. */
export function cellsOf(text) {
  const lines = [[]];
  let value = "";
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const sign = text[i];
    if (quoted) {
      if (sign === '"' && text[i + 1] === '"') {
        value += '"';
        i += 1;
      } else if (sign === '"') quoted = false;
      else value += sign;
    } else if (sign === '"' && value === "") quoted = true;
    else if (sign === "\t") {
      lines.at(-1).push(value);
      value = "";
    } else if (sign === "\n") {
      lines.at(-1).push(value.replace(/\r$/, ""));
      lines.push([]);
      value = "";
    } else value += sign;
  }
  lines.at(-1).push(value.replace(/\r$/, ""));
  if (lines.length > 1 && lines.at(-1).length === 1 && lines.at(-1)[0] === "") lines.pop();
  return lines;
}

/** Ctrl V, Ctrl D and Delete over the selected range. */
export function ranges(grid) {
  const { host } = grid;
  const busy = (event) => event.target.matches("input, select, textarea");
  host.addEventListener("paste", (event) => {
    if (busy(event)) return;
    const given = event.clipboardData?.getData("text/plain");
    if (!given) return;
    event.preventDefault();
    put(grid, cellsOf(given));
  });
  host.addEventListener("keydown", (event) => {
    if (busy(event)) return;
    const chosen = grid.table.getRanges()[0];
    if (!chosen) return;
    if (event.key === "Delete") put(grid, [[""]]);
    else if (event.key.toLowerCase() === "d" && (event.ctrlKey || event.metaKey)) {
      const top = chosen.getRows()[0].getData();
      put(grid, [chosen.getColumns().map((at) => copied(grid.columns.find((one) => one.field === at.getField()) ?? {})(top[at.getField()]))]);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

/** Write cells into the grid from the first selected one on; one cell, or one line, fills the selection. */
function put(grid, cells) {
  const chosen = grid.table.getRanges()[0];
  if (!chosen?.getRows().length) return;
  const all = grid.table.getRows("active");
  const heads = grid.table.getColumns().filter((at) => at.getField() && at.isVisible());
  const top = all.findIndex((row) => row.getData().id === chosen.getRows()[0].getData().id);
  const left = heads.findIndex((at) => at.getField() === chosen.getColumns()[0].getField());
  const tall = chosen.getRows().length % cells.length === 0 ? Math.max(chosen.getRows().length, cells.length) : cells.length;
  const wide = cells.every((line) => chosen.getColumns().length % line.length === 0) ? Math.max(chosen.getColumns().length, cells[0].length) : cells[0].length;
  const rows = [];
  const outside = new Set();
  for (let y = 0; y < tall; y += 1) {
    const row = all[top + y];
    const line = cells[y % cells.length];
    if (!row) {
      outside.add(say("超出本页的行", "rows beyond this page"));
      break;
    }
    const data = row.getData();
    const made = { client: data.id, base: {}, values: {} };
    for (let x = 0; x < Math.max(wide, line.length); x += 1) {
      const head = heads[left + x];
      const column = head && grid.columns.find((one) => one.field === head.getField());
      if (!column) continue;
      if (!column.many) outside.add(column.title);
      else {
        made.base[column.field] = data[column.field];
        made.values[column.field] = line[x % line.length].trim();
      }
    }
    if (Object.keys(made.values).length) rows.push(made);
  }
  const count = rows.reduce((sum, row) => sum + Object.keys(row.values).length, 0);
  if (!count) {
    return void toast({ text: say(`不能粘贴到：${[...outside].join("、")}`, `Cannot be pasted into: ${[...outside].join(", ")}`), kind: "warning" });
  }
  if (grid.lay) return void grid.lay(rows); // a grid with its own write function
  if (count === 1) return void single(grid, rows[0]);
  preview(grid, rows, [...outside]);
}

function single(grid, { client, values }) {
  const [field, typed] = Object.entries(values)[0];
  const row = grid.table.getRow(client);
  const was = row.getData()[field];
  row.update({ [field]: typed || null });
  commit(grid, row, field, was, typed || null);
}

async function preview(grid, rows, outside) {
  hush(grid);
  let told;
  try {
    told = await ask(grid.host.dataset.paste, { method: "POST", json: { rows } });
  } catch (fault) {
    return void toast({ text: fault.message, kind: "error" });
  }
  const table = (heads, lines) => make("div", { class: "paste__list", tabindex: "0", role: "region", "aria-label": heads.join(" ") },
    make("table", { class: "table table--tight" }, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col", text: head })))), make("tbody", {}, ...lines)));
  const cells = (...parts) => make("tr", {}, ...parts.map(([value, kind]) => make("td", { class: kind, text: value })));
  const client = say("客户", "Client");
  const column = say("列", "Column");
  const go = make("button", { class: "button button--main", type: "button", disabled: told.cells === 0, text: say(`写入 ${plain(told.cells)} 处`, `Write ${plain(told.cells)} cells`) });
  const no = make("button", { class: "button button--quiet", type: "button", "data-closes": true, text: say("取消", "Cancel") });
  const summary = say(
    `将修改 ${plain(told.clients)} 位客户的 ${plain(told.cells)} 处；${plain(told.unchanged)} 处没有变化。`,
    `${plain(told.cells)} cells of ${plain(told.clients)} clients will change; ${plain(told.unchanged)} stay as they are.`);
  const dialog = make("dialog", { class: "dialog dialog--wide", id: "paste", "aria-labelledby": "paste-title" },
    make("header", { class: "dialog__head" }, make("h2", { id: "paste-title", text: say("粘贴预览", "Before pasting") })),
    make("div", { class: "dialog__body paste" }, make("p", { text: summary }),
      outside.length && make("p", { class: "muted", text: say(`没有粘贴到：${outside.join("、")}`, `Not pasted into: ${outside.join(", ")}`) }),
      told.wrong && make("p", { class: "banner banner--blocking", text: say(`${plain(told.wrong)} 处无法写入，写入其余内容后会留在单元格里等您修改。`, `${plain(told.wrong)} cells cannot be written; they stay in place for you to mend.`) }),
      told.wrong && table([client, column, say("内容", "Value"), say("原因", "Why")], told.faults.map((one) => cells([one.client], [one.label], [one.value, "wrong"], [one.message]))),
      told.lines.length && table([client, column, say("现在", "Now"), say("改为", "Becomes")], told.lines.map((one) => cells([one.client], [one.label], [one.was, "muted"], [one.becomes, "becomes"])))),
    make("div", { class: "dialog__foot" }, no, go));
  go.addEventListener("click", async () => {
    go.disabled = true;
    try {
      const done = await ask(grid.host.dataset.paste, { method: "POST", json: { rows, apply: true } });
      dialog.close();
      await grid.reload();
      for (const one of told.faults) if (one.field) refuse(grid, one.id, one.field, one.value, one.message);
      toast({ text: say(`已写入 ${plain(done.cells)} 处。`, `${plain(done.cells)} cells written.`), kind: "success" });
    } catch (fault) {
      go.disabled = false;
      toast({ text: fault.message, kind: "error" });
    }
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    grid.host.querySelector(".tabulator-tableholder")?.focus({ preventScroll: true });
  });
  document.body.append(dialog);
  dialog.showModal();
  go.focus();
}
