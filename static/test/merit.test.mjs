import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";

const { followHashprice, judge } = await load("merit.ts");

test("a step is under water, near the line, or on", () => {
  assert.equal(judge(38.65, 38.65, 0.05), "under"); // it earns nothing
  assert.equal(judge(38.64, 38.65, 0.05), "near");
  assert.equal(judge(36.7, 38.65, 0.05), "on");
  assert.equal(judge(44.8, 38.65, 0.05), "under");
  assert.equal(judge(null, 1e9, 0.05), "under");
  assert.equal(judge(-3, 0, 0.05), "on");
});

// page stands in for a page with one drawing: what the script touches of it.
function page(costs) {
  const list = (name) => ({ names: new Set([name]), contains(n) { return this.names.has(n); }, add(n) { this.names.add(n); }, remove(...all) { all.forEach((n) => this.names.delete(n)); } });
  const steps = costs.map(([cost, mw, state]) => ({ dataset: { cost, mw }, classList: list(state) }));
  const line = { dataset: { meritLine: "91.3" }, setAttribute(k, v) { this[k] = v; } };
  const price = {}, under = {};
  const parts = { "[data-merit-line]": [line], "[data-merit-price]": [price], "[data-mw]": steps, "[data-merit-under]": [under] };
  const drawing = { dataset: { merit: "50 30 300 0.05" }, querySelectorAll: (s) => parts[s] };
  return { root: { querySelectorAll: () => [drawing] }, steps, line, price, under };
}

test("a new hashprice moves the line, recolours the steps and sums what is under water", () => {
  const p = page([["17.4", "42", "on"], ["38.4", "12", "near"], ["44.8", "16", "under"], ["", "4", "under"]]);
  assert.equal(followHashprice(p.root, 38.65), false);
  assert.equal(p.under.textContent, "20 MW under water");
  assert.equal(followHashprice(p.root, 37.5), true);
  assert.equal(p.price.textContent, "$37.50");
  assert.equal(p.line.transform, `translate(0 ${(300 - (37.5 / 50) * 270 - 91.3).toFixed(1)})`);
  assert.deepEqual(p.steps.map((s) => [...s.classList.names]), [["on"], ["under"], ["under"], ["under"]]);
  assert.equal(p.under.textContent, "32 MW under water");
  assert.equal(followHashprice(p.root, 80), true); // above the frame: the line stays inside
  assert.equal(p.line.transform, `translate(0 ${(30 - 91.3).toFixed(1)})`);
  assert.equal(p.under.textContent, "4 MW under water");
});
