// Runs the browser journeys: finds or installs Chromium, starts the built
// server on a data folder of its own, runs every e2e/*.test.mjs, stops it.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import process from "node:process";

const candidates = [
  process.env.SWITCHYARD_TEST_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

function chromium() {
  return candidates.find((path) => path && existsSync(path));
}

function install() {
  if (process.platform !== "linux" || process.getuid() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  console.log("e2e: installing Chromium from Debian's packages");
  spawnSync("apt-get", ["update", "-q"], { stdio: "ignore" });
  spawnSync("apt-get", ["install", "-qy", "--no-install-recommends", "chromium", "fonts-dejavu-core"], {
    stdio: "ignore",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

if (!chromium()) install();
const browser = chromium();
if (!browser) {
  console.error(
    "e2e: no Chromium here. Install the package chromium (or Google Chrome), or set SWITCHYARD_TEST_CHROMIUM to its path.",
  );
  process.exit(1);
}

const only = process.argv.slice(2);
const files = (await readdir("e2e"))
  .filter((f) => f.endsWith(".test.mjs") && (only.length === 0 || only.some((o) => f.includes(o))))
  .map((f) => `e2e/${f}`);
// One file at a time: each starts its own server, and the machine may be small.
// The time is that of a whole file, and only ends what hangs.
const child = spawn(process.execPath, ["--test", "--test-concurrency=1", "--test-timeout=900000", ...files], {
  stdio: "inherit",
  env: { ...process.env, SWITCHYARD_TEST_CHROMIUM: browser },
});
child.on("exit", (code) => process.exit(code ?? 1));
