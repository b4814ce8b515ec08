// The task board: a card is dragged, or moved with the arrow keys or its buttons; the server decides and renders the board.
// Another board specifies its action (data-move) and its parameters (data-key, data-column).

const board = () => document.getElementById("task-board");
const columns = () => [...board().querySelectorAll("[data-state]")];
const cardOf = (element) => element?.closest?.("[data-task]");
let dragged = null;
let moved = ""; // the card that was moved last: it keeps the focus after the board is redrawn

function send(card, state) {
  if (!state || card.closest("[data-state]").dataset.state === state) return;
  moved = card.dataset.task;
  const { move = "service.move_task", key = "task", column = "state" } = board().dataset;
  const values = { [key]: card.dataset.task, version: card.dataset.version, [column]: state, then: "stay" };
  window.htmx.ajax("POST", `/actions/${move}`, { target: "#act", swap: "innerHTML", values });
}

function step(card, by) {
  const all = columns();
  const place = all.indexOf(card.closest("[data-state]")) + by;
  send(card, all[place]?.dataset.state);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-moves]");
  if (button) step(cardOf(button), Number(button.dataset.moves));
});

document.addEventListener("keydown", (event) => {
  const card = event.target.closest?.(".task-card__open")?.closest("[data-task]");
  if (!card || event.metaKey || event.ctrlKey || event.altKey) return;
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    event.preventDefault();
    step(card, event.key === "ArrowRight" ? 1 : -1);
  } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    event.preventDefault();
    const cards = [...card.parentElement.querySelectorAll("[data-task]")];
    cards[cards.indexOf(card) + (event.key === "ArrowDown" ? 1 : -1)]?.querySelector(".task-card__open").focus();
  }
});

document.addEventListener("dragstart", (event) => {
  dragged = cardOf(event.target);
  if (!dragged) return;
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.task);
  dragged.classList.add("task-card--dragged");
});

document.addEventListener("dragover", (event) => {
  const column = event.target.closest?.("[data-state]");
  for (const other of columns()) other.toggleAttribute("data-over", Boolean(dragged) && other === column);
  if (dragged && column) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const column = event.target.closest?.("[data-state]");
  if (!dragged || !column) return;
  event.preventDefault();
  send(dragged, column.dataset.state);
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("task-card--dragged");
  for (const column of columns()) column.removeAttribute("data-over");
  dragged = null;
});

document.addEventListener("htmx:afterSettle", () => {
  if (!moved || document.querySelector("dialog:modal")) return;
  board().querySelector(`[data-task="${CSS.escape(moved)}"] .task-card__open`)?.focus();
});
