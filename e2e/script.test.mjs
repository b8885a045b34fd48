// Script in every text field is text: it is stored, shown, and does not run.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server, desktop, launch, open, ready } from "./harness.mjs";

let server, browser;
const script = `"><img src=x onerror="window.ran=1"><script>window.ran=1</script>{{7*7}}`;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});

after(async () => {
  await browser?.close();
  await server?.close();
});

const forms = {
  "Mining operations": [["/mining/sites/new", "/mining/sites"], ["/mining/fleet/classes/new", "/mining/fleet/classes"], ["/admin/alerts/rules/new", "/admin/alerts"]],
  "Business development": [["/ai/customers/new", "/ai/customers"]],
  Finance: [["/finance/accounts/new", "/finance/balance-sheet"], ["/share", "/share"]],
  Administrator: [["/admin/people/new", "/admin/people"], ["/admin/settings", "/admin/sources"], ["/admin/alerts/channels/new", "/admin/alerts"]],
};

for (const [name, list] of Object.entries(forms)) {
  test(`script that ${name} types stays text`, async () => {
    const { context, page, complaints } = await open(browser, desktop, server, name);
    for (const [form, shown] of list) {
      await page.goto(server.url + form);
      await ready(page);
      // First as it is, in every text field; then where other fields stand as they
      // were, so that it is stored wherever it can be.
      for (const only of [false, true]) {
        const fields = page.locator("main form.form input[type=text], main form.form textarea");
        for (let i = 0; i < (await fields.count()); i++) {
          const id = await fields.nth(i).getAttribute("id");
          const mode = await fields.nth(i).getAttribute("inputmode");
          if (only && (mode === "decimal" || /zone|country|address/.test(id))) continue;
          await fields.nth(i).fill(only ? script.slice(0, 60) : script);
        }
        await page.locator("main form.form button[type=submit]").first().click();
        await page.waitForLoadState();
        assert.equal(await page.evaluate(() => window.ran), undefined, `${form}, ${only}`);
        if (!only) await page.goto(server.url + form);
      }
      await page.goto(server.url + shown);
      await ready(page);
      assert.equal(await page.evaluate(() => window.ran), undefined, shown);
      assert.equal(await page.locator("main img[src=x]").count(), 0, shown);
    }
    assert.deepEqual(complaints.filter((c) => !/422/.test(c)), []);
    await context.close();
  });
}
