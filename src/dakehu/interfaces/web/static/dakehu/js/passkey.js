// Passkeys: a form marked data-passkey gets a challenge from the server, the response from the browser, and submits it.

import { csrf } from "./parts.js";
import { say } from "./words.js";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

/** The server's options in the browser's format: bytes instead of base64url. */
function opened(options) {
  const made = { ...options, challenge: bytes(options.challenge) };
  if (options.user) made.user = { ...options.user, id: bytes(options.user.id) };
  for (const name of ["excludeCredentials", "allowCredentials"]) {
    if (options[name]) made[name] = options[name].map((known) => ({ ...known, id: bytes(known.id) }));
  }
  return made;
}

/** A credential as JSON: base64url instead of bytes. */
function closed(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function asked(form) {
  const answer = await fetch(form.dataset.begin, {
    method: "POST",
    headers: { "X-CSRFToken": csrf() || form.elements.csrfmiddlewaretoken.value, Accept: "application/json" },
  });
  const given = await answer.json();
  if (given.go) {
    location.assign(given.go);
    return null;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  const publicKey = opened(given.publicKey);
  return form.dataset.passkey === "create"
    ? navigator.credentials.create({ publicKey })
    : navigator.credentials.get({ publicKey });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fault = form.querySelector("[data-passkey-fault]");
    fault.hidden = true;
    try {
      const credential = await asked(form);
      if (!credential) return;
      form.elements.credential.value = JSON.stringify(closed(credential));
      form.submit();
    } catch {
      fault.textContent = say("没有完成：请重试，或换一种方式登录。", "That did not finish: try again, or use another way.");
      fault.hidden = false;
    }
  });
}
