// The promise of the first page: values move without a reload, charts append,
// and nothing lies while the feed is lost.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, desktop, launch, open, phone, ready, until, violations } from "./harness.mjs";

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  await until("the first day of prices", async () => {
    const data = await server.json("/api/v1/series/market.hashprice_usd_per_ph_day?points=600").catch(() => null);
    return data && data.points.length >= 100;
  }, 90_000);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

const text = (page, id) => page.locator(`[data-text="${id}"]`).first().textContent();

test("values change without a reload and the chart appends", async () => {
  const { context, page, complaints } = await open(browser, desktop, server);
  await page.goto(`${server.url}/mining`);
  await ready(page);
  await page.evaluate(() => { window.sameDocument = true; });
  const first = await text(page, "btc");
  const count = () => page.evaluate(() => Number(document.querySelector("[data-chart]").dataset.points ?? 0));
  const points = await until("a drawn chart", count);
  await until("another price", async () => (await text(page, "btc")) !== first);
  await until("another point", async () => (await count()) > points);
  assert.equal(await page.evaluate(() => window.sameDocument), true, "the page was reloaded");
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the text in the browser is the API's at the same number, before and after a reload", async () => {
  const { context, page } = await open(browser, desktop, server);
  // Every event the browser receives, as it came.
  const events = new Map();
  page.on("websocket", (ws) => ws.on("framereceived", ({ payload }) => {
    const e = JSON.parse(payload);
    if (e.topic === "market.btc_usd") events.set(e.seq, e);
  }));
  await page.goto(`${server.url}/mining`);
  await ready(page);
  const usd = (v) => `$${Math.round(v).toLocaleString("en-US")}`;
  const same = await until("an event the API has at the same number", async () => {
    const list = await server.json("/api/v1/series");
    const series = list.find((s) => s.key === "market.btc_usd");
    const event = events.get(series.seq);
    return event && { event, series };
  });
  assert.equal(same.event.text.btc, usd(same.series.last.v));
  await page.reload();
  const [shown, seq] = await page.evaluate(() => [
    document.querySelector('[data-text="btc"]').textContent,
    Number(document.querySelector("main").dataset.topics.match(/market\.btc_usd:(\d+)/)[1]),
  ]);
  assert.ok(seq >= same.series.seq, "a reload went back in time");
  assert.match(shown, /^\$[\d,]+$/);
  await context.close();
});

test("a lost feed is announced, nothing claims to be live, and it is restored", async () => {
  const own = await Server.start();
  const { context, page } = await open(browser, desktop, own);
  try {
    await until("prices", async () => (await own.json("/api/v1/series")).some((s) => s.key === "market.btc_usd" && s.last));
    await page.goto(`${own.url}/mining`);
    await ready(page);
    const before = await text(page, "btc");
    assert.equal(await own.down(), 0, "the server did not stop in order");
    await page.waitForSelector("#banner:not([hidden])");
    assert.match(await page.textContent("#banner"), /Live feed lost at \d\d:\d\d:\d\d/);
    assert.match(await page.textContent("#announce"), /lost/i);
    await until("no mark that says live", async () => (await page.locator(".fresh.live").count()) === 0);
    assert.match(await text(page, "btc"), /^\$/, "the last good value left the screen");
    assert.ok(before);

    await own.up();
    await page.waitForSelector("#banner", { state: "hidden", timeout: 60_000 });
    await ready(page);
    assert.match(await page.textContent("#announce"), /restored/i);
    const back = await text(page, "btc");
    await until("prices move again", async () => (await text(page, "btc")) !== back);
  } finally {
    await context.close();
    await own.close();
  }
});

test("pausing freezes the values and says since when", async () => {
  const { context, page } = await open(browser, desktop, server);
  await page.goto(`${server.url}/mining`);
  await ready(page);
  await page.keyboard.press(".");
  await page.waitForFunction(() => /paused/i.test(document.querySelector("#feed").textContent));
  const held = await text(page, "btc");
  await page.waitForTimeout(2500);
  assert.equal(await text(page, "btc"), held);
  await page.keyboard.press(".");
  await until("prices move again", async () => (await text(page, "btc")) !== held);
  await context.close();
});

test("with scripts off the charts are SVG with the API's points", async () => {
  const { context, page } = await open(browser, { ...desktop, javaScriptEnabled: false }, server);
  await page.goto(`${server.url}/mining?range=30d`);
  const paths = await page.locator('[data-chart="prices"] svg path.ln.m').all();
  const d = await paths[0].getAttribute("d");
  // Each stretch begins with a move to its first point, which is then drawn.
  const drawn = d.match(/L/g).length;
  assert.ok(drawn >= 100, `only ${drawn} points`);
  const data = JSON.parse(await page.locator('[data-chart="prices"] script[type="application/json"]').textContent());
  const panel = data.panels.find((p) => p.key === "market.hashprice_usd_per_ph_day");
  assert.equal(panel.points.length, drawn);
  const api = await server.json(`/api/v1/series/${panel.key}?from=${data.from}&to=${data.to}&points=480`);
  // The newest points may have moved on since the page was made.
  const settled = api.points.slice(0, -4);
  assert.deepEqual(panel.points.slice(0, settled.length), settled);
  await context.close();
});

for (const [name, options] of [["desktop", desktop], ["phone", phone]]) {
  for (const scheme of ["light", "dark"]) {
    test(`every page on a ${name} in ${scheme}: accessible, no errors, no sideways scroll`, async () => {
      const { context, page, complaints } = await open(browser, { ...options, colorScheme: scheme }, server);
      for (const path of ["/", "/mining", "/mining?range=1y", "/admin/sources", "/data/prices", "/data/network"]) {
        await page.goto(server.url + path);
        await ready(page);
        assert.deepEqual(await violations(page), [], path);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(over <= 0, `${path} is ${over} px too wide`);
      }
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }
}
