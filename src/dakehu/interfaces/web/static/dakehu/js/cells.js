// Rendering of a grid value by the `kind` of its column.

import { icon, make, safe } from "./parts.js";
import { plain, rate, share, written } from "./words.js";

const filled = (value) => value !== null && value !== undefined && value !== "";
const numeric = (value) => filled(value) && !Number.isNaN(Number(value));

export const NUMBERS = new Set(["money", "rate", "share", "number"]);

/** An element or text for `value`; masked values arrive as text and stay as they are. */
export function cell(value, column, row) {
  if (!filled(value)) {
    const why = row.why?.[column.field];
    return make("span", { class: "muted", text: why ?? "–", title: why });
  }
  if (column.kind === "link") {
    return make("a", { href: safe(row.url), text: value, tabindex: "-1" });
  }
  if (column.kind === "tag" || column.kind === "state") {
    const choice = column.choices?.find((one) => String(one.value) === String(value));
    const tone = choice?.tone ? ` tag--${choice.tone}` : "";
    return make("span", { class: `tag${tone}${column.kind === "state" ? " tag--dot" : ""}`, text: choice?.label ?? value });
  }
  if (column.kind === "tags") {
    return make("span", { class: "row" }, ...value.map((text) => make("span", { class: "tag", text })));
  }
  if (column.kind === "spark") return spark(value);
  if (column.kind === "yes") return value === true ? icon("check") : make("span", { class: "muted", text: "–" });
  if (!NUMBERS.has(column.kind) || !numeric(value)) return make("span", { text: value });
  if (column.kind === "rate") {
    const tone = Number(value) > 0 ? "up" : Number(value) < 0 ? "down" : "";
    return make("span", { class: tone, text: rate(value) });
  }
  if (column.kind === "share") return make("span", { text: share(value) });
  if (column.kind === "money") return make("span", { title: plain(value, 2), text: written(value, "money") });
  return make("span", { text: written(value, "number", column.places) });
}

/** A small line over time, neutral as payments also change the value; its name is the first and last value. Leading months without a value are omitted. */
export function spark(values) {
  const begin = values.findIndex((value) => value);
  const points = begin < 0 ? [] : values.slice(begin).filter((value) => value !== null);
  if (points.length < 2) return make("span", { class: "muted", text: "–" });
  const [low, high] = [Math.min(...points), Math.max(...points)];
  const place = (value, at) => `${2 + (at * 84) / (points.length - 1)},${19 - ((value - low) / (high - low || 1)) * 16}`;
  const [first, last] = [points[0], points.at(-1)];
  const shape = (name, given) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(given)) made.setAttribute(key, value);
    return made;
  };
  const name = `${written(first, "money")} → ${written(last, "money")}`;
  const drawn = shape("svg", { class: "sparkline sparkline--cell", viewBox: "0 0 88 22", role: "img", "aria-label": name });
  const title = shape("title", {});
  title.textContent = name;
  drawn.append(title, shape("polyline", { points: points.map(place).join(" ") }));
  return drawn;
}

/** One row as a card for a phone: the link and the first amount on top, the rest under it. */
export function card(row, columns) {
  const shown = columns.filter((column) => !column.hidden && filled(row[column.field]));
  const name = shown.find((column) => column.kind === "link") ?? shown[0];
  const amount = shown.find((column) => column.kind === "money");
  const rest = shown.filter((column) => column !== name && column !== amount).slice(0, 5);
  return make("a", { class: "grid-cards__card", href: safe(row.url), "data-row": true },
    make("span", { class: "grid-cards__name clip", text: row[name.field] }),
    amount && make("span", { class: "strong num" }, cell(row[amount.field], amount, row)),
    make("span", { class: "grid-cards__rest" },
      ...rest.map((column) => {
        const value = cell(row[column.field], column, row);
        if (["tag", "state", "tags"].includes(column.kind)) return value;
        return make("span", {}, `${column.title} `, value);
      })));
}
