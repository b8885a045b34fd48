// The browser prints what the server prints: the same vectors hold both.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { load } from "./bundle.mjs";

const format = await load("format.ts");
const vectors = JSON.parse(await readFile(new URL("../../views/format/vectors.json", import.meta.url), "utf8"));

test("every vector of views/format", () => {
  assert.ok(vectors.length > 40, `only ${vectors.length} vectors`);
  for (const { rule, in: given, out } of vectors) {
    assert.equal(typeof format[rule], "function", `no rule ${rule}`);
    assert.equal(format[rule](Number(given)), out, `${rule}(${given})`);
  }
});

test("a decimal tie goes to the even digit, as on the server", () => {
  for (const [v, decimals, want] of [
    [0.5, 0, "0"], [1.5, 0, "2"], [2.5, 0, "2"], [0.125, 2, "0.12"], [0.375, 2, "0.38"], [2.675, 2, "2.67"], [-1.5, 0, "−2"],
    [1e21, 0, "1,000,000,000,000,000,000,000"], [0.49999999999999994, 0, "0"],
  ]) assert.equal(format.fixed(v, decimals), want, `${v} to ${decimals}`);
});

test("nothing prints a negative zero or a raw infinity", () => {
  for (const rule of ["count", "usd0", "usd2", "percent1", "signedPercent1", "hashrate", "difficulty", "delta"]) {
    for (const v of [-0, -1e-12, NaN, Infinity, -Infinity]) {
      const got = format[rule](v);
      assert.ok(!/−\$?0|-|Inf|NaN/.test(got), `${rule}(${v}) = ${got}`);
    }
  }
});

test("a chart's rule is found by name, and an unknown one counts", () => {
  assert.equal(format.byName("usd2")(38.65), "$38.65");
  assert.equal(format.byName("toString")(1234), "1,234");
});
