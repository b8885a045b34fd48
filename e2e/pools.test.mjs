// Spot the pool that paid short, open the evidence, tell the pool, export the
// dispute, and replace the key of its account.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Server, desktop, launch, open, phone, ready, until, violations } from "./harness.mjs";

const desk = "Mining operations";
const path = { harbour: "/mining/pools/1", anvil: "/mining/pools/2", longshore: "/mining/pools/3", openshare: "/mining/pools/4", house: "/mining/pools/5" };
const names = { harbour: "Harbour Pool", anvil: "Anvil", longshore: "Longshore", openshare: "Openshare", house: "House node" };

let server, browser;

// text is a page as somebody of the desk reads it, without a browser.
async function text(address) {
  const res = await fetch(server.url + address, { headers: { cookie: await server.cookie(desk) } });
  return res.text();
}

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  const judged = (page) => page.includes("8.0% short on") && !page.includes("cannot be judged");
  await until("all days of Anvil judged", async () => judged(await text(`${path.anvil}/payouts`)), 240_000);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

test("each account of the demo has a page that says how it stands", async () => {
  for (const [key, name] of Object.entries(names)) {
    const page = await text(path[key]);
    assert.ok(page.includes(`<h1>${name}</h1>`), name);
    assert.ok(!page.includes("demo-key-of") && !page.includes("demo-secret-of"), `${name} shows its key`);
  }
});

test("spot the pool, open the evidence, export the dispute, rotate the key", async () => {
  const { context, page, complaints } = await open(browser, desktop, server, desk);
  await page.goto(`${server.url}${path.anvil}/payouts`);
  await ready(page);
  const lede = (await page.textContent(".lede")).replace(/\s+/g, " ").trim(); // numbers and units stand apart by a space that does not break
  assert.match(lede, /^Anvil credited [\d.,]+ BTC of [\d.,]+ due in \d+ days?; it paid 8\.0% short on \d+ \w+, 0\.\d{4} BTC\.$/);
  const short = page.locator("#pool-days tbody tr", { hasText: "Short" });
  assert.equal(await short.count(), 1);
  assert.match(await short.textContent(), /−8\.00/);
  await short.getByRole("link").click();
  await page.waitForURL("**/days/*");
  await ready(page);
  assert.match(await page.textContent(".lede"), /Foundry USA credited 8\.0% short/);
  assert.match(await page.textContent("#pool-dispute"), /M7: gross × \(1 − fee\)/);
  assert.deepEqual(await violations(page), []);

  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Dispute file, CSV" }).click()]);
  const file = await readFile(await download.path(), "utf8");
  const gap = Number(file.match(/^gap,(-\d+),sat,/m)[1]);
  const due = Number(file.match(/^due,(\d+),sat,/m)[1]);
  assert.ok(Math.abs(gap / due + 0.08) < 0.0005, `${gap} of ${due}`);
  assert.match(file, /^verdict,short,/m);

  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator(".print-only", { hasText: "Foundry USA, northvale-east" }).isVisible());
  assert.ok(!(await page.getByRole("button", { name: "Save remark" }).isVisible()));
  await page.emulateMedia({ media: "screen" });

  await page.getByLabel("Disputed").check();
  await page.getByRole("button", { name: "Save remark" }).click();
  await page.getByText("This is needed.").waitFor(); // the reason
  assert.ok(await page.getByLabel("Disputed").isChecked());
  await page.getByLabel("Reason").fill("ticket 4711");
  await page.getByRole("button", { name: "Save remark" }).click();
  await page.waitForURL("**/days/*?saved=1");
  assert.match(await page.textContent(".lede"), /the pool was asked about it/);

  await page.goto(`${server.url}${path.anvil}`);
  await ready(page);
  await page.getByLabel("API key").fill("canary-of-the-journey");
  await page.getByRole("button", { name: "Replace the key" }).click();
  await page.waitForURL("**/pools/2?saved=1");
  assert.match(await page.textContent("#pool-standing"), /by J\. Okonjo, sealed under the key made from the server's secret/);
  assert.ok(!(await page.content()).includes("canary-of-the-journey"));
  assert.deepEqual(complaints.filter((c) => !c.includes("422")), []);
  await context.close();
});

test("an executive reads all of it, and is offered no form", async () => {
  const { context, page } = await open(browser, desktop, server);
  for (const address of [path.longshore, `${path.longshore}/payouts`]) {
    await page.goto(server.url + address);
    await ready(page);
    assert.equal(await page.locator('main form[method="post"]').count(), 0, address);
  }
  assert.match(await page.textContent("#pool-days"), /apportioned by time/); // its day begins at 16:00 UTC
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`payouts can be read by everybody on a phone, ${colorScheme}`, async () => {
    const { context, page } = await open(browser, { ...phone, colorScheme }, server, desk);
    for (const address of [`${path.anvil}/payouts`, `${path.openshare}/payouts`, path.house]) {
      await page.goto(server.url + address);
      await ready(page);
      assert.deepEqual(await violations(page), [], address);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `${address} is wider than the phone`);
    }
    await context.close();
  });
}
