// On a phone, long tables and timelines show five rows and a button for all of them. Without scripts everything is shown.

import { each, make } from "./parts.js";
import { say } from "./words.js";

const SHOWN = 5;
const PHONE = matchMedia("(max-width: 699px)");

const fold = (list, rows, others = []) => {
  if (!PHONE.matches || rows.length <= SHOWN + 1) return;
  const hidden = [...rows.slice(SHOWN), ...others];
  for (const row of hidden) row.classList.add("folded");
  const all = make("button", { class: "button button--small fold-all", type: "button", text: say(`全部 ${rows.length} 行`, `All ${rows.length} rows`) });
  all.addEventListener("click", () => {
    for (const row of hidden) row.classList.remove("folded");
    rows[SHOWN].querySelector("a, button")?.focus();
    all.remove();
  });
  (list.closest(".table-scroll") ?? list).after(all);
};

each(".page .table", (table) => fold(table, [...table.tBodies].flatMap((body) => [...body.rows])));
each(".timeline", (list) => {
  const items = [...list.querySelectorAll(".timeline__item")];
  const last = items[SHOWN - 1];
  const days = [...list.children].filter((one) => !items.includes(one) && last && (last.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING));
  fold(list, items, days);
});
each(".heat", (picture) => { picture.parentElement.scrollLeft = picture.clientWidth; }); // the latest weeks first
