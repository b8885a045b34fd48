import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { load } from "./bundle.mjs";

const { Keys } = await load("keys.ts");
const { Input } = await load("chart/input.ts");

let did, now, keys;
const press = (key, more = {}, typing = false, off = false) =>
  keys.press({ key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, repeat: false, ...more }, typing, off);

beforeEach(() => {
  did = [];
  now = 0;
  const note = (name) => (...args) => did.push([name, ...args].join(" "));
  keys = new Keys(new Map([["o", "/"], ["m", "/mining"], ["d", "/data"]]),
    { go: note("go"), help: note("help"), search: note("search"), pause: note("pause"), data: note("data"), add: note("add"), print: note("print") }, () => now);
});

test("g and a letter go to a page, if the letter comes soon", () => {
  press("g");
  press("m");
  press("g");
  now = 1501;
  press("m");
  press("g");
  press("x");
  press("o");
  assert.deepEqual(did, ["go /mining"]);
});

test("a letter after g is the page's, not its own", () => {
  press("g");
  press("d");
  press("d");
  assert.deepEqual(did, ["go /data", "data"]);
});

test("single keys", () => {
  for (const key of ["?", "/", ".", "d", "n", "p"]) assert.equal(press(key), true, key);
  assert.deepEqual(did, ["help", "search", "pause", "data", "add", "print"]);
  for (const key of [" ", "a", "Enter", "Tab", "Escape"]) assert.equal(press(key), false, key);
});

test("nothing happens in inputs, with modifiers, on repeat, or when switched off", () => {
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { isComposing: true }, { repeat: true }]) press(".", more);
  press(".", {}, true);
  press(".", {}, false, true);
  press("g");
  press("m", { ctrlKey: true });
  assert.deepEqual(did, []);
});

// plot is a chart's element as Input sees it, 200 pixels wide.
function plot() {
  const on = {};
  const said = [];
  const note = (name) => (...args) => said.push([name, ...args.map((a) => (typeof a === "number" ? Math.round(a * 100) / 100 : a))].join(" "));
  const el = { addEventListener: (type, fn) => { on[type] = fn; }, getBoundingClientRect: () => ({ left: 10 }), setPointerCapture() {} };
  new Input(el, () => 200, {
    point: note("point"), step: note("step"), edge: note("edge"), select: note("select"), zoom: note("zoom"), zoomBy: note("zoomBy"), reset: note("reset"),
  });
  const fire = (type, more) => on[type]({ pointerId: 1, pointerType: "mouse", button: 0, clientX: 10, preventDefault() {}, ...more });
  return { fire, said };
}

test("keys on a chart", () => {
  const { fire, said } = plot();
  for (const [key, shiftKey] of [["ArrowLeft"], ["ArrowRight"], ["ArrowRight", true], ["Home"], ["End"], ["+", true], ["-"], ["0"], ["Escape"]]) fire("keydown", { key, shiftKey });
  fire("keydown", { key: "ArrowLeft", altKey: true });
  fire("keydown", { key: "Tab" });
  assert.deepEqual(said, ["step -1", "step 1", "step 10", "edge false", "edge true", "zoomBy 0.5", "zoomBy 2", "reset", "reset"]);
});

test("a mouse drag zooms, a click does not", () => {
  const { fire, said } = plot();
  fire("pointerdown", { clientX: 60 });
  fire("pointermove", { clientX: 62 });
  fire("pointerup", { clientX: 62 });
  assert.ok(!said.some((s) => s.startsWith("zoom")));
  fire("pointerdown", { clientX: 160 });
  fire("pointermove", { clientX: 60 });
  fire("pointerup", { clientX: 60 });
  assert.equal(said.at(-1), "zoom 0.25 0.75");
});

test("one finger moves the crosshair, two choose a window", () => {
  const { fire, said } = plot();
  const touch = { pointerType: "touch" };
  fire("pointerdown", { ...touch, clientX: 60 });
  fire("pointermove", { ...touch, clientX: 110 });
  assert.deepEqual(said, ["point 0.25", "point 0.5"]);
  fire("pointerdown", { ...touch, pointerId: 2, clientX: 160 });
  fire("pointermove", { ...touch, pointerId: 1, clientX: 60 });
  fire("pointermove", { ...touch, pointerId: 2, clientX: 210 });
  fire("pointerup", { ...touch, pointerId: 2, clientX: 210 });
  // Fingers on 0.5 and 0.75 went to 0.25 and 1: a third of the window, from 5/12.
  assert.equal(said.at(-1), "zoom 0.42 0.75");
  fire("pointerup", { ...touch, pointerId: 1, clientX: 60 });
  fire("pointerleave", touch);
  assert.ok(!said.slice(-1)[0].startsWith("point null"), "the crosshair must stay after a touch");
});
