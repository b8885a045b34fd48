// A rule that fires is told on every page of those who may read its room, and is
// taken on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, desktop, launch, open, ready, until, violations } from "./harness.mjs";

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  await until("the first prices", async () => {
    const data = await server.json("/api/v1/series/market.btc_usd?points=600").catch(() => null);
    return data && data.points.length >= 2;
  }, 90_000);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

test("a rule fires, its alert stands beside the navigation without a reload, and somebody takes it on", async () => {
  const { context, page, complaints } = await open(browser, desktop, server, "Business development");
  await page.goto(`${server.url}/admin/alerts`);
  await ready(page);
  await page.keyboard.press("n");
  await page.waitForURL("**/admin/alerts/rules/new");
  await page.getByLabel("Name").fill("Bitcoin is above a dollar");
  await page.getByLabel("Tells when it is").selectOption("above");
  await page.getByLabel("Limit").fill("1");
  await page.getByLabel("Over at").fill("1");
  await page.getByRole("button", { name: "Add rule" }).click();
  await page.waitForURL("**/admin/alerts/rules/1?saved=1");
  assert.deepEqual(await violations(page), []);
  const watcher = await open(browser, desktop, server, "Finance");
  await watcher.page.goto(server.url);
  await ready(watcher.page);
  await until("the alert beside the navigation", async () => (await watcher.page.locator("nav.rail .waiting").textContent()) === "1", 40_000);
  await page.goto(`${server.url}/admin/alerts`);
  await ready(page);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Take on Bitcoin is above a dollar" }).click();
  await page.getByText("Taken on by").waitFor();
  await until("nothing waits any more", async () => (await watcher.page.locator("nav.rail .waiting").textContent()) === "", 20_000);
  assert.deepEqual(complaints, []);
  assert.deepEqual(watcher.complaints, []);
  await watcher.context.close();
  await context.close();
});
