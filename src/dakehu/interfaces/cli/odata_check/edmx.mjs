// npm `@sap-ux/edmx-parser`: the metadata as SAP's tools read it.
import { createRequire } from "node:module";

const { parse } = createRequire(import.meta.url)("@sap-ux/edmx-parser");
const { DESK_ROOT, DESK_BASIC } = process.env;
const answer = await fetch(`${DESK_ROOT}$metadata`, { headers: { Authorization: DESK_BASIC } });
const made = parse(await answer.text());
const kind = made.schema.entityTypes.find((one) => one.name === "Client");
console.log(JSON.stringify({ ok: kind.entityProperties.length > 10 && made.schema.entitySets.length > 3, sets: made.schema.entitySets.length }));
