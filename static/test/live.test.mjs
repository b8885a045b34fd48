import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { load } from "./bundle.mjs";
import { World } from "./world.mjs";

const { Live, backoff } = await load("live.ts");

let world, live, topics;

beforeEach(() => {
  world = new World();
  topics = new Map([["market.btc_usd", 123], ["market.block", 44]]);
  live = new Live("ws://here/live", topics, world.env, world.listener);
});

// up brings the client to a live connection.
function up() {
  live.start();
  world.open();
  world.hear({ op: "feed", up: true, since: world.now });
  assert.equal(world.state.kind, "live");
}

test("subscribes with the last numbers seen and is live once the server speaks", () => {
  live.start();
  assert.equal(world.socket.url, "ws://here/live");
  assert.equal(live.state.kind, "connecting");
  world.open();
  assert.deepEqual(world.socket.sent[0], { op: "sub", topics: { "market.btc_usd": 123, "market.block": 44 } });
  assert.equal(world.states.length, 0, "an open socket alone proves nothing");
  world.hear({ op: "pong" });
  assert.equal(world.state.kind, "live");
});

test("passes events on in order and drops what is not newer", () => {
  up();
  world.hear({ topic: "market.btc_usd", seq: 124, t: 1 });
  world.hear({ topic: "market.btc_usd", seq: 130, t: 2 }); // coalesced: numbers may be skipped
  world.hear({ topic: "market.btc_usd", seq: 129, t: 3 });
  world.hear({ topic: "market.btc_usd", seq: 130, t: 4 });
  assert.deepEqual(world.events.map((e) => [e.seq, e.fresh]), [[124, true], [130, true]]);
  assert.equal(topics.get("market.btc_usd"), 130);
});

test("a snapshot overtaken by an event still asks for charts, but not for texts", () => {
  up();
  world.hear({ topic: "market.btc_usd", seq: 140, t: 2 });
  world.hear({ topic: "market.btc_usd", seq: 139, t: 1, snap: true });
  assert.deepEqual(world.events.map((e) => [e.seq, e.fresh, e.snap ?? false]), [[140, true, false], [139, false, true]]);
});

test("numbers that begin again after a reconnect are believed", () => {
  up();
  world.hear({ topic: "market.btc_usd", seq: 500, t: 1 });
  world.socket.onclose();
  world.pass(2000);
  world.open();
  assert.deepEqual(world.socket.sent[0].topics["market.btc_usd"], 500);
  world.hear({ topic: "market.btc_usd", seq: 3, t: 2, snap: true });
  assert.equal(world.events.at(-1).fresh, true);
});

test("reconnects with growing, jittered waits and counts its tries", () => {
  up();
  const lostAt = world.now;
  world.chance = 0.999;
  world.socket.onclose();
  const waits = [];
  for (let i = 1; i <= 7; i++) {
    assert.equal(world.state.kind, "lost");
    assert.equal(world.state.attempt, i);
    assert.equal(world.state.since, lostAt, "the loss is dated by its beginning");
    waits.push(world.state.nextAt - world.now);
    const before = world.sockets.length;
    world.pass(waits.at(-1) - 1);
    assert.equal(world.sockets.length, before, "too early");
    world.pass(1);
    assert.equal(world.sockets.length, before + 1);
    world.socket.onclose();
  }
  assert.deepEqual(waits.map((w) => Math.round(w / 1000)), [2, 4, 8, 16, 30, 30, 30]);
  world.pass(30_000);
  world.open();
  world.hear({ op: "feed", up: true });
  assert.equal(world.state.kind, "live");
  world.socket.onclose();
  assert.equal(world.state.attempt, 1, "a restored feed counts anew");
});

test("backoff stays between one and thirty seconds", () => {
  for (let n = 1; n < 40; n++) {
    for (const r of [0, 0.3, 0.999999]) {
      const wait = backoff(n, r);
      assert.ok(wait >= 1000 && wait <= 30_000, `backoff(${n}, ${r}) = ${wait}`);
    }
  }
  assert.notEqual(backoff(4, 0.1), backoff(4, 0.9));
});

test("pings every twenty seconds and gives up on silence", () => {
  up();
  const pings = () => world.socket.sent.filter((m) => m.op === "ping").length;
  const before = pings();
  for (let i = 0; i < 6; i++) {
    world.pass(10_000);
    world.hear({ op: "pong" });
  }
  assert.equal(pings() - before, 3);
  const heard = world.now;
  const quiet = world.socket;
  world.pass(60_000);
  assert.ok(quiet.closed, "the silent socket is still open");
  assert.ok(world.states.some((s) => s.kind === "lost" && s.since === heard), "the loss is not dated by the last message");
});

test("a connection that never opens is given up after ten seconds", () => {
  live.start();
  world.pass(16_000);
  assert.ok(world.sockets[0].closed);
  assert.ok(world.sockets.length > 1);
});

test("after a sleep it reconnects without calling the feed lost", () => {
  up();
  world.sleep(3_600_000);
  assert.equal(world.state.kind, "connecting");
  assert.ok(world.sockets[0].closed);
  assert.equal(world.sockets.length, 2);
  world.open();
  world.hear({ op: "feed", up: true });
  assert.deepEqual(world.states.map((s) => s.kind), ["live", "connecting", "live"]);
});

test("late timers of a page out of sight are no sleep; coming back checks", () => {
  up();
  world.shown = false;
  world.sleep(62_000);
  assert.equal(world.sockets.length, 1);
  world.shown = true;
  live.wake();
  assert.equal(world.sockets.length, 2, "a connection quiet for a minute was trusted");
  world.open();
  world.hear({ op: "pong" });
  live.wake();
  assert.equal(world.sockets.length, 2, "a connection that has just spoken was dropped");
});

test("network gone and back: lost at once, tried at once", () => {
  up();
  live.offline();
  assert.equal(world.state.kind, "lost");
  live.retry();
  assert.equal(world.sockets.length, 2);
  live.retry();
  assert.equal(world.sockets.length, 2, "a second try beside the first");
  world.pass(1000);
  assert.equal(world.sockets.length, 2, "the planned try came as well");
});

test("a pause closes the socket, a resume asks for what was missed", () => {
  up();
  world.hear({ topic: "market.btc_usd", seq: 200, t: 1 });
  const pausedAt = world.now;
  live.pause();
  assert.deepEqual(world.state, { kind: "paused", since: pausedAt });
  assert.ok(world.socket.closed);
  world.pass(120_000);
  live.offline();
  live.wake();
  assert.equal(world.sockets.length, 1, "a paused feed reconnected by itself");
  live.resume();
  world.open();
  assert.equal(world.socket.sent[0].topics["market.btc_usd"], 200);
  world.hear({ op: "feed", up: true });
  assert.equal(world.state.kind, "live");
});

test("a pause while lost stops the tries", () => {
  up();
  world.socket.onclose();
  live.pause();
  world.pass(60_000);
  assert.equal(world.sockets.length, 1);
});

test("a server that lost its own feed is not live until it says so", () => {
  live.start();
  world.open();
  world.hear({ op: "feed", up: false, since: 777 });
  assert.deepEqual(world.state, { kind: "deaf", since: 777 });
  world.hear({ op: "pong" });
  world.hear({ topic: "market.block", seq: 45, t: 1, snap: true });
  assert.equal(world.state.kind, "deaf");
  assert.equal(world.events.length, 1);
  world.hear({ op: "feed", up: true, since: 888 });
  assert.equal(world.state.kind, "live");
});

test("a session that is over is not reconnected: the page is told", () => {
  up();
  const before = world.states.length;
  world.socket.onclose({ code: 1008 });
  world.pass(60_000);
  assert.equal(world.ended, 1);
  assert.equal(world.sockets.length, 1);
  assert.equal(world.states.length, before);
});

test("a denied topic is not asked for again", () => {
  up();
  world.hear({ op: "denied", topic: "market.block" });
  world.socket.onclose();
  world.pass(2000);
  world.open();
  assert.deepEqual(Object.keys(world.socket.sent[0].topics), ["market.btc_usd"]);
});

test("what is not of this protocol is ignored", () => {
  up();
  for (const msg of ["{", "null", '"text"', '{"v":2,"topic":"market.block","seq":99,"t":1}', '{"v":1,"topic":"market.block"}']) world.hear(msg);
  assert.equal(world.events.length, 0);
  assert.equal(world.state.kind, "live");
});
