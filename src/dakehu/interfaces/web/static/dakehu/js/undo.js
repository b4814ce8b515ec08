// What was done on this page and can be taken back: the last first, by its button or by Ctrl Z, and again by Ctrl Y.
// Kept for the tab and the page, so that a page drawn anew knows what was done on it.

import { ask, written } from "./parts.js";
import { say } from "./words.js";

const MOST = 50;
const KEY = `dakehu:undo:${location.pathname}`;
const SAID = "dakehu:said";

const tell = (detail) => document.dispatchEvent(new CustomEvent("dakehu:say", { detail }));

/** { done: [number], undone: [{number of the undo, of: number}] } */
function read() {
  try {
    return { done: [], undone: [], ...JSON.parse(sessionStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { done: [], undone: [] };
  }
}

function keep({ done, undone }) {
  sessionStorage.setItem(KEY, JSON.stringify({ done: done.slice(-MOST), undone: undone.slice(-MOST) }));
}

/** Something was done: it is the next to be taken back, and nothing is left to do again. */
export function remember(number) {
  const { done } = read();
  if (!done.includes(number)) keep({ done: [...done, number], undone: [] });
}

/** Take an act back. */
export async function takeBack(number) {
  const { done, undone } = read();
  keep({ done: done.filter((one) => one !== number), undone });
  let offer = null;
  try {
    await ask(`/undo/${number}`, { method: "POST", offered: (given) => { offer = given; } });
  } catch (fault) {
    return void tell({ text: fault.message, kind: "error" });
  }
  if (offer) {
    const now = read();
    keep({ done: now.done, undone: [...now.undone, { number: offer.number, of: number }] });
  }
  show({ text: say("已撤销。", "Undone."), kind: "success", undo: offer ?? undefined, slot: "undo" });
}

/** Do again what was taken back. */
export async function repeat(number) {
  const { done, undone } = read();
  const entry = undone.find((one) => one.number === number);
  keep({ done, undone: undone.filter((one) => one.number !== number) });
  try {
    await ask(`/undo/${number}`, { method: "POST", offered: () => {} });
  } catch (fault) {
    return void tell({ text: fault.message, kind: "error" });
  }
  const now = read();
  if (entry) keep({ done: [...now.done, entry.of], undone: now.undone });
  show({ text: say("已重做。", "Done again."), kind: "success", undo: entry && { number: entry.of }, slot: "undo" });
}

let turn = Promise.resolve(); // one press after the other

/** Ctrl Z and Ctrl Y. */
export function pressedUndo(again) {
  turn = turn.then(written).then(() => {
    const { done, undone } = read();
    if (again && undone.length) return repeat(undone.at(-1).number);
    if (!again && done.length) return takeBack(done.at(-1));
    return tell({
      text: again ? say("没有可以重做的操作。", "There is nothing to do again.") : say("本页没有可以撤销的操作。", "Nothing was done on this page that can be undone."),
      href: "/undo/", label: say("撤销操作", "Undo"), slot: "undo",
    });
  });
}

/** The page shows how it is now: lists draw themselves anew, any other page is read again and says it then. */
async function show(message) {
  if (document.querySelector("main [data-grid], main [hx-trigger*='worked']")) {
    document.body.dispatchEvent(new CustomEvent("worked", { bubbles: true }));
    return tell(message);
  }
  carry(message);
  if (await isThere()) location.reload();
  else location.assign("/clients/"); // the page was about what is gone now
}

const isThere = () => fetch(location.href, { credentials: "same-origin" }).then((answer) => answer.status !== 404, () => true);

/** A message, or an offer for the message that the server sends, for the page that follows. */
export const carry = (message) => sessionStorage.setItem(SAID, JSON.stringify(message));

/** What the page before this one had to say. */
export function sayKept() {
  const kept = sessionStorage.getItem(SAID);
  sessionStorage.removeItem(SAID);
  if (kept) tell(JSON.parse(kept));
}
