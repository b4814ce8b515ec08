// The order of the client list is stored, so that j and k on a client open the next and previous client of the list.

import { gridOf } from "../grid.js";

const host = document.getElementById("clients");

function remember() {
  const rows = gridOf("clients")?.table?.getData?.() ?? [];
  const ids = rows.length ? rows.map((row) => row.id) : [...host.querySelectorAll("a[data-row]")].map((link) => Number(link.pathname.split("/")[2]));
  if (ids.length) sessionStorage.setItem("dakehu-list", JSON.stringify(ids));
}

addEventListener("pagehide", remember);
document.addEventListener("worked", () => gridOf("clients")?.reload());
