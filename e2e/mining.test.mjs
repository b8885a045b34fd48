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

test("on a phone a shift sees its site: what should be on, what is on, the next change", async () => {
  const { context, page, complaints } = await open(browser, { ...phone, colorScheme: "dark" }, server, "Mining operations");
  await page.goto(`${server.url}/mining/sites`);
  await ready(page);
  await page.getByRole("row", { name: /Hallam/ }).getByRole("link", { name: "Today" }).click();
  await ready(page);
  assert.match(await page.textContent("h1"), /Hallam today/);
  assert.match(await page.textContent("#today-now .lede"), /should run/);
  for (const label of ["Should be on", "Hashing now", "Next change", "Margin of this hour"]) {
    assert.equal(await page.getByText(label, { exact: true }).count(), 1, label);
  }
  assert.ok((await page.locator("#site-hours tbody tr").count()) > 1, "hours to come are known");
  assert.match(await page.textContent("#site-hours"), /C[SD]T/);
  assert.deepEqual(await violations(page), []);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${over} px too wide`);
  await page.goto(`${server.url}/mining/sites/4/today`);
  await ready(page);
  await until("what the machines of Saguenay say", async () => /\d\s*machines/.test(await page.textContent("#today-now")), 90_000);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("what was off is logged, with what it brought; a file of prices names its bad cell", async () => {
  const { context, page, complaints } = await open(browser, desktop, server, "Mining operations");
  await until("prices of power of the last days", async () => {
    await page.goto(`${server.url}/mining/curtailment`);
    await ready(page);
    return /the rule would have made/.test(await page.textContent(".lede"));
  }, 120_000);
  await page.getByRole("link", { name: /Log curtailment/ }).click();
  await ready(page);
  const at = (hours) => new Date(Date.now() - hours * 3_600_000).toISOString().slice(0, 14) + "00:00Z";
  await page.getByLabel("Site").selectOption({ label: "Hallam" });
  await page.getByLabel("From", { exact: true }).fill(at(5));
  await page.getByLabel("To", { exact: true }).fill(at(6));
  await page.getByLabel("Power off, MW").fill("40");
  await page.getByLabel("Hashrate off, PH/s").fill("2100");
  await page.getByRole("button", { name: "Save curtailment" }).or(page.getByRole("button", { name: "Add curtailment" })).click();
  await page.getByText("This is not after the beginning.").waitFor();
  assert.equal(await page.getByLabel("Power off, MW").inputValue(), "40");
  await page.getByLabel("To", { exact: true }).fill(at(3));
  await page.getByRole("button", { name: "Save curtailment" }).or(page.getByRole("button", { name: "Add curtailment" })).click();
  await page.getByText("Saved.").waitFor();
  assert.match(await page.textContent("main"), /Not drawn\s*80\.0 MWh/);
  await page.goto(`${server.url}/mining/curtailment?period=7d`);
  await ready(page);
  await page.getByRole("row", { name: /Hallam.*40\.0/ }).first().waitFor();

  await page.goto(`${server.url}/mining/power/prices`);
  await ready(page);
  await page.getByLabel(/^Point/).fill("PJM WESTERN");
  const file = (text) => page.getByLabel("CSV or XLSX").setInputFiles({ name: "prices.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await file("time_utc,price_usd_per_mwh\n2026-03-10T14:00:00Z,31.25\n2026-03-10T15:00:00Z,free\n");
  await page.getByRole("button", { name: "Import" }).click();
  await page.getByText("free").first().waitFor();
  assert.equal(await page.getByLabel(/^Point/).inputValue(), "PJM WESTERN");
  await file("time_utc,price_usd_per_mwh\n2026-03-10T14:00:00Z,31.25\n2026-03-10T15:00:00Z,-4.10\n");
  await page.getByRole("button", { name: "Import" }).click();
  await page.getByRole("row", { name: /PJM WESTERN/ }).waitFor();
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(complaints.filter((c) => !/422/.test(c)), []);
  await context.close();
});
