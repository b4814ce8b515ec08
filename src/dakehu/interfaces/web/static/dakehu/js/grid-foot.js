// Below the grid: count, sums and paging. Paging is by the position of the last row, so there are no page numbers;
// counting stops at a cap, and sums are computed only if the list is short or on request.

import { ask, icon, make } from "./parts.js";
import { say, plain, written } from "./words.js";

const SIZES = [50, 100, 200];

/** Draws the footer of a grid into its container; returns `tell(answer, query, anew)` to call for each page: `anew` is true
 * if rows have changed, so that previous sums are outdated. */
export function foot(grid) {
  const count = make("span", { class: "grid-foot__count", "aria-live": "polite" });
  const sums = make("span", { class: "grid-foot__sums" });
  const button = (name, label, place) => {
    const made = make("button", { class: "button button--quiet button--small", type: "button" }, name && icon(name), make("span", { text: label }));
    made.addEventListener("click", () => grid.go(place()));
    return made;
  };
  const first = button("", say("首页", "First"), () => ({}));
  const back = button("chevron-left", say("上一页", "Back"), () => ({ before: grid.answer.before }));
  const next = button("chevron-right", say("下一页", "Next"), () => ({ after: grid.answer.after }));
  const last = button("", say("末页", "Last"), () => ({ last: "1" }));
  const size = make("select", { class: "grid-foot__size", "aria-label": say("每页行数", "Rows per page") },
    ...SIZES.map((rows) => make("option", { value: rows, text: say(`每页 ${rows} 行`, `${rows} rows`), selected: rows === grid.size })));
  size.addEventListener("change", () => {
    grid.size = Number(size.value);
    grid.go({});
  });
  grid.host.closest(".grid-box").append(
    make("div", { class: "grid-foot" }, count, sums, make("span", { class: "grid-foot__pages" }, size, first, back, next, last)));

  let asked = null;
  const total = async (query) => {
    asked = query;
    try {
      const told = await ask(`${grid.host.dataset.sums}?${query}`);
      if (asked !== query) return;
      count.textContent = rowsIn(told.count, false);
      sums.replaceChildren(...amounts(told.assets));
    } catch (fault) {
      sums.textContent = fault.message;
    }
  };
  return (answer, query, anew = false) => {
    first.disabled = back.disabled = !answer.before;
    last.disabled = next.disabled = !answer.after;
    if (query === asked && !anew) return; // another page of the same list: the count is still valid
    count.textContent = rowsIn(answer.total, answer.more);
    sums.replaceChildren();
    asked = null;
    if (!grid.host.dataset.sums) return;
    if (!answer.more) return void total(query);
    const all = make("button", { class: "button button--quiet button--small", type: "button", text: say("统计全部", "Count all") });
    all.addEventListener("click", () => {
      sums.textContent = say("正在统计…", "Counting…");
      total(query);
    });
    sums.append(all);
  };
}

export const rowsIn = (total, more) => say(`${plain(total)}${more ? "+" : ""} 位`, `${plain(total)}${more ? "+" : ""} clients`);

function amounts(assets) {
  if (!assets?.filled) return [];
  const one = (label, value) => make("span", { title: plain(value, 2) }, `${label} `, make("strong", { class: "num", text: written(value, "money") }));
  return [one(say("资产合计", "Assets in all"), assets.sum), one(say("平均", "Average"), assets.average),
    make("span", { class: "muted", text: say(`（${plain(assets.filled)} 位有资产数据）`, `(${plain(assets.filled)} with assets on file)`) })];
}
