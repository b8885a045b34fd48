// Mining operations spot what is dark: from the live page to the place, the worker
// and its machine, and the numbers of the page agree with the file.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, desktop, launch, open, phone, ready, until, violations } from "./harness.mjs";

let server, browser;

const file = async (path) => (await fetch(server.url + path, { headers: { cookie: await server.cookie("Mining operations") } })).text();

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  await until("the workers of an account, and what is dark of them", async () => (await file("/data/pool-dark.csv")).trim().split("\n").length > 2, 120_000);
  await until("the first hashprice", async () => /"points":\[\[/.test(JSON.stringify(await server.json("/api/v1/series/market.hashprice_usd_per_ph_day?points=10").catch(() => null))), 60_000);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

test("mining operations spot what is dark", async () => {
  const { context, page, complaints } = await open(browser, desktop, server, "Mining operations");
  await page.goto(`${server.url}/mining`);
  await ready(page);
  assert.match(await page.textContent("#fleet-kpis"), /Effective hashrate[\s\S]*of expected[\s\S]*Workers online/);
  assert.ok((await page.locator("#pools tbody tr").count()) > 1, "accounts in the table");
  await page.locator("#rail, nav").getByRole("link", { name: "Pools" }).first().click();
  await ready(page);
  assert.match(await page.textContent("#pools-now .lede"), /The pools count .*EH\/s.*workers? (is|are) dark, which costs \$[\d,.]+ an hour/s);
  assert.match(await page.textContent("#pool-reading"), /workers on \d+ pages?, read in .*, every \d+ minutes/s);
  const first = page.locator("#pool-dark tbody tr").first();
  const [place, dark] = [await first.locator("th").innerText(), Number((await first.locator("td").first().innerText()).replace(/,/g, ""))];
  const row = (await file("/data/pool-dark.csv")).split("\n").find((line) => line.startsWith(place.replace(", ", ",")));
  assert.ok(row && dark > 0, `${place}: ${row}`);
  await first.getByRole("link").click();
  await ready(page);
  assert.match(page.url(), /workers\?state=offline&site=\d+/);
  assert.ok((await page.locator("#pool-workers tbody tr").count()) > 0);
  await page.locator("#pool-workers tbody th a").first().click();
  await ready(page);
  assert.match(await page.textContent(".lede"), /Offline at .* since .*; it stands at /);
  assert.ok((await page.locator("#worker-days tbody tr").count()) > 0, "its days");
  assert.deepEqual(await violations(page), []);
  await page.getByRole("link", { name: /^Machine / }).click();
  await ready(page);
  assert.match(await page.textContent("main"), /Its life/);
  assert.deepEqual(complaints, []);
  await context.close();
});

for (const [name, options] of [["a phone in the dark", { ...phone, colorScheme: "dark" }], ["a desktop in the dark", { ...desktop, colorScheme: "dark" }]]) {
  test(`the pools and their workers can be read on ${name}`, async () => {
    const { context, page, complaints } = await open(browser, options, server, "Mining operations");
    for (const path of ["/mining/pools", "/mining/pools?window=7d", "/mining/pools/workers?state=offline", "/mining"]) {
      await page.goto(server.url + path);
      await ready(page);
      assert.deepEqual(await violations(page), [], path);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(over <= 0, `${path}: ${over} px too wide`);
    }
    assert.deepEqual(complaints, []);
    await context.close();
  });
}
