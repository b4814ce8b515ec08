// Tabulator sets role="grid" on the whole container; set the roles on the actual grid parts.

import { say } from "./words.js";

/** Tab enters the grid once and then leaves it. */
export function tabs(host) {
  host.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.target.matches("input, select, textarea")) return;
    event.stopPropagation(); // Tabulator would move the selection and keep the focus
    passed(host);
  }, true);
}

function passed(host) {
  for (const part of host.querySelectorAll(".tabulator-header[tabindex='0'], .tabulator-cell[tabindex='0']")) part.setAttribute("tabindex", "-1");
}

export function roles(host) {
  const give = (selector, role) => host.querySelectorAll(selector).forEach((part) => part.setAttribute("role", role));
  const name = host.dataset.name ?? say("列表", "List");
  host.setAttribute("role", "group");
  host.setAttribute("aria-label", name);
  give(".tabulator-header, .tabulator-table", "rowgroup");
  give(".tabulator-header-contents", "presentation");
  give(".tabulator-headers, .tabulator-row", "row");
  give(".tabulator-row-header.tabulator-cell", "rowheader");
  give(".tabulator-cell:not(.tabulator-row-header)", "gridcell");
  const head = host.querySelector(".tabulator-header");
  if (head) head.id ||= `${host.id}-head`;
  const body = host.querySelector(".tabulator-tableholder");
  body.setAttribute("role", "grid");
  body.setAttribute("aria-label", name);
  if (head) body.setAttribute("aria-owns", head.id);
  body.setAttribute("tabindex", "0");
  passed(host);
  for (const part of host.querySelectorAll(".tabulator-col.tabulator-row-header")) part.setAttribute("aria-label", say("行", "Row"));
}
