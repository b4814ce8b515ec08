// Texts of the scripts in the language of the page, and number formats.

const english = () => document.documentElement.lang.startsWith("en");

export const language = () => (english() ? "en" : "zh");

export const say = (zh, en) => (english() ? en : zh);

const STEPS = {
  zh: [[1e8, " 亿"], [1e4, " 万"]],
  en: [[1e9, "B"], [1e6, "M"], [1e3, "K"]],
};

/** An amount as 万/亿 or K/M/B. `places` is for axes; the full value belongs in a title. */
export function money(value, places = 2) {
  const amount = Number(value);
  for (const [step, unit] of STEPS[language()]) {
    if (Math.abs(amount) >= step) return plain(amount / step, places) + unit;
  }
  return plain(amount, Number.isInteger(amount) ? 0 : places);
}

export const plain = (value, places = 0) =>
  Number(value).toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });

export function rate(value, places = 2) {
  const percent = Number(value) * 100;
  return `${percent > 0 ? "+" : ""}${percent.toFixed(places)}%`;
}

export const share = (value, places = 1) => `${(Number(value) * 100).toFixed(places)}%`;

/** An axis tick or tooltip value by its unit: money | rate | share | number. */
export function written(value, unit, places) {
  if (value === null || value === undefined || Number.isNaN(Number(value))) return "–";
  if (unit === "money") return money(value, places ?? 2);
  if (unit === "rate") return rate(value, places ?? 2);
  if (unit === "share") return share(value, places ?? 1);
  return plain(value, places ?? (Number.isInteger(Number(value)) ? 0 : 2));
}

const SPANS = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];

/** "3 小时前" or "in 2 days" for a time; a date without a time is given in days. */
export function ago(text) {
  const formatter = new Intl.RelativeTimeFormat(say("zh-CN", "en"), { numeric: "auto" });
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const today = new Date();
    today.setHours(0, 0, 0, 0);
    return formatter.format(Math.round((new Date(`${text}T00:00`) - today) / 86400000), "day");
  }
  const seconds = (new Date(text) - Date.now()) / 1000;
  for (const [unit, size] of SPANS) {
    if (Math.abs(seconds) >= size) return formatter.format(Math.round(seconds / size), unit);
  }
  return say("刚刚", "just now");
}
