import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./bundle.mjs";

const { judge, labelOf, say } = await load("fresh.ts");
const { announcement, words } = await load("feed.ts");
const { Clock } = await load("clock.ts");
const { Flasher } = await load("flash.ts");
const nb = "\u00a0";

test("freshness by age against cadence", () => {
  for (const [age, cadence, pushed, want] of [
    [0, 5, true, "live"], [10, 5, true, "live"], [10.1, 5, true, "late"], [20, 5, true, "late"], [20.1, 5, true, "stale"],
    [10, 5, false, "aged"], [10.1, 5, false, "late"], [1e9, 0, true, "live"], [1e9, 0, false, "aged"],
  ]) assert.equal(judge(age, cadence, pushed), want, `${age} s of ${cadence} s, ${pushed ? "pushed" : "polled"}`);
});

test("a mark says its state as the server would", () => {
  const at = 1_773_153_128_000;
  assert.equal(say("live", at, 1, ""), "Live, 14:32:08 UTC");
  assert.equal(say("live", at, 240, "Block 940,512"), `Block 940,512, 4${nb}min ago`);
  assert.equal(say("aged", at, 125, ""), `2${nb}min ago`);
  assert.equal(say("late", at, 12, ""), `Late, 12${nb}s`);
  assert.equal(say("stale", at, 2820, "Block 940,512"), `Stale, 47${nb}min`);
});

test("the label is found again in what the server printed", () => {
  for (const [text, want] of [
    ["Live, 14:32:08 UTC", ""], [`Stale, 47${nb}min`, ""], [`Late, 12${nb}s`, ""], [`2${nb}min ago`, ""], ["now", ""],
    [`Block 940,512, 4${nb}min ago`, "Block 940,512"], ["Block 940,512, now", "Block 940,512"], ["Closed 9 Mar", ""],
  ]) assert.equal(labelOf(text), want, text);
});

test("the banner counts down and says since when; other states have none", () => {
  const since = 1_773_152_320_000;
  const w = words({ kind: "lost", since, attempt: 4, nextAt: since + 32_000 }, since + 20_000, since);
  assert.equal(w.lead + w.rest + w.countdown,
    `Live feed lost at 14:18:40. Figures below show their last values and times. Reconnecting, try 4, next in 12${nb}s.`);
  assert.equal(w.text, "Feed lost 14:18:40 UTC");
  assert.equal(words({ kind: "lost", since, attempt: 4, nextAt: since }, since, since).countdown, "Reconnecting, try 4.");
  assert.match(words({ kind: "deaf", since }, since, since).lead, /lost at 14:18:40/);
  for (const kind of ["live", "connecting", "paused"]) assert.equal(words({ kind, since }, since, since).lead, "");
});

test("only a live feed has the mark of one", () => {
  for (const s of [{ kind: "connecting" }, { kind: "lost", since: 0, attempt: 1, nextAt: 0 }, { kind: "deaf", since: 0 }, { kind: "paused", since: 0 }]) {
    const w = words(s, 1, 1);
    assert.notEqual(w.mark, "live");
    assert.doesNotMatch(w.text, /live/i);
  }
  assert.equal(words({ kind: "live" }, 1, 1).mark, "live");
});

test("loss and return are announced once", () => {
  const [live, lost, again] = [{ kind: "live" }, { kind: "lost", since: 1, attempt: 1, nextAt: 2 }, { kind: "lost", since: 1, attempt: 2, nextAt: 9 }];
  assert.match(announcement(live, lost), /lost/);
  assert.equal(announcement(lost, again), "");
  assert.match(announcement(again, live), /restored/);
  assert.equal(announcement({ kind: "connecting", first: true }, live), "");
  assert.match(announcement(live, { kind: "paused", since: 1 }), /paused/);
});

test("a browser's wrong clock does not age what is fresh", () => {
  let local = 1_000_000;
  const clock = new Clock(() => local);
  clock.hear(local + 900); // the time a message takes
  assert.equal(clock.now(), local);
  clock.hear(local + 3_600_000);
  local += 5000;
  assert.equal(clock.now(), local + 3_600_000);
});

test("at most six items flash at once, each once in two seconds", () => {
  let now = 0;
  const timers = [];
  const item = () => ({ on: false, classList: { add() { this.owner.on = true; }, remove() { this.owner.on = false; } } });
  const items = Array.from({ length: 9 }, () => { const i = item(); i.classList.owner = i; return i; });
  const flasher = new Flasher(() => now, (fn, ms) => timers.push({ fn, at: now + ms }));
  const lit = () => items.filter((i) => i.on).length;

  flasher.flash(items.slice(0, 7));
  assert.equal(lit(), 0, "seven at once");
  flasher.flash([...items.slice(0, 4), items[0]]);
  assert.equal(lit(), 4);
  flasher.flash(items.slice(4, 7));
  assert.equal(lit(), 4, "seven together");
  flasher.flash(items.slice(4, 6));
  assert.equal(lit(), 6);
  for (const t of timers.splice(0)) t.fn();
  assert.equal(lit(), 0);
  now = 1500;
  flasher.flash(items.slice(0, 1));
  assert.equal(lit(), 0, "again within two seconds");
  now = 2000;
  flasher.flash(items.slice(0, 1));
  assert.equal(lit(), 1);
});
