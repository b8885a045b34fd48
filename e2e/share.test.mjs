// A link for somebody outside the company: made, opened, read, revoked.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, desktop, launch, open, phone, ready, violations } from "./harness.mjs";

let server, browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

test("an executive shares two pages; the recipient reads those alone, marked, until the link is revoked", async () => {
  const desk = await open(browser, desktop, server, "Executive");
  await desk.page.goto(`${server.url}/share`);
  await ready(desk.page);
  assert.deepEqual(await violations(desk.page), []);
  await desk.page.getByLabel("Recipient").fill("Ada Audit, Ledger & Sons");
  await desk.page.getByRole("checkbox", { name: "Overview" }).check();
  await desk.page.getByRole("checkbox", { name: "Mining unit, Sites" }).check();
  await desk.page.getByRole("button", { name: "Make link" }).click();
  const link = await desk.page.locator("code.wrap").textContent();
  assert.ok(link.startsWith(`${server.url}/share/swh_`), link);

  const { context, page, complaints } = await open(browser, { ...phone, colorScheme: "dark" });
  await page.goto(link);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: "Open the pages" }).click();
  await page.waitForURL(`${server.url}/`);
  const followed = new Set();
  for (const path of ["/", "/mining/sites", "/mining/sites/1", "/data/sites"]) {
    await page.goto(server.url + path);
    await ready(page);
    assert.match(await page.textContent(".sharebar"), /Shared with Ada Audit, Ledger & Sons by /, path);
    assert.deepEqual(await violations(page), [], path);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(over <= 0, `${path} is ${over} px too wide`);
    const links = await page.locator("a[href^='/']").evaluateAll((list) => list.map((a) => new URL(a.href).pathname));
    for (const to of links.filter((l) => !followed.has(l))) {
      followed.add(to);
      assert.equal((await page.request.get(server.url + to)).status(), 200, `${path} links to ${to}`);
    }
  }
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator(".sharefoot").isVisible(), "paper carries the recipient");
  await page.emulateMedia({ media: "screen" });
  assert.equal((await page.request.get(`${server.url}/fork`)).status(), 403);
  assert.equal((await page.request.get(`${server.url}/data/sites.csv`)).status(), 403);
  assert.deepEqual(complaints, []);

  await desk.page.goto(`${server.url}/share`);
  await desk.page.getByRole("button", { name: "Revoke" }).click();
  await page.getByText("Link has ended").first().waitFor({ timeout: 10_000 });
  await context.close();
  await desk.context.close();
});
