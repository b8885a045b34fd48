// An operator's morning: what should run, what a price does to it, what is known
// of it on a phone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, desktop, launch, open, phone, ready, until, violations } from "./harness.mjs";

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  await until("the first hashprice", async () => {
    const data = await server.json("/api/v1/series/market.hashprice_usd_per_ph_day?points=600").catch(() => null);
    return data && data.points.length >= 2;
  }, 90_000);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

const steps = (page, state) => page.locator(`#merit-order .step.${state}`).count();

test("the hashprice moves the merit order without a reload, and a typed power price puts a site under water", async () => {
  const { context, page, complaints } = await open(browser, desktop, server, "Mining operations");
  await page.goto(`${server.url}/mining/merit-order`);
  await ready(page);
  assert.deepEqual(await violations(page), []);
  assert.match(await page.textContent("#merit-lead .lede"), /leaves \d+ of \d+ MW above water/);
  const price = () => page.textContent("#merit-order [data-merit-price]");
  const first = await price();
  await until("a new hashprice on the line", async () => (await price()) !== first, 30_000);
  assert.ok(await page.locator("#merit-order [data-merit-line]").getAttribute("transform"), "the line has moved");
  const all = await page.locator("#merit-order .step").count();
  assert.ok(all > 14, `${all} steps`);
  const below = await steps(page, "under");
  assert.ok(below < all, "some of the fleet pays");

  const other = await context.newPage();
  await other.goto(`${server.url}/mining/power`);
  await ready(other);
  await other.getByRole("link", { name: "Tamarack" }).click();
  await ready(other);
  await other.getByLabel("Price, $ per MWh").fill("900");
  await other.getByRole("button", { name: "Save power contract" }).click();
  await other.getByText("Saved.").waitFor();
  await until("Tamarack under water on the open page", async () => (await steps(page, "under")) > below, 20_000);
  await page.goto(`${server.url}/mining`);
  await ready(page);
  assert.match(await page.locator("#site-power tr", { hasText: "Tamarack" }).first().textContent(), /tariff 0\.0/);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("on a phone the merit order and the economics can be read, and a path be stated", async () => {
  const { context, page, complaints } = await open(browser, { ...phone, colorScheme: "dark" }, server, "Mining operations");
  await page.goto(`${server.url}/mining/economics`);
  await ready(page);
  await page.getByLabel("Difficulty, % each two weeks").fill("60");
  await page.getByRole("button", { name: "Follow the path" }).click();
  await page.getByText("Between −50 and 50 %.").waitFor();
  assert.equal(await page.getByLabel("Difficulty, % each two weeks").inputValue(), "60");
  await page.getByLabel("Difficulty, % each two weeks").fill("-2");
  await page.getByLabel("Stretches of two weeks").fill("3");
  await page.getByRole("button", { name: "Follow the path" }).click();
  await page.getByText("3 stretches of two weeks; difficulty −2.0% each").waitFor();
  assert.deepEqual(await violations(page), []);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${over} px too wide`);
  assert.deepEqual(complaints.filter((c) => !/422/.test(c)), []);
  await context.close();
});
