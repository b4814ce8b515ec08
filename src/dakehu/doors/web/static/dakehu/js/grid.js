// The grid: Tabulator over rows that the server filters, sorts and pages.
//
// <div class="grid-box"><div class="grid grid--page" id="clients" data-grid data-src="/clients/rows"
//   data-columns="#clients-columns" data-open="drawer" data-keep="/clients/columns"></div></div>
// The address answers {rows: [{id, url, peek?, …}], last_page, total, sums?: {field: value}} to
// ?page=1&size=100&sort=-assets,name&q=…&f.<field>=…&<whatever the chosen view adds>.

import { ask, each, icon, later, make, read, safe } from "./parts.js";
import { card, cell, NUMBERS } from "./cells.js";
import { openDrawer } from "./drawer.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

const PHONE = matchMedia("(max-width: 699px)");
const SIZES = [50, 100, 200];
const CARDS = 30;
const grids = new Map();

/** The grid drawn in `#id`: { table, reload(), query(), show(query), groupBy(field), ticked } */
export const gridOf = (id) => grids.get(id);

const words = () => ({
  default: say({
    data: { loading: "正在读取…", error: "没有读到数据，请稍后再试" },
    pagination: { page_size: "每页", first: "首页", last: "末页", prev: "上一页", next: "下一页", all: "全部", page_title: "第几页", first_title: "首页", last_title: "末页", prev_title: "上一页", next_title: "下一页" },
    headerFilters: { default: "筛选…" },
  }, {
    data: { loading: "Reading…", error: "The rows could not be read; try again in a moment" },
    pagination: { page_size: "Rows", first: "First", last: "Last", prev: "Back", next: "Next", all: "All", page_title: "Page", first_title: "First", last_title: "Last", prev_title: "Back", next_title: "Next" },
    headerFilters: { default: "Filter…" },
  }),
});

each("[data-grid]", (host) => {
  const grid = {
    host, columns: read(host.dataset.columns) ?? [], sums: {}, ticked: new Set(),
    view: new URLSearchParams(host.dataset.query ?? ""),
    search: host.dataset.search ? document.querySelector(host.dataset.search) : null,
  };
  grid.reload = () => (grid.table ? grid.table.setData() : cards(grid));
  grid.show = (query) => apply(grid, query);
  grid.groupBy = (field) => grid.table?.setGroupBy(field || false);
  grid.query = () => question(grid, grid.last ?? {}).toString();
  grids.set(host.id, grid);
  if (PHONE.matches) cards(grid);
  else draw(grid);
  grid.search?.addEventListener("input", later(250, () => (grid.table ? grid.table.setPage(1) : cards(grid))));
  wire(grid);
});

/** What is asked of the server, from Tabulator's own parameters. */
function question(grid, params) {
  const asked = new URLSearchParams(grid.view);
  asked.delete("sort");
  const text = grid.search?.value.trim();
  if (text) asked.set("q", text);
  asked.set("page", params.page ?? 1);
  asked.set("size", params.size ?? (grid.table ? grid.host.dataset.size ?? 100 : CARDS));
  const sort = params.sort?.length
    ? params.sort.map((by) => (by.dir === "desc" ? "-" : "") + by.field).join(",")
    : grid.view.get("sort");
  if (sort) asked.set("sort", sort);
  for (const { field, value } of params.filter ?? []) if (value !== "") asked.set(`f.${field}`, value);
  return asked;
}

async function rowsOf(grid, params) {
  grid.last = params;
  const answer = await ask(`${grid.host.dataset.src}?${question(grid, params)}`);
  grid.sums = answer.sums ?? {};
  if (grid.host.dataset.total) {
    for (const place of document.querySelectorAll(grid.host.dataset.total)) {
      place.textContent = say(`${answer.total ?? answer.rows.length} 条`, `${answer.total ?? answer.rows.length} rows`);
    }
  }
  return answer;
}

function draw(grid) {
  const { host } = grid;
  const pick = host.dataset.ticks !== undefined;
  host.classList.add("grid");
  grid.table = new window.Tabulator(host, {
    columns: grid.columns.map((column) => describe(grid, column)),
    rowHeader: pick ? tickColumn(grid) : numberColumn(),
    index: "id",
    height: host.classList.contains("grid--page") ? "100%" : host.dataset.height ?? false,
    layout: "fitDataStretch",
    placeholder: host.dataset.empty ?? say("没有符合条件的记录。放宽筛选，或换个视图看看。", "Nothing matches. Loosen the filters or try another view."),
    columnHeaderVertAlign: "top",
    columnDefaults: { headerWordWrap: false, headerSortTristate: true, resizable: "header" },
    pagination: true, paginationMode: "remote", paginationSize: Number(host.dataset.size ?? 100),
    paginationSizeSelector: SIZES, paginationButtonCount: 5,
    sortMode: "remote", filterMode: "remote", headerFilterLiveFilterDelay: 350,
    ajaxURL: host.dataset.src,
    ajaxRequestFunc: async (address, config, params) => {
      const answer = await rowsOf(grid, params);
      return { data: answer.rows, last_page: answer.last_page ?? 1, last_row: answer.total };
    },
    selectableRange: 1, selectableRangeRows: true, selectableRangeAutoFocus: false, selectableRangeClearCells: false,
    clipboard: "copy", clipboardCopyStyled: false, clipboardCopyRowRange: "range",
    clipboardCopyConfig: { rowHeaders: false, columnHeaders: false },
    groupHeader: (value, count) => `${value ?? "–"} (${count})`,
    langs: words(),
  });
  grid.table.on("dataLoadError", (fault) => toast({ text: fault.message, kind: "error" }));
  grid.table.on("rowDblClick", (event, row) => open(grid, row.getData()));
  for (const moved of ["tableBuilt", "dataProcessed", "renderComplete"]) grid.table.on(moved, () => mend(host));
  grid.table.on("columnMoved", () => keep(grid));
  grid.table.on("columnResized", () => keep(grid));
  // Enter on a cell opens its row, as a double click does.
  host.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.matches("input, select, button, a")) return;
    const at = grid.table.getRanges?.()[0]?.getRows?.()[0];
    if (at) open(grid, at.getData());
  });
  host.addEventListener("click", (event) => {
    const link = event.target.closest(".tabulator-cell a");
    if (!link || host.dataset.open !== "drawer" || event.metaKey || event.ctrlKey) return;
    const row = grid.table.getRow(link.closest(".tabulator-row"));
    if (row && row.getData().peek) {
      event.preventDefault();
      open(grid, row.getData());
    }
  });
}

function open(grid, row) {
  if (grid.host.dataset.open === "drawer" && row.peek) {
    const named = grid.columns.find((column) => column.kind === "link");
    openDrawer(row.peek, { title: named ? row[named.field] : "", page: row.url });
  } else if (row.url) location.assign(safe(row.url));
}

function describe(grid, column) {
  const number = NUMBERS.has(column.kind);
  return {
    title: column.title, field: column.field, visible: !column.hidden,
    width: column.width, minWidth: column.choices && column.filter ? 104 : 76, headerSort: column.sort !== false,
    headerSortStartingDir: number ? "desc" : "asc", headerTooltip: column.help || false,
    hozAlign: number ? "right" : "left", headerHozAlign: number ? "right" : "left",
    formatter: (at) => cell(at.getValue(), column, at.getRow().getData()),
    ...filter(column),
    ...(column.sum && {
      bottomCalc: () => grid.sums[column.field] ?? "",
      bottomCalcFormatter: (at) => (at.getValue() === "" ? "" : cell(at.getValue(), column, {})),
    }),
  };
}

function filter(column) {
  if (!column.filter) return {};
  if (!column.choices) return { headerFilter: box(column), headerFilterFunc: () => true };
  return { headerFilter: chooser(column), headerFilterFunc: () => true, headerFilterEmptyCheck: (value) => !value };
}

const named = (column) => say(`按${column.title}筛选`, `Filter by ${column.title}`);

/** Our own inputs, because each needs a name that a screen reader can say. */
function box(column) {
  return (at, ready, done) => {
    const input = make("input", { type: "search", "aria-label": named(column), placeholder: say("筛选…", "Filter…") });
    input.value = at.getValue() ?? "";
    input.addEventListener("input", later(350, () => done(input.value.trim())));
    return input;
  };
}

function chooser(column) {
  return (at, ready, done) => {
    const select = make("select", { "aria-label": named(column) }, make("option", { value: "", text: say("全部", "All") }),
      ...column.choices.map((choice) => make("option", { value: choice.value, text: choice.label })));
    select.value = at.getValue() ?? "";
    select.addEventListener("change", () => done(select.value));
    return select;
  };
}

const numberColumn = () => ({
  formatter: "rownum", title: "#", width: 46, headerSort: false, hozAlign: "center", resizable: false, frozen: true,
});

function tickColumn(grid) {
  return {
    title: "", width: 44, headerSort: false, hozAlign: "center", resizable: false, frozen: true,
    formatter: (at) => {
      const { id } = at.getRow().getData();
      const tick = make("input", { type: "checkbox", class: "grid-tick", tabindex: "-1", "aria-label": say("选中这一行", "Choose this row") });
      tick.checked = grid.ticked.has(id);
      tick.addEventListener("click", (event) => event.stopPropagation());
      tick.addEventListener("change", () => {
        if (tick.checked) grid.ticked.add(id);
        else grid.ticked.delete(id);
        tell(grid);
      });
      return tick;
    },
  };
}

/** The bar of `data-grid-bar="#id"` shows while rows are ticked; its `[data-grid-ids]` inputs carry the ids. */
function tell(grid) {
  for (const bar of document.querySelectorAll(`[data-grid-bar="#${grid.host.id}"]`)) {
    bar.hidden = grid.ticked.size === 0;
    for (const count of bar.querySelectorAll("[data-grid-count]")) count.textContent = grid.ticked.size;
    for (const input of bar.querySelectorAll("[data-grid-ids]")) input.value = [...grid.ticked].join(",");
  }
  grid.host.dispatchEvent(new CustomEvent("dakehu:ticked", { bubbles: true, detail: [...grid.ticked] }));
}

/** A saved view or filter chip: "tier=diamond&sort=-assets"; its own header filters and order start anew. */
function apply(grid, query) {
  grid.view = new URLSearchParams(query);
  grid.ticked.clear();
  tell(grid);
  if (!grid.table) return cards(grid);
  // Clearing already asks the server anew, so ask once more only when there was nothing to clear.
  const filtered = grid.table.getHeaderFilters().length > 0;
  const sorted = grid.table.getSorters().length > 0;
  if (filtered) grid.table.clearHeaderFilter();
  if (sorted) grid.table.clearSort();
  return filtered || sorted ? undefined : grid.table.setPage(1);
}

function wire(grid) {
  const mine = (name) => document.querySelectorAll(`[${name}="#${grid.host.id}"]`);
  for (const bar of mine("data-views")) {
    bar.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-query]");
      if (!chosen) return;
      for (const tab of bar.querySelectorAll("[data-query]")) tab.setAttribute("aria-pressed", tab === chosen);
      apply(grid, chosen.dataset.query);
    });
  }
  for (const form of mine("data-view-save")) {
    form.addEventListener("submit", () => {
      const asked = question(grid, grid.last ?? {});
      asked.delete("page");
      asked.delete("size");
      form.elements.query.value = asked;
    });
  }
  for (const select of mine("data-group")) select.addEventListener("change", () => grid.groupBy(select.value));
  for (const place of mine("data-picker")) picker(grid, place);
  for (const link of mine("data-with-query")) {
    link.addEventListener("click", () => { link.search = grid.query(); });
  }
}

/** The list of columns, each to be shown or hidden; the choice is kept at `data-keep`. */
function picker(grid, place) {
  place.append(...grid.columns.map((column) => {
    const tick = make("input", { type: "checkbox", checked: !column.hidden });
    tick.addEventListener("change", () => {
      column.hidden = !tick.checked;
      if (tick.checked) grid.table?.showColumn(column.field);
      else grid.table?.hideColumn(column.field);
      keep(grid);
    });
    return make("label", { class: "menu__item choice" }, tick, make("span", { text: column.title }));
  }));
}

const keep = later(600, async (grid) => {
  if (!grid.host.dataset.keep || !grid.table) return;
  const columns = grid.table.getColumns().filter((at) => at.getField())
    .map((at) => ({ field: at.getField(), width: at.getWidth(), hidden: !at.isVisible() }));
  try {
    await ask(grid.host.dataset.keep, { method: "POST", json: { columns } });
  } catch (fault) {
    toast({ text: fault.message, kind: "warning" });
  }
});

/** Tabulator calls the whole box a grid, paging buttons included; say which parts really are the grid. */
function mend(host) {
  const give = (selector, role) => host.querySelectorAll(selector).forEach((part) => part.setAttribute("role", role));
  const name = host.dataset.name ?? say("列表", "List");
  host.setAttribute("role", "group");
  host.setAttribute("aria-label", name);
  give(".tabulator-header, .tabulator-table, .tabulator-calcs-holder", "rowgroup");
  give(".tabulator-header-contents", "presentation");
  give(".tabulator-headers, .tabulator-row", "row");
  give(".tabulator-row-header.tabulator-cell", "rowheader");
  give(".tabulator-cell:not(.tabulator-row-header)", "gridcell");
  const owned = [...host.querySelectorAll(".tabulator-header, .tabulator-calcs-holder")];
  for (const [place, part] of owned.entries()) part.id ||= `${host.id}-part-${place}`;
  const body = host.querySelector(".tabulator-tableholder");
  body.setAttribute("role", "grid");
  body.setAttribute("aria-label", name);
  body.setAttribute("aria-owns", owned.map((part) => part.id).join(" "));
  body.setAttribute("tabindex", "0");
  for (const head of host.querySelectorAll(".tabulator-col.tabulator-row-header")) head.setAttribute("aria-label", say("行", "Row"));
  host.querySelector(".tabulator-page-size")?.setAttribute("aria-label", say("每页行数", "Rows per page"));
}

/** The same rows on a phone, a page at a time. */
async function cards(grid, page = 1) {
  const { host } = grid;
  try {
    const answer = await rowsOf(grid, { page });
    if (page === 1) host.replaceChildren(make("div", { class: "grid-cards" }));
    host.classList.remove("grid--page");
    host.querySelector(".grid-cards__more")?.remove();
    host.firstElementChild.append(...answer.rows.map((row) => card(row, grid.columns)));
    if (!answer.rows.length) host.append(make("p", { class: "empty muted", text: say("没有符合条件的记录。", "Nothing matches.") }));
    if (page < (answer.last_page ?? 1)) {
      const more = make("button", { class: "button grid-cards__more", type: "button" }, icon("chevron-down"), make("span", { text: say("再看一些", "Show more") }));
      more.addEventListener("click", () => cards(grid, page + 1));
      host.append(more);
    }
  } catch (fault) {
    host.replaceChildren(make("p", { class: "strip strip--blocking", text: fault.message }));
  }
}
