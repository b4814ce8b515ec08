// npm `odata-csdl`: the metadata as CSDL JSON.
import { createRequire } from "node:module";

const csdl = createRequire(import.meta.url)("odata-csdl");
const { DESK_ROOT, DESK_BASIC } = process.env;
const answer = await fetch(`${DESK_ROOT}$metadata`, { headers: { Authorization: DESK_BASIC } });
const messages = [];
const made = csdl.xml2json(await answer.text(), { strict: true, messages });
const client = made.dakehu.Client;
console.log(JSON.stringify({ ok: client.$Kind === "EntityType" && client.$Key[0] === "id" && messages.length === 0, messages }));
