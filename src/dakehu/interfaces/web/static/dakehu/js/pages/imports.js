// The import wizard: uploading the file with progress, requesting a password without losing the file, and reading a
// table again when its kind or heading row is changed.

import { csrf, each, make, safe } from "../parts.js";
import { say } from "../words.js";

each("form[data-intake]", (form) => {
  const input = form.querySelector("input[type=file]");
  input.addEventListener("change", () => {
    form.querySelector("[data-intake-refused]").replaceChildren();
    if (input.files.length) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.dataset.sending) send(form);
  });
});

/** XMLHttpRequest, because fetch does not report upload progress. */
function send(form) {
  form.dataset.sending = "yes";
  const percent = make("strong", { text: "0%" });
  const bar = make("progress", { max: 100, value: 0, "aria-label": say("上传进度", "Upload") });
  const word = make("span", { text: say("正在上传…", "Uploading…") });
  const shown = form.querySelector("[data-intake-progress]");
  shown.replaceChildren(make("div", { class: "progress" }, make("div", { class: "progress__line" }, word, percent), bar));
  const request = new XMLHttpRequest();
  request.open("POST", location.pathname);
  request.setRequestHeader("X-CSRFToken", csrf());
  request.setRequestHeader("Accept", "application/json");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    bar.value = (event.loaded / event.total) * 100;
    percent.textContent = `${Math.round(bar.value)}%`;
    if (event.loaded === event.total) word.textContent = say("正在打开文件…", "Opening the file…");
  });
  request.addEventListener("loadend", () => {
    delete form.dataset.sending;
    shown.replaceChildren();
    const answer = parsed(request.responseText);
    if (request.status >= 200 && request.status < 300 && answer?.url) location.assign(safe(answer.url));
    else refused(form, answer?.messages);
  });
  request.send(new FormData(form));
}

function refused(form, messages) {
  const place = form.querySelector("[data-intake-password]");
  const asked = messages?.password;
  const said = messages ? Object.values(messages).flat().join(" ") : say("文件没有传上去，请再试一次。", "The file did not arrive. Please try again.");
  form.querySelector("[data-intake-refused]").replaceChildren(
    make("p", { class: `banner ${asked ? "banner--note" : "banner--blocking"}`, text: said }),
  );
  if (asked) {
    place.hidden = false;
    place.querySelector("input").select();
    place.querySelector("input").focus();
  } else {
    form.querySelector("input[type=file]").value = "";
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Another kind of table or heading row has other fields to choose from: reload them immediately.
each("[data-rereads]", (control) => {
  control.addEventListener("change", () => {
    const form = control.closest("form");
    form.requestSubmit(form.querySelector("[data-reread]"));
  });
});

/* Select one side for every cell that both changed; each can still be set separately. */
each("[data-decide]", (button) => {
  button.addEventListener("click", () => {
    for (const radio of document.querySelectorAll(`input[type=radio][name^="cell."][value="${button.dataset.decide}"]`)) radio.checked = true;
  });
});
