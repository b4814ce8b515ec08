// Ticked rows, or all rows that match the filter, and the actions on them.

import { make } from "./parts.js";
import { say, plain } from "./words.js";

export function tickColumn(grid) {
  return {
    title: "", width: 44, headerSort: false, hozAlign: "center", resizable: false, frozen: true,
    titleFormatter: () => {
      const tick = make("input", { type: "checkbox", class: "grid-tick", "aria-label": say("选中本页全部", "Choose all on this page") });
      tick.addEventListener("change", () => {
        for (const row of grid.table.getRows("active")) choose(grid, row.getData().id, tick.checked);
        tell(grid);
        redraw(grid);
      });
      return tick;
    },
    formatter: (at) => {
      const { id } = at.getRow().getData();
      const tick = make("input", { type: "checkbox", class: "grid-tick", tabindex: "-1", "aria-label": say("选中这一行", "Choose this row") });
      tick.checked = grid.all || grid.ticked.has(id);
      tick.addEventListener("click", (event) => event.stopPropagation());
      tick.addEventListener("change", () => {
        if (grid.all) for (const row of grid.table.getRows("active")) grid.ticked.add(row.getData().id);
        const all = grid.all;
        grid.all = false;
        choose(grid, id, tick.checked);
        tell(grid);
        if (all) redraw(grid);
      });
      return tick;
    },
  };
}

function choose(grid, id, on) {
  if (on) grid.ticked.add(id);
  else grid.ticked.delete(id);
}

const redraw = (grid) => grid.table.getRows("active").forEach((row) => row.reformat());

/** The bar of `data-grid-bar="#id"` is shown while rows are ticked; its `[data-grid-ids]` and `[data-grid-query]` inputs
 * contain the ids, or the query of the list if all matching rows are selected. */
export function tell(grid) {
  for (const bar of document.querySelectorAll(`[data-grid-bar="#${grid.host.id}"]`)) {
    bar.hidden = !grid.all && grid.ticked.size === 0;
    const count = grid.all ? `${plain(grid.answer.total)}${grid.answer.more ? "+" : ""}` : plain(grid.ticked.size);
    for (const place of bar.querySelectorAll("[data-grid-count]")) place.textContent = count;
    for (const input of bar.querySelectorAll("[data-grid-ids]")) input.value = grid.all ? "" : [...grid.ticked].join(",");
    for (const input of bar.querySelectorAll("[data-grid-every]")) input.value = grid.all ? "1" : "";
    for (const input of bar.querySelectorAll("[data-grid-query]")) input.value = grid.all ? grid.query() : "";
    for (const button of bar.querySelectorAll("[data-grid-all]")) button.hidden = grid.all;
  }
  grid.host.dispatchEvent(new CustomEvent("dakehu:ticked", { bubbles: true, detail: [...grid.ticked] }));
}

export function wireMany(grid, bar) {
  bar.addEventListener("click", (event) => {
    const hit = (selector) => event.target.closest(selector);
    if (hit("[data-grid-all]")) grid.all = true;
    else if (hit("[data-grid-none]")) {
      grid.all = false;
      grid.ticked.clear();
    } else if (hit("[data-grid-export]")) {
      hit("[data-grid-export]").search = grid.all ? grid.query() : `ids=${[...grid.ticked].join(",")}`;
      return;
    } else return;
    tell(grid);
    if (grid.table) redraw(grid);
  });
}
