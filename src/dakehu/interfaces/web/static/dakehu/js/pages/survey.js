// The form of a survey: a question with a condition is shown once the required answer is given. Without scripts all of them
// are shown with their condition as text, and the desk drops answers whose condition is not met.
//
// Answers not submitted yet are stored in this browser and filled in when the same link is opened: nothing of them reaches
// the desk, so this works for anonymous surveys too. They are deleted on submission, on request, and after 30 days.

const form = document.querySelector(".survey form.form, form.survey");
const PREFIX = "survey:";
const DAYS = 30;
const address = PREFIX + location.pathname;
const store = storage();
const fields = () => [...form.elements].filter((one) => one.name && one.name !== "csrfmiddlewaretoken" && one.type !== "hidden");

function storage() {
  try {
    return globalThis.localStorage;
  } catch {
    return null; // no browser storage: the form works as without scripts
  }
}

function follow() {
  for (const question of form.querySelectorAll("[data-watched]")) {
    const values = question.dataset.values.split(" ");
    const watched = form.querySelector(`#q-${question.dataset.watched}`);
    const chosen = [...form.querySelectorAll(`input[name="${question.dataset.watched}"]:checked`)];
    question.hidden = watched?.hidden || !chosen.some((input) => values.includes(input.value));
  }
}

function answers() {
  const found = fields().filter((one) => one.type === "textarea" ? one.value : one.checked);
  return found.map((one) => [one.name, one.value]);
}

function save() {
  const found = answers();
  if (found.length) store.setItem(address, JSON.stringify({ on: Date.now(), answers: found }));
  else store.removeItem(address);
}

function restore(saved) {
  for (const field of fields()) {
    const values = saved.answers.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "textarea") field.value ||= values[0] ?? "";
    else if (values.includes(field.value)) field.checked = true;
  }
}

function forgetOld() {
  for (const name of Object.keys(store).filter((one) => one.startsWith(PREFIX))) {
    const saved = JSON.parse(store.getItem(name));
    if (Date.now() - saved.on > DAYS * 86_400_000) store.removeItem(name);
  }
}

if (form) {
  const note = document.querySelector("[data-resumed]");
  if (note && store) {
    forgetOld();
    const saved = store.getItem(address);
    if (saved && !answers().length) {
      restore(JSON.parse(saved));
      note.hidden = false;
    }
    form.addEventListener("input", save);
    note.querySelector("button").addEventListener("click", () => {
      store.removeItem(address);
      form.reset();
      note.hidden = true;
      follow();
    });
  }
  form.addEventListener("change", follow);
  follow();
} else if (document.querySelector("[data-finished]")) {
  store?.removeItem(address);
}
