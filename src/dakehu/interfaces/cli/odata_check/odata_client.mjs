// npm `@odata/client`: a query, a count and a filter.
import { createRequire } from "node:module";

const { OData } = createRequire(import.meta.url)("@odata/client");
const { DESK_ROOT, DESK_BASIC, DESK_COUNT } = process.env;
const client = OData.New4({ serviceEndpoint: DESK_ROOT, commonHeaders: { Authorization: DESK_BASIC } });
const set = client.getEntitySet("Clients");
const count = await set.count();
const rows = await set.query(client.newParam().top(10).select(["id", "code"]));
const found = await set.query(client.newParam().filter(`code eq '${rows[0].code}'`).select(["id"]));
const ok = Number(count) === Number(DESK_COUNT) && rows.length === Math.min(10, count) && found[0].id === rows[0].id;
console.log(JSON.stringify({ ok, count, rows: rows.length }));
