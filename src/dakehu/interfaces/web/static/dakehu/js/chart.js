// Charts: <div class="chart" data-chart="line" data-name="资产走势" data-from="#id-of-json"> or data-src="/…".
//
// line, bar: {x: ["2026-01", …], series: [{name, values, urls?, kind?: line|bar, unit?, right?, area?, stack?, signed?,
//            markers?: [{x, label, tone?}], fan?: opacity, tips?: [text]}]}; a series with `fan` is an area stacked on
//            the previous ones of its stack (0: invisible base of the fan), with `tips` as tooltip texts
// donut:     {unit, total_label, slices: [{name, value, url?}]}
// spark:     {values}
// steps:     {unit, steps: [{name, from, to, whole?, flow?}]}; each step starts where the previous one ends
// unit: money | rate | share | number. Colours come from the tokens and follow the theme.

import { ask, each, make, read, safe } from "./parts.js";
import { language, say, written } from "./words.js";

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const palette = () => [1, 2, 3, 4, 5, 6, 7, 8].map((n) => token(`--chart-${n}`));
const drawn = new Map();
let library;

/** Load the chart library once, when the first chart is drawn, so that the rest of the page does not wait for it. */
function loaded() {
  library ??= [...document.querySelectorAll("link[data-chart-library]")].reduce((before, link) => before.then(() => run(link.href)), Promise.resolve());
  return library;
}

function run(address) {
  return new Promise((done, failed) => {
    const script = make("script", { src: address });
    script.addEventListener("load", done);
    script.addEventListener("error", () => failed(new Error(say("图表没有读取成功，请刷新页面。", "The charts could not be read: reload the page."))));
    document.head.append(script);
  });
}

each("[data-chart]", async (host) => {
  try {
    const data = host.dataset.src ? await ask(host.dataset.src) : read(host.dataset.from);
    await loaded();
    show(host, data);
  } catch (fault) {
    host.replaceChildren(make("p", { class: "chart__none", text: fault.message }));
  }
});

/** Draw (or redraw) `data` in `host`; without data a text is shown. */
export function show(host, data) {
  const filled = data && (data.slices?.length || data.steps?.length || data.values?.length || data.series?.some((one) => one.values.length));
  if (!filled) {
    host.replaceChildren(make("p", { class: "chart__none", text: host.dataset.empty ?? say("还没有可以画的数据。", "Nothing to draw yet.") }));
    return;
  }
  const chart = drawn.get(host)?.chart ?? begin(host);
  drawn.set(host, { chart, data });
  chart.setOption(option(host, data), true);
  host.setAttribute("role", "img");
  host.setAttribute("aria-label", host.dataset.name ?? "");
  chart.off("click");
  chart.on("click", (event) => { if (event.data?.url) location.assign(safe(event.data.url)); });
}

function begin(host) {
  const chart = window.echarts.init(host, null, { renderer: "canvas", locale: language() === "zh" ? "ZH" : "EN" });
  new ResizeObserver(() => chart.resize()).observe(host);
  return chart;
}

document.addEventListener("dakehu:looks", () => {
  for (const [host, { chart, data }] of drawn) {
    if (!host.isConnected) {
      chart.dispose();
      drawn.delete(host);
      continue;
    }
    chart.setOption(option(host, data), true);
    chart.resize();
  }
});

// A switch of periods above a chart: <div class="switch" data-span="#chart"><button data-last="63">3月</button>…
each("[data-span]", (bar) => {
  bar.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-last]");
    const known = drawn.get(document.querySelector(bar.dataset.span));
    if (!chosen || !known) return;
    for (const button of bar.children) button.setAttribute("aria-pressed", button === chosen);
    const count = known.data.x.length;
    const start = Number(chosen.dataset.last) ? Math.max(0, count - Number(chosen.dataset.last)) : 0;
    known.chart.dispatchAction({ type: "dataZoom", startValue: start, endValue: count - 1 });
  });
});

function option(host, data) {
  const kind = host.dataset.chart;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const shared = {
    animation: !calm, animationDuration: 350, color: palette(), aria: { enabled: true, label: { enabled: false } },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: token("--muted") },
    tooltip: {
      // HTML tooltips would need inline styles, which the content policy forbids.
      renderMode: "richText", confine: true, backgroundColor: token("--card"), borderColor: token("--line-strong"),
      borderWidth: 1, padding: [8, 12], textStyle: { color: token("--ink"), fontSize: 12.5, lineHeight: 20 },
    },
  };
  if (kind === "donut") return { ...shared, ...donut(host, data, shared.tooltip) };
  if (kind === "steps") return { ...shared, ...steps(data, shared.tooltip, host.clientWidth) };
  if (kind === "spark") return { ...shared, ...spark(data) };
  return { ...shared, ...cartesian(data, kind, shared.tooltip, host.clientWidth) };
}

function cartesian(data, kind, tooltip, width) {
  const small = width < 480;
  const each = Math.floor((width - 70) / data.x.length) - 8; // width available for a label under its bar
  const whole = kind === "bar" && each >= 30; // every group is labelled, on several lines if needed
  const many = data.series.length > 1;
  const right = data.series.some((one) => one.right);
  return {
    grid: { left: 8, right: right ? 8 : 14, top: many ? 38 : 14, bottom: 6, containLabel: true },
    legend: many ? { data: [...new Set(data.series.filter((one) => one.fan !== 0).map((one) => one.name))], top: 2, right: 4, icon: "roundRect", itemWidth: 10, itemHeight: 10, itemGap: 16, textStyle: { color: token("--muted"), fontSize: 12 } } : undefined,
    tooltip: { ...tooltip, trigger: "axis", axisPointer: { type: kind === "bar" ? "shadow" : "line", lineStyle: { color: token("--line-strong") }, shadowStyle: { color: token("--accent"), opacity: 0.06 } }, formatter: (points) => explain(points, data) },
    dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl", moveOnMouseMove: false, moveOnMouseWheel: false }],
    xAxis: {
      type: "category", data: data.x, boundaryGap: data.series.some((one) => (one.kind ?? kind) === "bar"),
      axisLine: { lineStyle: { color: token("--line-strong") } }, axisTick: { show: false },
      axisLabel: { color: token("--muted"), fontSize: 11, hideOverlap: !whole, margin: 10, ...(whole ? { interval: 0, width: each, overflow: "break" } : { interval: small ? "auto" : undefined }) },
    },
    yAxis: [axis(data.series.find((one) => !one.right), true), ...(right ? [axis(data.series.find((one) => one.right), false)] : [])],
    series: data.series.map((one, place) => line(one, place, kind, data.x)),
  };
}

function axis(series, lines) {
  return {
    type: "value", scale: (series?.kind ?? "line") === "line", axisLine: { show: false }, axisTick: { show: false },
    splitNumber: 4, splitLine: { show: lines, lineStyle: { color: token("--line"), type: [4, 4] } },
    axisLabel: { color: token("--muted"), fontSize: 11, formatter: (value) => tick(value, series?.unit) },
  };
}

/** An axis value without trailing zeros: 24 亿, 1.5B. */
function tick(value, unit) {
  return written(value, unit, unit === "money" ? 2 : undefined).replace(/(\.\d*?)0+(?!\d)/, "$1").replace(/\.(?!\d)/, "");
}

function line(one, place, kind, x) {
  const colour = one.tone ? token(`--${one.tone}`) : one.signed ? token("--up") : palette()[place % 8];
  if ((one.kind ?? kind) === "bar") {
    return {
      type: "bar", name: one.name, yAxisIndex: one.right ? 1 : 0, stack: one.stack, barMaxWidth: 18,
      itemStyle: { color: colour, borderRadius: one.stack ? 0 : 3 },
      data: one.signed ? one.values.map((value) => ({ value, itemStyle: { color: token(value < 0 ? "--down" : "--up"), opacity: 0.72 } })) : linked(one),
    };
  }
  if (one.fan !== undefined) {
    return {
      type: "line", name: one.name, data: one.values, stack: one.stack, stackStrategy: "all", symbol: "none", silent: true, z: 1,
      lineStyle: { width: 0, color: colour }, itemStyle: { color: faded(colour, one.fan || 0.01) }, areaStyle: { color: colour, opacity: one.fan },
    };
  }
  return {
    type: "line", name: one.name, yAxisIndex: one.right ? 1 : 0, data: linked(one), connectNulls: true,
    showSymbol: one.values.length < 2, symbolSize: 6, lineStyle: { width: 2, color: colour, type: one.dashed ? "dashed" : "solid" },
    itemStyle: { color: colour }, z: 3,
    areaStyle: one.area ? { color: { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color: faded(colour, 0.22) }, { offset: 1, color: faded(colour, 0.02) }] } } : undefined,
    markPoint: one.markers?.length ? { symbol: "circle", symbolSize: 10, data: one.markers.map((mark) => marker(mark, one, x)) } : undefined,
  };
}

/** The values of a series, each with the URL of its details if there is one. */
function linked(one) {
  return one.urls ? one.values.map((value, at) => ({ value, url: one.urls[at] })) : one.values;
}

/** A marker on the line at `x`, or at its own value `y`. */
function marker(mark, one, x) {
  return {
    coord: [mark.x, mark.y ?? one.values[x.indexOf(mark.x)]], value: mark.label,
    itemStyle: { color: token("--card"), borderColor: token(`--${mark.tone ?? "accent"}`), borderWidth: 2.5 },
    label: { show: true, position: "top", distance: 6, color: token("--ink"), fontSize: 11, formatter: mark.label },
  };
}

function faded(hex, alpha) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${r},${g},${b},${alpha})`;
}

function explain(points, data) {
  const rows = points.filter((point) => point.value !== null && point.value !== undefined).flatMap((point) => {
    const one = data.series[point.seriesIndex];
    if (one.fan !== undefined && !one.tips?.[point.dataIndex]) return [];
    return `${point.seriesName}  ${one.tips?.[point.dataIndex] ?? written(point.value, one.unit)}`;
  });
  return [points[0].axisValueLabel, ...rows].join("\n");
}

function donut(host, data, tooltip) {
  const total = data.slices.reduce((sum, slice) => sum + Number(slice.value), 0);
  return {
    tooltip: { ...tooltip, trigger: "item", formatter: (point) => `${point.name}\n${written(point.value, data.unit)} · ${point.percent}%` },
    legend: { bottom: 0, icon: "circle", itemWidth: 8, itemHeight: 8, itemGap: 12, textStyle: { color: token("--muted"), fontSize: 12 } },
    title: {
      text: written(total, data.unit), subtext: data.total_label ?? say("合计", "Total"), left: "center", top: "33%", itemGap: 2,
      textStyle: { color: token("--ink-strong"), fontSize: 17, fontWeight: 650 }, subtextStyle: { color: token("--muted"), fontSize: 12 },
    },
    series: [{
      type: "pie", radius: ["50%", "72%"], center: ["50%", "41%"], label: { show: false }, labelLine: { show: false },
      itemStyle: { borderColor: token("--card"), borderWidth: 2, borderRadius: 3 }, data: data.slices,
      emphasis: { scaleSize: 4 },
    }],
  };
}

/** Floating bars: the part of each above zero and the part below, each stacked on an invisible bar. */
function steps(data, tooltip, width) {
  const colour = (one) => token(one.whole ? "--accent" : one.flow ? "--muted" : one.to < one.from ? "--down" : "--up");
  const above = data.steps.map((one) => [Math.max(Math.min(one.from, one.to), 0), Math.max(one.from, one.to, 0)]);
  const below = data.steps.map((one) => [Math.min(Math.max(one.from, one.to), 0), Math.min(one.from, one.to, 0)]);
  const parts = [above, below].flatMap((spans) => [
    { data: spans.map(([near]) => near), silent: true, itemStyle: { color: "transparent" } },
    { data: spans.map(([near, far], at) => ({ value: far - near, itemStyle: { color: colour(data.steps[at]), opacity: 0.8 } })) },
  ]);
  const change = (at) => written(data.steps[at].to - data.steps[at].from, data.unit);
  const roomy = innerWidth > 699; // on a phone the table below shows the numbers
  const labels = data.steps.map((one, at) => ({ value: 0, label: { show: roomy, position: "top", color: token("--ink"), fontSize: 12, formatter: change(at) } }));
  return {
    grid: { left: 8, right: 14, top: 24, bottom: 6, containLabel: true },
    tooltip: { ...tooltip, trigger: "item", formatter: (point) => `${point.name}\n${change(point.dataIndex)}` },
    xAxis: { type: "category", data: data.steps.map((one) => one.name), axisTick: { show: false }, axisLine: { lineStyle: { color: token("--line-strong") } }, axisLabel: { color: token("--muted"), fontSize: 11, interval: 0, width: Math.floor((width - 70) / data.steps.length) - 8, overflow: "break" } },
    yAxis: axis({ kind: "bar", unit: data.unit }, true),
    series: [...parts, { data: labels, silent: true }].map((part) => ({ type: "bar", stack: "steps", barMaxWidth: 64, ...part })),
  };
}

function spark(data) {
  const rising = data.values[data.values.length - 1] >= data.values[0];
  const colour = token(rising ? "--up" : "--down");
  return {
    tooltip: { show: false }, grid: { left: 1, right: 1, top: 3, bottom: 3 },
    xAxis: { type: "category", show: false, boundaryGap: false, data: data.values.map((_, at) => at) },
    yAxis: { type: "value", show: false, scale: true },
    series: [{ type: "line", data: data.values, showSymbol: false, silent: true, lineStyle: { width: 1.6, color: colour }, areaStyle: { color: faded(colour, 0.1) } }],
  };
}
