// npm `odata`: ten clients, and one of them by its number.
import { o } from "odata";

const { DESK_ROOT, DESK_BASIC, DESK_COUNT } = process.env;
const config = { headers: { Authorization: DESK_BASIC, Accept: "application/json" } };
const rows = await o(DESK_ROOT, config).get("Clients").query({ $top: 10, $select: "id,code" });
const one = await o(DESK_ROOT, config).get(`Clients(${rows[0].id})`).query();
const got = Array.isArray(one) ? one[0] : one;
console.log(JSON.stringify({ ok: rows.length === Math.min(10, Number(DESK_COUNT)) && got.code === rows[0].code, rows: rows.length }));
