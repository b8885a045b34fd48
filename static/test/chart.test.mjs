import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";

const { Line, find, merge, moments, nearest, thin, trim, withGaps } = await load("chart/data.ts");
const { niceTicks, timeTicks } = await load("chart/ticks.ts");
const { lately, when } = await load("chart/strip.ts");

const every = (step, n, f = (i) => i) => Array.from({ length: n }, (_, i) => [i * step, f(i)]);

test("find is the first point at or after a time", () => {
  const points = every(10, 5);
  assert.deepEqual([-1, 0, 5, 10, 40, 41].map((t) => find(points, t)), [0, 0, 1, 1, 4, 5]);
});

test("merge appends, fills in, and lets the later word stand", () => {
  const got = merge([[0, 1], [10, 2], [30, 4]], [[10, 9], [20, 3], [30, 5], [40, 6]]);
  assert.deepEqual(got, [[0, 1], [10, 9], [20, 3], [30, 5], [40, 6]]);
  assert.deepEqual(merge([], [[5, 1]]), [[5, 1]]);
});

test("trim keeps one point before the window", () => {
  assert.deepEqual(trim(every(10, 6), 25).map(([t]) => t), [20, 30, 40, 50]);
  assert.deepEqual(trim(every(10, 3), -5).length, 3);
  assert.deepEqual(trim(every(10, 3), 1000).map(([t]) => t), [20]);
});

test("no line crosses a hole of more than three steps", () => {
  const [x, y] = withGaps([[0, 1], [10, 2], [40, 3], [71, 4]], 10);
  assert.deepEqual(x, [0, 10, 40, 55.5, 71]);
  assert.deepEqual(y, [1, 2, 3, null, 4]);
  assert.deepEqual(withGaps([[0, 1], [1000, 2]], 0)[1], [1, 2], "a step that is not known makes no holes");
});

test("thinning keeps every step's lowest and highest in the order they came", () => {
  const points = every(1, 40, (i) => (i * 7) % 11);
  const got = thin(points, 10, 30);
  assert.deepEqual(got.slice(-10), points.slice(30), "points after the time are untouched");
  for (let b = 0; b < 3; b++) {
    const all = points.slice(b * 10, b * 10 + 10).map(([, v]) => v);
    const kept = got.filter(([t]) => Math.floor(t / 10) === b);
    assert.ok(kept.length <= 2, `${kept.length} points in step ${b}`);
    assert.deepEqual([Math.min(...kept.map(([, v]) => v)), Math.max(...kept.map(([, v]) => v))], [Math.min(...all), Math.max(...all)]);
  }
  assert.deepEqual(got.map(([t]) => t), got.map(([t]) => t).sort((a, b) => a - b));
  assert.deepEqual(thin([[0, 1], [1, null], [2, 3]], 10, 100), [[0, 1], [1, null], [2, 3]], "a known gap is not bridged");
});

test("a day of live seconds stays small and true", () => {
  const line = new Line([], 360_000);
  let highest = -Infinity;
  for (let s = 0; s < 20_000; s += 2) {
    const pair = [[s * 1000, Math.sin(s / 500)], [(s + 1) * 1000, Math.sin((s + 1) / 500)]];
    highest = Math.max(highest, pair[0][1], pair[1][1]);
    line.append(pair, 0);
  }
  assert.ok(line.points.length < 4500, `${line.points.length} points`);
  assert.equal(Math.max(...line.points.map(([, v]) => v)), highest);
  assert.equal(line.points.at(-1)[0], 19_999_000);
  assert.ok(!withGaps(line.points, line.step)[1].includes(null), "thinning tore a hole");
});

test("the window moves on and drops what lies before it", () => {
  const line = new Line(every(1000, 100), 1000);
  line.append([[100_000, 1]], 50_000);
  assert.equal(line.points[0][0], 49_000);
});

test("a value is read near a point, never in a hole", () => {
  const line = new Line([[0, 1], [10, 2], [100, null], [110, 3]], 10);
  assert.equal(line.valueAt(14), 2);
  assert.equal(line.valueAt(50), null);
  assert.equal(nearest(line.points, 98), 3, "a known gap is not a value");
  assert.equal(nearest([], 5), -1);
  assert.equal(nearest([[0, null]], 0), -1);
});

test("ticks are round, enclose the values, and are no more than asked for", () => {
  assert.deepEqual(niceTicks(37.6, 39.4, 5), [37.5, 38, 38.5, 39, 39.5]);
  assert.deepEqual(niceTicks(85_100, 88_900, 5), [85_000, 86_000, 87_000, 88_000, 89_000]);
  for (const [lo, hi] of [[0, 1], [5, 5], [-3, 8], [1e-9, 2e-9], [0, 0], [1e20, 3e20], [99.9, 100.1]]) {
    const ticks = niceTicks(lo, hi, 5);
    assert.ok(ticks.length >= 2 && ticks.length <= 5, `${ticks.length} ticks for ${lo}..${hi}`);
    assert.ok(ticks[0] <= lo + 1e-9 * Math.abs(lo) && ticks.at(-1) >= hi - 1e-9 * Math.abs(hi), `${ticks} does not enclose ${lo}..${hi}`);
    assert.deepEqual(niceTicks(ticks[0], ticks.at(-1), 5), ticks, "the ticks of a range are those of their own ends");
  }
  assert.deepEqual(niceTicks(NaN, 1, 5), []);
});

test("time ticks stand on round UTC times", () => {
  const at = (s) => Date.parse(`${s}Z`);
  const labels = (from, to, most) => timeTicks(at(from), at(to), most).map((t) => t.label);
  assert.deepEqual(labels("2026-03-09T14:32:00", "2026-03-10T14:32:00", 10), ["15:00", "18:00", "21:00", "10 Mar", "03:00", "06:00", "09:00", "12:00"]);
  assert.deepEqual(labels("2026-03-01T00:00:01", "2026-03-08T00:00:00", 10), ["2 Mar", "3 Mar", "4 Mar", "5 Mar", "6 Mar", "7 Mar", "8 Mar"]);
  assert.deepEqual(labels("2025-03-10T00:00:00", "2026-03-10T00:00:00", 6), ["May 25", "Jul", "Sep", "Nov", "Jan 26", "Mar"]);
  assert.deepEqual(labels("2016-01-02T00:00:00", "2026-03-10T00:00:00", 6), ["2018", "2020", "2022", "2024", "2026"]);
  assert.deepEqual(timeTicks(5, 5, 10), []);
});

test("the strip tells time as finely as the window", () => {
  const t = Date.parse("2026-03-10T14:32:08Z");
  const day = 86_400_000;
  assert.equal(when(t, day), "10 Mar, 14:32:08 UTC");
  assert.equal(when(t, 30 * day), "10 Mar, 14:32 UTC");
  assert.equal(when(t, 365 * day), "10 Mar 2026");
  assert.equal(lately(t, t + 3_600_000, 365 * day), "14:32:08 UTC");
  assert.equal(lately(t, t + day, day), "10 Mar, 14:32:08 UTC");
});

test("a reader walks along moments: one for both values of a bar, none for a gap", () => {
  const points = [[10, 4], [10, 6], [20, 5], [30, null], [40, 7], [40, 3], [50, 3]];
  assert.deepEqual(moments(points), [[10, 4], [20, 5], [40, 7], [50, 3]]);
  assert.deepEqual(moments([[1, null]]), []);
  assert.equal(points.length, 7, "what is drawn is left as it was");
});
