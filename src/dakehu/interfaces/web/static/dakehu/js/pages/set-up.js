// The first account: a user name proposed from the name while nobody has typed one, and a password that can be seen.

const name = document.querySelector("[data-spelled-at]");
const username = document.querySelector("[name=username]");

name?.addEventListener("change", async () => {
  if (username.value && username.value !== username.dataset.proposed) return;
  const answer = await fetch(`${name.dataset.spelledAt}?${new URLSearchParams({ name: name.value })}`);
  if (!answer.ok) return;
  username.value = username.dataset.proposed = (await answer.json()).username;
});

for (const choice of document.querySelectorAll("[data-shows]")) {
  choice.hidden = false;
  choice.addEventListener("change", (event) => {
    document.getElementById(choice.dataset.shows).type = event.target.checked ? "text" : "password";
  });
}
