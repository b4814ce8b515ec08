// Undo of acts on this page: the last first, by its button or Ctrl Z, and redo by Ctrl Y.
// Stored per tab and page, so that a reloaded page still has its acts.

import { ask, written } from "./parts.js";
import { say } from "./words.js";

const MOST = 50;
const KEY = `dakehu:undo:${location.pathname}`;
const SAID = "dakehu:said";

const tell = (detail) => document.dispatchEvent(new CustomEvent("dakehu:say", { detail }));

/** { done: [number], undone: [{number of the undo, of: number of the act}] } */
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

/** Record an act: it is the next to be undone, and the redo list is cleared. */
export function remember(number) {
  const { done } = read();
  if (!done.includes(number)) keep({ done: [...done, number], undone: [] });
}

/** Undo an act. */
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

/** Redo an undone act. */
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

let turn = Promise.resolve(); // key presses are processed in turn

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

/** Refresh the page: lists redraw themselves, any other page is reloaded and shows the message then. */
async function show(message) {
  if (document.querySelector("main [data-grid], main [hx-trigger*='worked']")) {
    document.body.dispatchEvent(new CustomEvent("worked", { bubbles: true }));
    return tell(message);
  }
  carry(message);
  if (await isThere()) location.reload();
  else location.assign("/clients/"); // the record of this page no longer exists
}

const isThere = () => fetch(location.href, { credentials: "same-origin" }).then((answer) => answer.status !== 404, () => true);

/** Store for the next page a message, or an undo offer for the message that the server sends. */
export const carry = (message) => sessionStorage.setItem(SAID, JSON.stringify(message));

/** Show the message stored by the previous page. */
export function sayKept() {
  const kept = sessionStorage.getItem(SAID);
  sessionStorage.removeItem(SAID);
  if (kept) tell(JSON.parse(kept));
}
