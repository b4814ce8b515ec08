// The first account: a user name is proposed from the name until one is typed.

const name = document.querySelector("[data-spelled-at]");
const username = document.querySelector("[name=username]");

name?.addEventListener("change", async () => {
  if (username.value && username.value !== username.dataset.proposed) return;
  const answer = await fetch(`${name.dataset.spelledAt}?${new URLSearchParams({ name: name.value })}`);
  if (!answer.ok) return;
  username.value = username.dataset.proposed = (await answer.json()).username;
});
