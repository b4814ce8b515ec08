// The form of a survey: a question with a condition shows once the answer it waits for is given. Without scripts all of them
// show with their condition in words, and the desk drops what should not have been asked.

const form = document.querySelector(".survey form.form, form.survey");

function follow() {
  for (const question of form.querySelectorAll("[data-watched]")) {
    const values = question.dataset.values.split(" ");
    const watched = form.querySelector(`#q-${question.dataset.watched}`);
    const chosen = [...form.querySelectorAll(`input[name="${question.dataset.watched}"]:checked`)];
    question.hidden = watched?.hidden || !chosen.some((input) => values.includes(input.value));
  }
}

if (form) {
  form.addEventListener("change", follow);
  follow();
}
