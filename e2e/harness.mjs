// What every journey stands on: a server of its own and a browser that
// remembers whatever went wrong.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

// A Server runs the built binary on its own data folder. It can be stopped
// and started again on the same folder and port.
export class Server {
  static async start(env = {}) {
    const server = new Server();
    server.dir = await mkdtemp(join(tmpdir(), "switchyard-e2e-"));
    server.env = env;
    server.addr = "127.0.0.1:0";
    await server.up();
    return server;
  }

  async up() {
    this.log = "";
    const settings = Object.fromEntries(
      Object.entries(process.env).filter(([k]) => !k.startsWith("SWITCHYARD_")),
    );
    this.child = spawn("bin/switchyard", [], {
      env: { ...settings, SWITCHYARD_DATA_DIR: this.dir, SWITCHYARD_ADDR: this.addr, ...this.env },
    });
    this.exited = new Promise((resolve) => this.child.on("exit", resolve));
    const url = await new Promise((resolve, reject) => {
      let out = "";
      this.child.stdout.on("data", (chunk) => {
        out += chunk;
        const found = out.match(/Switchyard is at (http:\S+)/);
        if (found) resolve(found[1]);
      });
      this.child.stderr.on("data", (chunk) => {
        this.log = (this.log + chunk).slice(-100_000);
      });
      this.exited.then((code) => reject(new Error(`the server ended with ${code}:\n${this.log}`)));
    });
    this.url = url.replace(/\/$/, "");
    this.addr = new URL(url).host;
  }

  async down(signal = "SIGTERM") {
    this.child.kill(signal);
    return this.exited;
  }

  async json(path) {
    const res = await fetch(this.url + path, { headers: { cookie: await this.cookie() } });
    if (!res.ok) throw new Error(`${path}: ${res.status} ${await res.text()}`);
    return res.json();
  }

  // cookie is a session of somebody of the demo, for requests outside a browser;
  // name is the button's on the sign-in page.
  async cookie(name = "Executive") {
    this.sessions ??= new Map();
    if (!this.sessions.has(name)) {
      const page = await (await fetch(`${this.url}/sign-in`)).text();
      const form = page.split("<form").find((text) => text.includes(`>${name}</button>`));
      const res = await fetch(`${this.url}/sign-in/persona`, {
        method: "POST",
        redirect: "manual",
        headers: { origin: this.url, "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ person: form.match(/name="person" value="(\d+)"/)[1] }),
      });
      this.sessions.set(name, res.headers.get("set-cookie").split(";")[0]);
    }
    return this.sessions.get(name);
  }

  async close() {
    if (this.child.exitCode === null) await this.down();
    await rm(this.dir, { recursive: true, force: true });
  }
}

export async function launch() {
  return chromium.launch({
    executablePath: process.env.SWITCHYARD_TEST_CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

export const desktop = { viewport: { width: 1440, height: 900 } };
export const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

// open returns a page and the list of everything the browser complained about:
// console errors, page errors and content policy reports. Where a role is named
// (by its button on the sign-in page) somebody of it is signed in.
export async function open(browser, options = {}, server = null, role = "Executive") {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  if (server) {
    const [name, value] = (await server.cookie(role)).split("=");
    await context.addCookies([{ name, value, url: server.url, httpOnly: true, sameSite: "Lax" }]);
  }
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (m) => m.type() === "error" && complaints.push(`console: ${m.text()}`));
  page.on("pageerror", (e) => complaints.push(`page: ${e.message}`));
  page.on("request", (r) => r.url().endsWith("/csp-report") && complaints.push(`policy: ${r.postData()}`));
  return { context, page, complaints };
}

// ready waits until a page has its live feed.
export async function ready(page) {
  await page.waitForSelector("#feed.live");
}

// violations are what axe finds against WCAG 2.2 AA. Its legacy mode judges in the
// page itself instead of handing all findings to a second one; they differ only for
// frames, and no page has one.
export async function violations(page) {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const result = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).withTags(tags).setLegacyMode().analyze();
  return result.violations.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).join("; ")})`);
}

// until polls check until it returns something true, and returns that.
export async function until(what, check, ms = 30_000) {
  const end = Date.now() + ms;
  for (;;) {
    const got = await check();
    if (got) return got;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
