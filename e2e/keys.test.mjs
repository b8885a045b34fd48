// Keyboard, touch and theme.
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

test("g and a letter open pages, ? lists the keys, esc closes", async () => {
  const { context, page, complaints } = await open(browser, desktop, server);
  await page.goto(server.url);
  await ready(page);
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await page.waitForURL("**/mining");
  await ready(page);
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.waitForURL("**/admin/sources");
  await ready(page);
  await page.keyboard.press("?");
  await page.waitForSelector("dialog[open]");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog[open]", { state: "detached" }).catch(() => {});
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("the crosshair follows pointer, keys and touch", async () => {
  const { context, page } = await open(browser, desktop, server);
  await page.goto(`${server.url}/mining`);
  await ready(page);
  const plot = page.locator('[data-chart="prices"] [data-plot]').first();
  const strip = () => page.locator('[data-chart="prices"] [data-strip]').first().textContent();
  await plot.hover({ position: { x: 200, y: 100 } });
  const pointed = await until("values in the strip", strip);
  assert.match(pointed, /\$|\d/);
  await page.locator('[data-chart="prices"] [tabindex="0"]').first().focus();
  await page.keyboard.press("Home");
  const first = await strip();
  let before = first;
  for (let step = 1; step <= 20; step++) {
    await page.keyboard.press("ArrowRight");
    const now = await strip();
    assert.notEqual(now, before, `step ${step} leads on`);
    before = now;
  }
  await page.keyboard.press("End");
  assert.notEqual(await strip(), first);
  await context.close();

  const touch = await open(browser, phone, server);
  await touch.page.goto(`${server.url}/mining`);
  await ready(touch.page);
  await touch.page.locator('[data-chart="prices"] [data-plot]').first().tap({ position: { x: 150, y: 80 } });
  await until("values in the strip after a tap", () => touch.page.locator('[data-chart="prices"] [data-strip]').first().textContent());
  await touch.context.close();
});

test("the theme is the reader's choice, kept without script", async () => {
  const { context, page } = await open(browser, { ...desktop, javaScriptEnabled: false, colorScheme: "light" }, server);
  await page.goto(server.url);
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.locator('form[action="/theme"] button[value="dark"]').first().click();
  await page.waitForURL(server.url + "/");
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  assert.notEqual(await paper(), light);
  await page.reload();
  assert.equal(await page.getAttribute("html", "data-theme"), "dark");
  await context.close();
});

test("an address that is not there says so in the shell", async () => {
  const { context, page } = await open(browser, desktop, server);
  const res = await page.goto(`${server.url}/nowhere`);
  assert.equal(res.status(), 404);
  assert.equal(await page.locator("h1").count(), 1);
  assert.ok(await page.locator("nav.rail a").count());
  await context.close();
});

test("asking for a run of a job leaves a run", async () => {
  const { context, page } = await open(browser, desktop, server, "Administrator");
  await page.goto(`${server.url}/admin/sources`);
  await ready(page);
  const form = page.locator('form[action^="/admin/jobs/"]').first();
  await form.locator("button").click();
  await page.waitForURL("**/admin/sources?asked=*");
  assert.match(await page.textContent("main"), /asked for/);
  await context.close();
});

test("/ finds a page by its name, with and without the mouse", async () => {
  const { context, page, complaints } = await open(browser, desktop, server, "Finance");
  await page.goto(server.url);
  await ready(page);
  await page.keyboard.press("/");
  await page.waitForSelector("dialog#palette:popover-open, dialog#palette[open]");
  await page.keyboard.type("sheet bal");
  assert.equal(await page.locator("dialog#palette li:visible").count(), 1);
  assert.deepEqual(await violations(page), []);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/finance/balance-sheet");
  await ready(page);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("people");
  await page.getByText("No page of that name.").waitFor();
  await page.keyboard.press("Escape");
  assert.deepEqual(complaints, []);
  await context.close();
});
