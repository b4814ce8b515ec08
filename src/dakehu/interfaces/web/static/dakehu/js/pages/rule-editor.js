// The rule editor: completions are offered while typing, and the rule is checked and its matches counted.

import { ask, each, later, make } from "../parts.js";
import { say } from "../words.js";

each("form[data-rule]", (form) => {
  const text = form.querySelector("#rule-text");
  const offers = form.querySelector("#rule-offers");
  const state = form.querySelector("#rule-state");
  let suggestions = [];
  let chosen = -1;
  let waiting = null;
  let isTouched = false;
  const table = document.querySelector("[data-clauses]");
  table?.addEventListener("input", () => { isTouched = true; });

  const send = (address, position, signal) => {
    const given = new FormData();
    for (const [name, value] of Object.entries({ text: text.value, subject: form.dataset.subject, kind: form.dataset.kind, position })) given.set(name, value);
    return ask(address, { method: "POST", form: given, signal });
  };

  function close() {
    offers.hidden = true;
    chosen = -1;
    text.removeAttribute("aria-activedescendant");
  }

  function choose(index) {
    chosen = (index + suggestions.length) % suggestions.length;
    for (const [place, item] of [...offers.children].entries()) item.setAttribute("aria-selected", String(place === chosen));
    offers.children[chosen].scrollIntoView({ block: "nearest" });
    text.setAttribute("aria-activedescendant", offers.children[chosen].id);
  }

  function take(index) {
    const one = suggestions[index];
    const before = text.value.slice(0, one.start);
    const gap = before && !/[\s(\[]$/.test(before) && !["unit", "word"].includes(one.kind) ? " " : "";
    const lead = one.kind === "word" && /[^\s(\[]$/.test(before) && !/^[)\]]/.test(one.text) ? " " : gap;
    const tail = ["field", "unit"].includes(one.kind) ? " " : "";
    text.setRangeText(lead + one.text + tail, one.start, one.end, "end");
    close();
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function draw() {
    offers.replaceChildren(...suggestions.map((one, place) => {
      const item = make("li", { id: `rule-offer-${place}`, role: "option", class: "rule-box__offer", "aria-selected": "false" },
        make("span", { text: one.text.trim() }), make("span", { class: "muted small", text: words[one.detail || one.kind] ?? "" }));
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(place); });
      return item;
    }));
    chosen = -1;
    offers.hidden = !suggestions.length;
  }

  async function offer(asked = false) {
    waiting?.abort();
    waiting = new AbortController();
    try {
      const position = text.selectionStart;
      const found = await send(form.dataset.complete, position, waiting.signal);
      if (document.activeElement !== text || text.selectionStart !== position) return;
      suggestions = found.suggestions;
      const isWorth = asked || suggestions.some((one) => one.kind !== "word");
      if (isWorth) draw();
      else close();
    } catch (fault) {
      if (fault.name !== "AbortError") close();
    }
  }

  async function check() {
    const typed = text.value;
    let found;
    try {
      found = await send(form.dataset.check, text.selectionStart);
    } catch (fault) {
      state.replaceChildren(make("span", { class: "late", text: fault.message }));
      return;
    }
    if (typed !== text.value) return;
    text.toggleAttribute("aria-invalid", !found.ok);
    if (found.clauses) fill(found.clauses);
    if (!found.ok) state.replaceChildren(...wrong(found));
    else state.replaceChildren(make("span", { class: found.count.day ? "strong" : "muted", text: counted(found.count) }));
  }

  /** The table follows the text until it is edited. */
  function fill(clauses) {
    if (!table || isTouched) return;
    while (table.children.length < clauses.length + 2) table.append(table.lastElementChild.cloneNode(true));
    for (const [place, row] of [...table.children].entries()) {
      for (const name of ["fact", "operator", "value", "unit"]) {
        const control = row.querySelector(`[name=clause_${name}]`);
        control.value = clauses[place]?.[name] ?? (name === "operator" ? ">=" : "");
      }
    }
  }

  function wrong(found) {
    const place = say(`第 ${found.line} 行第 ${found.column} 列：`, `Line ${found.line}, column ${found.column}: `);
    const go = make("button", { type: "button", class: "button button--small", text: say("到该处", "Go there") });
    go.addEventListener("click", () => { text.focus(); text.setSelectionRange(found.start, found.end); });
    return [make("span", { class: "late", text: place + found.message }), go];
  }

  const offerSoon = later(150, () => offer());
  const checkSoon = later(600, check);
  text.setAttribute("aria-controls", "rule-offers");
  text.setAttribute("aria-autocomplete", "list");
  text.addEventListener("input", (event) => {
    checkSoon();
    if (!event.isComposing) offerSoon();
  });
  text.addEventListener("compositionend", offerSoon);
  text.addEventListener("blur", close);
  text.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      offer(true);
    } else if (offers.hidden || !suggestions.length) {
      return;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen < 0 && event.key === "ArrowUp" ? -1 : chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      take(chosen);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  check();
});

const words = {
  money: say("金额", "money"), number: say("数值", "number"), share: say("比例", "share"), days: say("天数", "days"),
  day: say("日期", "date"), text: say("文字", "text"), choice: say("选项", "choice"), flag: say("是否", "yes or no"),
  comparison: say("比较", "comparison"), unit: say("单位", "unit"), function: say("函数", "function"),
};

function counted(count) {
  if (!count.day) return say(`语法正确；暂不能计数：${count.why}`, `Understood, but not counted yet: ${count.why}`);
  const back = count.held_back
    ? say(`，另有 ${count.held_back} 项因近期已联系或谢绝联系不计`, `, ${count.held_back} more held back`) : "";
  return say(`命中 ${count.clients} 位客户（共 ${count.of} 位，数据截至 ${count.day}）${back}`,
    `${count.clients} of ${count.of} clients, as of ${count.day}${back}`);
}
