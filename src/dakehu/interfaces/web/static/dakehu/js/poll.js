// A job that runs in the background: <div class="progress" data-poll="/jobs/7.json">.
// The response is {state: waiting|running|done|failed|cancelled, progress: 0..1, label, note, url?, result_html?}.

import { ask, each } from "./parts.js";
import { say } from "./words.js";

const SLOWEST = 4000;
const ENDED = new Set(["done", "failed", "cancelled"]);

each("[data-poll]", async (box) => {
  let wait = 500;
  while (box.isConnected) {
    try {
      const job = await ask(box.dataset.poll);
      show(box, job);
      if (ENDED.has(job.state)) {
        finish(box, job);
        return;
      }
      wait = Math.min(SLOWEST, wait * 1.15);
    } catch (fault) {
      box.querySelector("[data-poll-note]").textContent = fault.message;
      if ([401, 403, 404].includes(fault.status)) return;
      wait = SLOWEST;
    }
    await new Promise((go) => setTimeout(go, wait));
  }
});

function show(box, job) {
  const percent = Math.round((job.progress ?? 0) * 100);
  box.querySelector("progress").value = percent;
  box.querySelector("[data-poll-percent]").textContent = `${percent}%`;
  if (job.label) box.querySelector("[data-poll-label]").textContent = job.label;
  box.querySelector("[data-poll-note]").textContent = job.note ?? "";
}

function finish(box, job) {
  box.classList.add(job.state === "done" ? "progress--done" : "progress--failed");
  if (!job.note && job.state === "cancelled") box.querySelector("[data-poll-note]").textContent = say("已取消，没有写入任何内容。", "Cancelled; nothing was written.");
  box.dispatchEvent(new CustomEvent("dakehu:ended", { bubbles: true, detail: job }));
  const target = box.dataset.pollTarget && document.querySelector(box.dataset.pollTarget);
  if (target && job.result_html) {
    target.innerHTML = job.result_html;
    window.htmx?.process(target);
    target.dispatchEvent(new CustomEvent("dakehu:arrived", { bubbles: true }));
  } else if (job.state === "done" && job.url) {
    location.assign(job.url);
  } else if ("pollReload" in box.dataset) {
    location.reload();
  }
}
