// A file of units on a phone and a desktop: what is wrong is named, what is
// right is taken once, and a unit is moved by its page.
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

const file = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

for (const [device, options, serial] of [["a desktop", desktop, "NEW-0001"], ["a phone", phone, "NEW-0002"]]) {
  test(`mining operations import a file and move a unit on ${device}`, async () => {
    const { context, page } = await open(browser, options, server, "Mining operations");
    await page.goto(`${server.url}/mining/fleet/import`);
    await page.setInputFiles("#f-file", file("hall.csv", `serial,class,site,state\n${serial},Antminer S12,Halam,runing\n`));
    await page.getByRole("button", { name: "Look at the file" }).click();
    await page.getByRole("heading", { name: "3 cells of hall.csv cannot be imported" }).waitFor();
    for (const likely of ["Antminer S21", "Hallam", "running"]) assert.ok((await page.textContent("#preview")).includes(likely), likely);
    assert.deepEqual(await violations(page), []);

    await page.setInputFiles("#f-file", file("hall.csv", `serial,class,site,state\n${serial},Antminer S21,Hallam,running\n`));
    await page.getByRole("button", { name: "Look at the file" }).click();
    await page.getByRole("heading", { name: "What hall.csv would do" }).waitFor();
    assert.deepEqual(await violations(page), []);
    await page.getByRole("button", { name: "Import hall.csv" }).click();
    await page.getByText("is imported: 1 added, 0 changed, 0 unchanged.").waitFor();

    await page.goto(`${server.url}/mining/fleet?q=${serial.toLowerCase()}`);
    await page.getByRole("link", { name: serial }).click();
    await ready(page);
    await page.selectOption("#f-state", "repair");
    await page.fill("#f-why", "fan replaced");
    await page.getByRole("button", { name: "Move unit" }).click();
    await page.getByRole("cell", { name: "running to repair" }).waitFor();
    assert.ok((await page.textContent("main")).includes("fan replaced"));
    await context.close();
  });
}
