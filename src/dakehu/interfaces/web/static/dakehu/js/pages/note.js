// The shared note: each paragraph is saved separately shortly after the last key, never during input method composition.
// Others' paragraphs are loaded during editing; if two users changed one, both texts are shown until the user chooses.

import { ask, make, read } from "../parts.js";
import { say } from "../words.js";

const PAUSE = 1000; // milliseconds after the last key until a paragraph is saved
const AGAIN = 5000; // milliseconds until a failed attempt is repeated
const TYPING = 8000; // milliseconds between two typing signals, and between two checks for those of others

const note = document.querySelector("[data-note]");
const list = note.querySelector("[data-note-list]");
const state = note.querySelector("[data-note-state]");
const isReader = "noteRead" in note.dataset;
const paragraphs = new Map();
let creating = 0; // number of new paragraphs without an id yet

class Paragraph {
  constructor(known, after = null) {
    Object.assign(this, { id: known.id ?? null, version: known.version ?? null, after, saved: known.text, isComposing: false });
    this.text = make("textarea", { class: "control note__text", readonly: isReader, maxlength: 4000 });
    this.text.value = known.text;
    this.text.setAttribute("aria-label", say("笔记段落", "Paragraph of the note"));
    this.who = make("span", { class: "muted small" });
    this.typing = make("span", { class: "note__typing small", role: "status" });
    this.aside = make("div");
    this.foot = make("div", { class: "note__foot" }, this.who, this.typing);
    if (!isReader) {
      this.foot.append(
        this.button(say("历史", "History"), () => this.history()),
        this.button(say("移除", "Remove"), () => this.remove()),
      );
    }
    this.box = make("li", { class: "note__paragraph" }, this.text, this.foot, this.aside);
    this.told(known);
    this.text.addEventListener("compositionstart", () => { this.isComposing = true; });
    this.text.addEventListener("compositionend", () => { this.isComposing = false; this.changed(); });
    this.text.addEventListener("input", () => this.changed());
    this.text.addEventListener("blur", () => this.save());
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) add(this);
    });
  }

  button(words, act) {
    const made = make("button", { class: "link small", type: "button" }, words);
    made.addEventListener("click", act);
    return made;
  }

  get isDirty() { return this.text.value !== this.saved; }

  fit() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 4}px`;
  }

  told(known) {
    if (known.by) this.who.textContent = `${known.by} · ${known.at}`;
    this.typing.textContent = known.typing?.length ? say(`${known.typing.join("、")}正在输入…`, `${known.typing.join(", ")} typing…`) : "";
    this.box.hidden = Boolean(known.removed);
  }

  changed() {
    this.fit();
    this.box.toggleAttribute("data-dirty", this.isDirty);
    if (this.isComposing || !this.isDirty) return;
    show();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
    if (this.id && Date.now() - (this.said ?? 0) > TYPING) {
      this.said = Date.now();
      post(`typing/${this.id}`, {}).catch(() => {});
    }
  }

  async save() {
    clearTimeout(this.timer);
    if (!this.isDirty || this.isComposing || this.isSaving || this.other) return;
    const text = this.text.value;
    this.isSaving = true;
    let hasFailed = false;
    if (!this.id) creating += 1;
    const isNew = !this.id;
    show(say("正在保存…", "Saving…"));
    try {
      const known = await post("write", { paragraph: this.id ?? "", version: this.version ?? "", text, after: this.after ?? "" });
      this.id = known.id;
      paragraphs.set(known.id, this);
      this.version = known.version;
      this.saved = text;
      this.told(known);
      show(say(`已保存 ${clock()}`, `Saved ${clock()}`));
    } catch (fault) {
      if (fault.status === 409) this.ask(fault.body);
      else {
        hasFailed = true;
        show(say(`未保存：${fault.message}`, `Not saved: ${fault.message}`));
        this.timer = setTimeout(() => this.save(), AGAIN);
      }
    } finally {
      this.isSaving = false;
      if (isNew) creating -= 1;
      this.box.toggleAttribute("data-dirty", this.isDirty);
    }
    if (isNew) look().catch(() => {});
    if (this.isDirty && !this.other && !hasFailed) this.changed();
  }

  /** Conflict in this paragraph: show both texts for the user to choose. */
  ask(other) {
    this.other = other;
    this.box.setAttribute("data-conflict", "");
    show(say("未保存：同一段刚被他人修改", "Not saved: somebody else has changed the same paragraph"));
    const words = other.removed ? say(`${other.by}移除了这一段`, `${other.by} removed this paragraph`) : other.text;
    this.aside.replaceChildren(
      make("p", { class: "small strong" }, say(`${other.by}在 ${other.at} 改为：`, `${other.by} wrote at ${other.at}:`)),
      make("p", { class: "note__other" }, words),
      make("p", { class: "note__foot" },
        this.button(say("保留我的", "Keep mine"), () => this.settle(this.text.value)),
        this.button(say("采用对方的", "Take theirs"), () => this.settle(other.text)),
        this.button(say("两段都留", "Keep both"), () => this.settle(`${other.text}\n${this.text.value}`)),
      ),
    );
  }

  settle(text) {
    const other = this.other;
    Object.assign(this, { other: null, version: other.version, saved: other.removed && text !== other.text ? null : other.text });
    this.text.value = text;
    this.aside.replaceChildren();
    this.box.removeAttribute("data-conflict");
    this.told(other);
    this.changed();
    this.save();
  }

  /** Show the stored text; unsaved text is kept. */
  refresh(known) {
    if (this.isSaving || this.other) return;
    if (this.isDirty || this.isComposing) {
      this.typing.textContent = known.version === this.version ? this.typing.textContent : say("他人刚改过这一段", "Just changed by somebody else");
      return;
    }
    this.told(known);
    if (known.version === this.version) return;
    const at = this.text.selectionStart;
    Object.assign(this, { version: known.version, saved: known.text });
    this.text.value = known.text;
    if (document.activeElement === this.text) this.text.setSelectionRange(at, at);
    this.fit();
  }

  async remove() {
    if (!this.id) return this.box.remove();
    try {
      await this.save();
      this.told(await post("remove", { paragraph: this.id, version: this.version }));
      await look();
      show(say("已移除，可在历史中恢复", "Removed"));
      this.bring();
    } catch (fault) {
      if (fault.status === 409) this.ask(fault.body);
      else show(fault.message);
    }
  }

  /** Offer to restore a removed paragraph at its position. */
  bring() {
    const line = make("li", { class: "muted small" }, say("段落已移除。", "Paragraph removed. "),
      this.button(say("恢复", "Restore"), async () => {
        await post("restore", { paragraph: this.id });
        line.remove();
        await look();
      }));
    this.box.after(line);
  }

  async history() {
    if (this.aside.childElementCount && !this.other) return this.aside.replaceChildren();
    const { earlier } = await ask(`${note.dataset.note}paragraphs?paragraph=${this.id}`);
    const none = make("p", { class: "muted small" }, say("没有更早的内容。", "Nothing earlier."));
    this.aside.replaceChildren(...(earlier.length ? earlier.map((one) => make("div", { class: "note__earlier" },
      make("p", { class: "muted small" }, `${one.by} · ${one.at} `, this.button(say("恢复这一版", "Restore this"), async () => {
        await post("restore", { paragraph: this.id, earlier: one.id });
        this.aside.replaceChildren();
        await look();
      })), one.text)) : [none]));
  }
}

const post = (verb, values) => {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) form.append(name, value ?? "");
  return ask(`${note.dataset.note}${verb}`, { method: "POST", form });
};

const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

function show(text = say("有未保存的内容", "Not saved yet")) { state.textContent = text; }

function add(after = null) {
  const fresh = new Paragraph({ text: "" }, after?.id ?? null);
  if (after) after.box.after(fresh.box);
  else list.append(fresh.box);
  fresh.fit();
  fresh.text.focus();
}

function draw(known) {
  let before = null;
  for (const one of known) {
    let at = paragraphs.get(one.id);
    if (at) at.refresh(one);
    else if (creating) continue; // it may be the paragraph being saved now
    else {
      at = new Paragraph(one);
      paragraphs.set(one.id, at);
      if (before) before.box.after(at.box);
      else list.prepend(at.box);
      at.fit();
    }
    before = at;
  }
}

async function look() { draw((await ask(`${note.dataset.note}paragraphs`)).paragraphs); }

draw(read("#note-paragraphs"));
note.querySelector("[data-note-add]")?.addEventListener("click", () => add());
document.addEventListener("dakehu:changed", () => look().catch(() => {}));
setInterval(() => {
  if (!document.hidden && document.querySelector("[data-live-people]").childElementCount) look().catch(() => {});
}, TYPING / 2);
window.addEventListener("beforeunload", (event) => {
  if ([...paragraphs.values()].some((one) => one.isDirty || one.other)) event.preventDefault();
});
