// Each persona at their desk: what they do, what they may not see, and that
// every page of theirs is accessible and quiet.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, desktop, launch, open, phone, ready, until, violations } from "./harness.mjs";

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

const desks = {
  Executive: ["/", "/fork", "/mining", "/mining/pools", "/mining/pools/workers", "/mining/merit-order", "/mining/economics", "/mining/power", "/mining/power/1", "/mining/power/prices", "/mining/sites", "/mining/fleet", "/mining/fleet/classes", "/mining/uptime", "/mining/curtailment", "/mining/pools/1", "/mining/pools/2/payouts", "/mining/monthly", "/ai/contracts", "/ai/customers", "/finance/runway", "/finance/balance-sheet", "/admin/sources", "/share", "/admin/alerts", "/account"],
  "Mining operations": ["/", "/mining", "/mining/pools", "/mining/pools?window=7d", "/mining/pools/workers", "/mining/pools/workers?state=offline", "/mining/sites", "/mining/sites/new", "/mining/sites/1", "/mining/sites/1/today", "/mining/merit-order", "/mining/economics", "/mining/power", "/mining/power/new", "/mining/power/1", "/mining/power/prices", "/mining/fleet", "/mining/fleet/classes", "/mining/fleet/import", "/mining/fleet/DEMO-H01-00001", "/mining/uptime", "/mining/uptime?period=2y", "/mining/curtailment", "/mining/curtailment/new", "/mining/pools/new", "/mining/pools/3", "/mining/pools/2/payouts", "/mining/pools/3/payouts", "/mining/pools/5/payouts", "/mining/monthly", "/mining/monthly/new", "/mining/assumptions", "/admin/alerts", "/admin/alerts/rules/new", "/account"],
  "Business development": ["/", "/ai/contracts", "/ai/customers", "/ai/customers/new", "/ai/customers/1", "/admin/alerts", "/account"],
  Finance: ["/", "/finance/runway", "/finance/balance-sheet", "/finance/accounts/new", "/finance/accounts/1", "/share", "/admin/alerts", "/account"],
  Administrator: ["/", "/admin/sources", "/admin/people", "/admin/people/new", "/admin/people/1", "/admin/audit", "/admin/settings", "/admin/alerts/channels/new", "/share", "/admin/alerts", "/account"],
};

test("the demo's sign-in page has a desk for each role, and leads to it", async () => {
  const { context, page, complaints } = await open(browser, desktop);
  await page.goto(`${server.url}/finance/runway`);
  await page.waitForURL("**/sign-in?next=*");
  assert.deepEqual(await violations(page), []);
  for (const name of Object.keys(desks)) assert.equal(await page.getByRole("button", { name, exact: true }).count(), 1, name);
  await page.getByRole("button", { name: "Finance", exact: true }).click();
  await page.waitForURL("**/finance/runway");
  await ready(page);
  assert.match(await page.textContent("nav.rail .foot"), /Finance/);
  await page.getByRole("button", { name: "Sign out" }).first().click();
  await page.waitForURL("**/sign-in");
  assert.deepEqual(complaints, []);
  await context.close();
});

for (const [name, paths] of Object.entries(desks)) {
  for (const [device, options] of [["a desktop in light", { ...desktop, colorScheme: "light" }], ["a phone in dark", { ...phone, colorScheme: "dark" }]]) {
    test(`${name} on ${device}: every page opens, is accessible and quiet, and leads nowhere forbidden`, async () => {
      const { context, page, complaints } = await open(browser, options, server, name);
      const followed = new Set();
      for (const path of paths) {
        const res = await page.goto(server.url + path);
        assert.equal(res.status(), 200, path);
        await ready(page);
        assert.deepEqual(await violations(page), [], path);
        const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(over <= 0, `${path} is ${over} px too wide`);
        if (options.isMobile) continue; // its links are those of a desktop
        const links = await page.locator("a[href^='/']").evaluateAll((list) => list.map((a) => new URL(a.href)).map((u) => ({ path: u.pathname, whole: u.pathname + u.search })));
        for (const { path: linked, whole } of links) {
          const like = linked.replace(/\d[\w-]*|DEMO-[\w-]+/g, "N"); // one of the days, machines or accounts of a list stands for all
          if (followed.has(like)) continue;
          followed.add(like);
          assert.equal((await page.request.get(server.url + whole)).status(), 200, `${path} links to ${whole}`);
        }
      }
      assert.deepEqual(complaints, []);
      await context.close();
    });
  }
}

test("a site that is added stands on the executive's overview without a reload", async () => {
  const watcher = await open(browser, desktop, server, "Executive");
  await watcher.page.goto(server.url);
  await ready(watcher.page);
  const count = () => watcher.page.locator("#units tr", { hasText: "Sites" }).locator("td.r").first().textContent();
  assert.equal((await count()).trim(), "4");
  const { context, page } = await open(browser, desktop, server, "Mining operations");
  await page.goto(`${server.url}/mining/sites`);
  await ready(page);
  await page.keyboard.press("n");
  await page.waitForURL("**/mining/sites/new");
  await page.getByLabel("Name", { exact: true }).fill("Brightwater");
  await page.getByLabel("Time zone").fill("Nowhere/Nothing");
  await page.getByLabel("Interconnect, MW").fill("20");
  await page.getByRole("button", { name: "Add site" }).click();
  await page.getByText("not a name of the time zone database").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Brightwater");
  await page.getByLabel("Time zone").fill("America/Denver");
  await page.getByRole("button", { name: "Add site" }).click();
  await page.getByText("Saved.").waitFor();
  await until("the headline", async () => (await count()).trim() === "5");
  await context.close();
  await watcher.context.close();
});

test("whoever is deactivated loses the open page at once", async () => {
  const victim = await open(browser, desktop, server, "Business development");
  await victim.page.goto(`${server.url}/ai/customers`);
  await ready(victim.page);
  const { context, page } = await open(browser, desktop, server, "Administrator");
  await page.goto(`${server.url}/admin/people`);
  await page.getByRole("link", { name: "K. Maddox" }).click();
  await page.getByRole("button", { name: /^Deactivate/ }).click();
  await page.getByText("Saved.").waitFor();
  await victim.page.waitForURL("**/sign-in?next=*", { timeout: 10_000 });
  await page.getByRole("button", { name: /^Reactivate/ }).click();
  await page.getByText("Saved.").waitFor();
  server.sessions.delete("Business development");
  await context.close();
  await victim.context.close();
});

test("a page that is not permitted says whose it is", async () => {
  const { context, page } = await open(browser, desktop, server, "Mining operations");
  const res = await page.goto(`${server.url}/finance/balance-sheet`);
  assert.equal(res.status(), 403);
  assert.match(await page.textContent("main"), /signed in as Mining operations\. This is for Executive and Finance/);
  assert.deepEqual(await violations(page), []);
  await context.close();
});
