// The open browser of the benchmark BenchmarkTickToMeritOrder: it follows the
// merit order of the server in BENCH_URL as whom BENCH_COOKIE signs in. For each
// new hashprice it writes a line, once the browser has drawn it, with the price
// and how many steps are under water. It ends with its standard input.
import process from "node:process";
import { desktop, launch, open, ready } from "./harness.mjs";

const server = { url: process.env.BENCH_URL, cookie: async () => process.env.BENCH_COOKIE };
const browser = await launch();
const { page } = await open(browser, desktop, server);
await page.exposeFunction("drawn", (line) => console.log(line));
await page.goto(`${server.url}/mining/merit-order`);
await ready(page);
await page.evaluate(() => {
  const figure = document.querySelector("#merit-order");
  let told = "";
  const look = () => {
    const line = `${figure.querySelector("[data-merit-price]")?.textContent} ${figure.querySelectorAll(".step.under").length}`;
    if (line === told) return;
    told = line;
    // What changes now is drawn in the next frame, which is over when the one
    // after it begins.
    requestAnimationFrame(() => requestAnimationFrame(() => window.drawn(line)));
  };
  new MutationObserver(look).observe(figure, { subtree: true, childList: true, attributeFilter: ["class"] });
  look();
});
process.stdin.resume();
process.stdin.on("end", () => browser.close());
