// A file box: <label class="drop" data-upload="/url" data-upload-name="file"><input type="file">…
// Without data-upload it only shows the chosen names; its form sends the files.

import { csrf, each, make, safe } from "./parts.js";
import { toast } from "./toasts.js";
import { carry } from "./undo.js";
import { say } from "./words.js";

each(".drop", (box) => {
  const input = box.querySelector("input[type=file]");
  const over = (is) => (event) => {
    event.preventDefault();
    box.classList.toggle("drop--over", is);
  };
  box.addEventListener("dragenter", over(true));
  box.addEventListener("dragover", over(true));
  box.addEventListener("dragleave", over(false));
  box.addEventListener("drop", (event) => {
    over(false)(event);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => {
    if (!input.files.length) return;
    const title = box.querySelector("strong");
    if (title) title.textContent = [...input.files].map((file) => `${file.name} (${size(file.size)})`).join(", ");
    if (box.dataset.upload) send(box, input);
  });
});

function size(bytes) {
  return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

/** XMLHttpRequest, because fetch does not report upload progress. */
function send(box, input) {
  const percent = make("strong", { text: "0%" });
  const bar = make("progress", { max: 100, value: 0, "aria-label": say("上传进度", "Upload") });
  const shown = make("div", { class: "progress" },
    make("div", { class: "progress__line" }, make("span", { text: say("正在上传…", "Uploading…") }), percent), bar);
  box.after(shown);
  const form = new FormData(box.closest("form") ?? undefined);
  const name = box.dataset.uploadName ?? input.name ?? "file";
  form.delete(name);
  for (const file of input.files) form.append(name, file);
  const request = new XMLHttpRequest();
  request.open("POST", box.dataset.upload);
  request.setRequestHeader("X-CSRFToken", csrf());
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = (event.loaded / event.total) * 100;
    percent.textContent = `${Math.round(bar.value)}%`;
  });
  request.addEventListener("loadend", () => {
    shown.remove();
    const answer = parsed(request.responseText);
    if (request.status >= 200 && request.status < 300) {
      if (answer?.url) leave(answer.url, request.getResponseHeader("X-Undo"));
      else box.dispatchEvent(new CustomEvent("dakehu:uploaded", { bubbles: true, detail: answer }));
      return;
    }
    input.value = "";
    const said = answer?.messages ? Object.values(answer.messages).flat().join(" ") : answer?.message;
    toast({ kind: "error", text: said ?? say("文件没有传上去，请再试一次。", "The file did not arrive. Please try again.") });
  });
  request.send(form);
}

/** The next page offers the undo. */
function leave(url, offer) {
  if (offer) carry({ kind: "success", undo: JSON.parse(offer) });
  location.assign(safe(url));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
