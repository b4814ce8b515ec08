// The grid: Tabulator over rows that the server filters, sorts and pages.
//
// <div class="grid-box"><div class="grid grid--page" id="clients" data-grid data-src="/clients/rows" data-sums="/clients/sums"
//   data-columns="#clients-columns" data-open="drawer" data-keep="/clients/columns" data-edits="/clients/{id}/cells"
//   data-paste="/clients/paste"></div></div>
// The URL returns {rows: [{id, url, peek?, row_version?, …}], before?, after?, total, more?} to
// ?size=100&sort=-assets,name&q=…&after=…&f.<field>=…&<whatever the chosen view adds>.

import { ask, each, icon, later, make, read, safe } from "./parts.js";
import { card, cell, NUMBERS } from "./cells.js";
import { openDrawer } from "./drawer.js";
import { commit, dress, editor, explain, held, hush } from "./grid-edit.js";
import { foot, rowsIn } from "./grid-foot.js";
import { arranged, keep, picker, swap } from "./grid-columns.js";
import { copied, ranges } from "./grid-range.js";
import { roles, tabs } from "./grid-roles.js";
import { tell, tickColumn, wireMany } from "./grid-ticks.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

const PHONE = matchMedia("(max-width: 699px)");
const CARDS = 30;
const grids = new Map();

/** The grid drawn in `#id`: { table, reload(), go(place), step(by), query(), show(query), ticked } */
export const gridOf = (id) => grids.get(id);

const words = () => ({
  default: say({
    data: { loading: "正在读取…", error: "没有读到数据，请稍后再试" },
    headerFilters: { default: "筛选…" },
  }, {
    data: { loading: "Reading…", error: "The rows could not be read; try again in a moment" },
    headerFilters: { default: "Filter…" },
  }),
});

each("[data-grid]", (host) => {
  const grid = {
    host, columns: read(host.dataset.columns) ?? [], ticked: new Set(), all: false, marks: new Map(), lines: new Map(),
    view: new URLSearchParams(host.dataset.query ?? ""), viewKey: host.dataset.view ?? "",
    size: Number(host.dataset.size ?? 100), place: {}, answer: {},
    search: host.dataset.search ? document.querySelector(host.dataset.search) : null,
  };
  grid.reload = () => (grid.table ? again(grid) : cards(grid));
  grid.go = (place) => {
    grid.place = place;
    return grid.table.setData();
  };
  grid.step = (by) => step(grid, by);
  grid.show = (query) => apply(grid, query);
  grid.query = () => question(grid, grid.last ?? {}).toString();
  grids.set(host.id, grid);
  if (PHONE.matches) cards(grid);
  else draw(grid);
  grid.search?.addEventListener("input", later(250, () => (grid.table ? grid.go({}) : cards(grid))));
  wire(grid);
});

/** Load the same rows again, keeping the selected cell. */
async function again(grid) {
  hush(grid);
  const at = grid.table.getRanges?.()[0]?.getCells?.()[0]?.[0];
  const [id, field] = at ? [at.getRow().getData().id, at.getField()] : [];
  grid.anew = true;
  await grid.table.replaceData();
  here(grid);
  const cell = id && field && grid.table.getRow(id) && grid.table.getRow(id).getCell(field);
  if (cell) grid.table.getRanges()[0]?.setBounds(cell, cell);
}

/** The query parameters from Tabulator's own parameters, without the paging position. */
function question(grid, params) {
  const asked = new URLSearchParams(grid.view);
  asked.delete("sort");
  const text = grid.search?.value.trim();
  if (text) asked.set("q", text);
  const sort = params.sort?.length
    ? params.sort.map((by) => (by.dir === "desc" ? "-" : "") + by.field).join(",")
    : grid.view.get("sort");
  if (sort) asked.set("sort", sort);
  for (const { field, value } of params.filter ?? []) if (value !== "") asked.set(`f.${field}`, value);
  return asked;
}

/** The text of a list without rows: `data-empty` if nothing is filtered, else that nothing matches. */
function emptyText(grid) {
  const isFiltered = [...new URLSearchParams(grid.asked ?? "").keys()].some((key) => key !== "sort");
  if (!isFiltered && grid.host.dataset.empty) return grid.host.dataset.empty;
  return say("没有符合条件的记录。放宽筛选，或换个视图看看。", "Nothing matches. Loosen the filters or try another view.");
}

async function rowsOf(grid, params) {
  grid.last = params;
  const { host } = grid;
  const asked = question(grid, params);
  const list = asked.toString();
  if (grid.asked !== list) grid.place = {}; // another list starts on its first page
  grid.asked = list;
  asked.set("size", grid.table ? grid.size : CARDS);
  // Hidden columns are not requested; showing one loads the rows again.
  if (host.dataset.keep) asked.set("show", (grid.table ? arranged(grid) : grid.columns).filter((at) => !at.hidden).map((at) => at.field).join(","));
  for (const [name, value] of Object.entries(grid.place)) asked.set(name, value);
  grid.answer = await ask(`${grid.host.dataset.src}?${asked}`);
  const { total, more, rows } = grid.answer;
  for (const place of grid.host.dataset.total ? document.querySelectorAll(grid.host.dataset.total) : []) {
    place.textContent = rowsIn(total ?? rows.length, more);
  }
  grid.told?.(grid.answer, list, grid.anew);
  grid.anew = false;
  return { ...grid.answer, rows: rows.map((row) => held(grid, row)) };
}

function draw(grid) {
  const { host } = grid;
  host.classList.add("grid");
  grid.table = new window.Tabulator(host, {
    columns: grid.columns.map((column) => describe(grid, column)),
    rowHeader: host.dataset.ticks !== undefined ? tickColumn(grid) : numberColumn(),
    index: "id",
    height: host.classList.contains("grid--page") ? "100%" : host.dataset.height ?? false,
    layout: "fitDataStretch",
    placeholder: () => emptyText(grid),
    columnHeaderVertAlign: "top",
    columnDefaults: { headerWordWrap: false, headerSortTristate: true, resizable: "header" },
    sortMode: "remote", filterMode: "remote", headerFilterLiveFilterDelay: 350,
    ajaxURL: host.dataset.src,
    ajaxRequestFunc: async (address, config, params) => (await rowsOf(grid, params)).rows,
    editTriggerEvent: "dblclick", editorEmptyValue: null,
    selectableRange: 1, selectableRangeRows: true, selectableRangeAutoFocus: false, selectableRangeClearCells: false,
    clipboard: "copy", clipboardCopyStyled: false, clipboardCopyRowRange: "range",
    clipboardCopyConfig: { rowHeaders: false, columnHeaders: false },
    groupHeader: (value, count) => `${value ?? "–"} (${count})`,
    langs: words(),
  });
  grid.table.on("dataLoadError", (fault) => toast({ text: fault.message, kind: "error" }));
  for (const moved of ["tableBuilt", "dataProcessed", "renderComplete"]) grid.table.on(moved, () => roles(host));
  grid.table.on("columnMoved", () => keep(grid));
  grid.table.on("columnResized", () => keep(grid));
  grid.table.on("cellEdited", (at) => commit(grid, at.getRow(), at.getField(), at.getOldValue(), at.getValue()));
  grid.table.on("cellEditing", () => hush(grid));
  grid.table.on("scrollVertical", () => hush(grid));
  grid.told = foot(grid);
  grid.resum = later(400, () => grid.told(grid.answer, grid.asked, true));
  if (host.dataset.paste) ranges(grid);
  host.addEventListener("keydown", (event) => keyed(grid, event));
  tabs(host);
  host.addEventListener("dblclick", (event) => {
    const at = cellOf(grid, event.target);
    if (at && !editable(grid, at)) open(grid, at.getRow().getData());
  });
  grid.table.on("cellClick", (event, at) => explain(grid, at));
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

const editable = (grid, at) => Boolean(grid.host.dataset.edits && grid.columns.find((one) => one.field === at.getField())?.edit);

function cellOf(grid, element) {
  const place = element.closest?.(".tabulator-cell");
  const row = place && grid.table.getRow(place.closest(".tabulator-row"));
  return row ? row.getCells().find((at) => at.getElement() === place) : null;
}

/** On a selected cell: Enter and typing edit it (if it is not editable, Enter opens the row), Space opens the row. */
function keyed(grid, event) {
  if (event.target.matches("input, select, textarea, button, a")) return;
  const at = grid.table.getRanges?.()[0]?.getCells?.()[0]?.[0];
  if (!at) return;
  if (event.key === " " || (event.key === "Enter" && !editable(grid, at))) {
    event.preventDefault();
    open(grid, at.getRow().getData());
  } else if (event.key === "F2" || event.key === "Process" || (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey && event.key !== "?" && event.key !== "/")) {
    if (!editable(grid, at)) return;
    event.stopPropagation();
    at.edit(true);
  }
}

function open(grid, row) {
  if (grid.host.dataset.open === "drawer" && row.peek) {
    const named = grid.columns.find((column) => column.kind === "link");
    grid.opened = row.id;
    here(grid);
    openDrawer(row.peek, { title: named ? row[named.field] : "", page: row.url, step: grid.step, closed: () => {
      grid.opened = null;
      here(grid);
      grid.host.querySelector(".tabulator-tableholder").focus({ preventScroll: true });
    } });
  } else if (row.url) location.assign(safe(row.url));
}

/** Highlight the row that is open in the drawer. */
function here(grid) {
  for (const row of grid.table.getRows()) row.getElement().classList.toggle("grid-row--open", row.getData().id === grid.opened);
}

/** Open the next or previous row in the drawer. */
function step(grid, by) {
  const rows = grid.table.getRows("active");
  const next = rows[rows.findIndex((row) => row.getData().id === grid.opened) + by];
  if (!next) return;
  next.scrollTo("nearest", false).catch(() => {});
  open(grid, next.getData());
}

export function describe(grid, column) {
  const number = NUMBERS.has(column.kind);
  return {
    title: column.title, field: column.field, visible: !column.hidden,
    width: column.width, minWidth: column.choices && column.filter ? 104 : 76, headerSort: column.sort !== false,
    headerSortStartingDir: number ? "desc" : "asc", headerTooltip: column.help || false,
    hozAlign: number ? "right" : "left", headerHozAlign: number ? "right" : "left",
    formatter: (at) => {
      dress(grid, at, column);
      return cell(at.getValue(), column, at.getRow().getData());
    },
    accessorClipboard: copied(column),
    ...(column.edit && grid.host.dataset.edits && { editor: editor(column) }),
    ...filter(column),
  };
}

function filter(column) {
  if (!column.filter) return {};
  if (!column.choices) return { headerFilter: box(column), headerFilterFunc: () => true };
  return { headerFilter: chooser(column), headerFilterFunc: () => true, headerFilterEmptyCheck: (value) => !value };
}

const named = (column) => say(`按${column.title}筛选`, `Filter by ${column.title}`);

/** Our own inputs, because each needs an accessible name. */
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

/** A saved view or filter chip: "tier=diamond&sort=-assets"; header filters and order are reset. */
function apply(grid, query) {
  grid.view = new URLSearchParams(query);
  grid.ticked.clear();
  grid.all = false;
  tell(grid);
  grid.place = {};
  if (!grid.table) return cards(grid);
  // Clearing already reloads the data, so reload only if there was nothing to clear.
  const filtered = grid.table.getHeaderFilters().length > 0;
  const sorted = grid.table.getSorters().length > 0;
  if (filtered) grid.table.clearHeaderFilter();
  if (sorted) grid.table.clearSort();
  return filtered || sorted ? undefined : grid.table.setData();
}

function wire(grid) {
  const mine = (name) => document.querySelectorAll(`[${name}="#${grid.host.id}"]`);
  for (const bar of mine("data-views")) {
    bar.addEventListener("click", async (event) => {
      const chosen = event.target.closest("[data-query]");
      if (!chosen) return;
      for (const tab of bar.querySelectorAll("[data-query]")) tab.setAttribute("aria-pressed", tab === chosen);
      if (chosen.dataset.view !== undefined) await swap(grid, chosen.dataset.view, describe);
      apply(grid, chosen.dataset.query);
    });
  }
  for (const form of mine("data-view-save")) {
    form.addEventListener("submit", () => {
      form.elements.query.value = grid.query();
      if (form.elements.columns) form.elements.columns.value = JSON.stringify(arranged(grid));
    });
  }
  for (const place of mine("data-picker")) picker(grid, place, describe);
  for (const bar of mine("data-grid-bar")) wireMany(grid, bar);
  for (const link of mine("data-with-query")) {
    link.addEventListener("click", () => { link.search = grid.query(); });
  }
}

/** The same rows as cards on a phone, one page at a time. */
async function cards(grid, after = "") {
  const { host } = grid;
  try {
    grid.asked = question(grid, {}).toString();
    grid.place = after ? { after } : {};
    const answer = await rowsOf(grid, {});
    if (!after) host.replaceChildren(make("div", { class: "grid-cards" }));
    host.classList.remove("grid--page");
    host.querySelector(".grid-cards__more")?.remove();
    host.firstElementChild.append(...answer.rows.map((row) => card(row, grid.columns)));
    if (!answer.rows.length) host.append(make("p", { class: "empty muted", text: emptyText(grid) }));
    if (answer.after) {
      const more = make("button", { class: "button grid-cards__more", type: "button" }, icon("chevron-down"), make("span", { text: say("再看一些", "Show more") }));
      more.addEventListener("click", () => cards(grid, answer.after));
      host.append(more);
    }
  } catch (fault) {
    host.replaceChildren(make("p", { class: "banner banner--blocking", text: fault.message }));
  }
}
