// Visible columns, their widths and order: stored per user and view, on top of the shared view.

import { ask, icon, later, make } from "./parts.js";
import { say } from "./words.js";
import { toast } from "./toasts.js";

/** The current columns: [{field, width, hidden}]. */
export const arranged = (grid) => (grid.table?.getColumns() ?? []).filter((at) => at.getField())
  .map((at) => ({ field: at.getField(), width: at.getWidth(), hidden: !at.isVisible() }));

export const keep = later(600, async (grid) => {
  if (!grid.host.dataset.keep || !grid.table) return;
  try {
    await ask(grid.host.dataset.keep, { method: "POST", json: { view: grid.viewKey, columns: arranged(grid) } });
  } catch (fault) {
    toast({ text: fault.message, kind: "warning" });
  }
});

/** The columns of another view, as the reader has arranged them there. */
export async function swap(grid, view, describe) {
  grid.viewKey = view;
  const told = await ask(`${grid.host.dataset.keep}?view=${encodeURIComponent(view)}`);
  const same = JSON.stringify(told.columns) === JSON.stringify(grid.columns);
  grid.columns = told.columns;
  if (same) return;
  grid.table?.setColumns(grid.columns.map((column) => describe(grid, column)));
  for (const place of document.querySelectorAll(`[data-picker="#${grid.host.id}"]`)) list(grid, place, describe);
}

export function picker(grid, place, describe) {
  list(grid, place, describe);
}

/** The list of columns, each to be shown or hidden, and the reset to those of the view. */
function list(grid, place, describe) {
  const back = make("button", { class: "menu__item", type: "button" }, icon("rotate-ccw"), make("span", { text: say("恢复视图的列", "Columns of the view") }));
  back.addEventListener("click", async () => {
    await ask(grid.host.dataset.keep, { method: "POST", json: { view: grid.viewKey, columns: [] } });
    await swap(grid, grid.viewKey, describe);
    grid.reload();
  });
  place.replaceChildren(...grid.columns.map((column) => {
    const tick = make("input", { type: "checkbox", checked: !column.hidden });
    tick.addEventListener("change", () => {
      column.hidden = !tick.checked;
      if (!tick.checked) grid.table?.hideColumn(column.field);
      else if (grid.table) {
        grid.table.showColumn(column.field);
        grid.reload();
      }
      keep(grid);
    });
    return make("label", { class: "menu__item choice" }, tick, make("span", { text: column.title }));
  }), back);
}
