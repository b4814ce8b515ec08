// The board of opportunities: a card is moved by dragging, or by ← and → while focused; ↑ and ↓ change the focus, Enter opens.

const board = () => document.querySelector("[data-board]");
let dragged = null;
let wanted = null; // the card to focus again after the board is redrawn

function move(card, stage) {
  if (!stage || card.closest("[data-stage]") === stage) return;
  wanted = card.dataset.deal;
  const values = { opportunity: card.dataset.deal, stage: stage.dataset.stage, then: "stay" };
  if (stage.dataset.kind === "lost") {
    const asked = new URLSearchParams(values);
    window.htmx.ajax("GET", `/actions/growth.move_opportunity?${asked}`, { target: "#act", swap: "innerHTML" });
    return;
  }
  card.dataset.moving = "";
  window.htmx.ajax("POST", "/actions/growth.move_opportunity", {
    target: "#act",
    swap: "innerHTML",
    values: { ...values, version: card.dataset.version },
  });
}

function over(stage) {
  for (const one of document.querySelectorAll("[data-over]")) delete one.dataset.over;
  if (stage) stage.dataset.over = "";
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-board] [data-deal]") ?? null;
  if (dragged) event.dataTransfer.setData("text/plain", dragged.dataset.deal);
});
document.addEventListener("dragover", (event) => {
  const stage = dragged && event.target.closest("[data-board] [data-stage]");
  if (!stage) return;
  event.preventDefault();
  over(stage);
});
document.addEventListener("drop", (event) => {
  const stage = dragged && event.target.closest("[data-board] [data-stage]");
  if (!stage) return;
  event.preventDefault();
  move(dragged, stage);
});
document.addEventListener("dragend", () => {
  dragged = null;
  over(null);
});

document.addEventListener("keydown", (event) => {
  const card = event.target;
  if (!card.matches?.("[data-board] [data-deal]") || event.ctrlKey || event.metaKey || event.altKey) return;
  const stage = card.closest("[data-stage]");
  const steps = {
    ArrowRight: () => move(card, stage.nextElementSibling),
    ArrowLeft: () => move(card, stage.previousElementSibling),
    ArrowDown: () => card.nextElementSibling?.focus(),
    ArrowUp: () => card.previousElementSibling?.focus(),
    Enter: () => card.querySelector("[data-drawer]")?.click(),
  };
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  step();
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (!wanted || !event.target.closest?.("#board") || document.getElementById("act")?.open) return;
  const card = board().querySelector(`[data-deal="${CSS.escape(wanted)}"]`);
  if (card && !card.contains(document.activeElement)) card.focus();
  wanted = null;
});
