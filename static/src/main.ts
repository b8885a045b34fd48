// Joins the page to its live feed. Every part below does one thing; here they
// meet.
import { mount } from "./chart/chart";
import { Clock } from "./clock";
import { Feed } from "./feed";
import { Flasher } from "./flash";
import { Marks } from "./fresh";
import { Keys, dataLink, isTyping, readPages } from "./keys";
import { Live, type LiveEvent, type Socket, type State } from "./live";
import { crossed, followHashprice } from "./merit";
import { PauseButtons } from "./pause";
import { Palette } from "./palette";
import { Refetcher, fetchPage } from "./refetch";
import { loadSeries } from "./series";
import { applyTexts, readTopics } from "./texts";
import { showAges } from "./time";

const leaveTime = 500; // a sign-out of this very page is on its way elsewhere
const refetchAgain = 5000; // after a request for points failed
const agesEvery = 15_000;
const hashpriceTopic = "market.hashprice_usd_per_ph_day";

class Page {
  private readonly clock = new Clock(Date.now);
  private readonly feed = new Feed();
  private readonly marks = new Marks(document);
  private readonly flasher = new Flasher(Date.now, (fn, ms) => setTimeout(fn, ms));
  private readonly charts = mount(document, loadSeries);
  private readonly buttons = new PauseButtons(document, () => this.togglePause());
  private readonly refetcher = new Refetcher(fetchPage, () => this.partsReplaced());
  private readonly live: Live | null;
  private heard = 0; // server time of the last event
  private agesAt = 0;

  constructor() {
    this.startClock();
    const address = document.body.dataset.live;
    this.live = address ? this.join(address) : null;
    this.keys();
    this.retryIfStarting();
    this.tick();
    setInterval(() => this.tick(), 1000);
  }

  // startClock sets the clock by the time at which the server made the page;
  // the first event sets it better.
  private startClock(): void {
    const made = document.querySelector<HTMLTimeElement>(".endnote time");
    if (made) this.clock.hear(Date.parse(made.dateTime) + performance.now());
  }

  private join(address: string): Live {
    const live = new Live(new URL(address, location.href).href.replace(/^http/, "ws"), readTopics(document), {
      connect: (url) => new WebSocket(url) as unknown as Socket,
      now: Date.now,
      random: Math.random,
      visible: () => document.visibilityState === "visible",
      setTimeout: (fn, ms) => window.setTimeout(fn, ms),
      clearTimeout: (id) => window.clearTimeout(id),
    }, { event: (e, fresh) => this.event(e, fresh), state: (s) => this.state(s), ended: () => setTimeout(() => location.reload(), leaveTime) });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") live.wake();
    });
    addEventListener("online", () => live.retry());
    addEventListener("offline", () => live.offline());
    queueMicrotask(() => live.start()); // once this.live is set
    return live;
  }

  private event(e: LiveEvent, fresh: boolean): void {
    this.clock.hear(e.t);
    this.heard = Math.max(this.heard, e.t);
    if (fresh) {
      this.renew(e);
      this.flasher.flash(applyTexts(document, e.text ?? {}));
      showAges(document, this.clock.now());
      this.refetcher.moved(e.topic);
      if (e.topic === hashpriceTopic) this.hashprice(e);
    }
    for (const chart of this.charts.values()) {
      if (!chart.has(e.topic)) continue;
      if (fresh && e.points) chart.append(e.topic, e.points);
      if (e.snap) this.refetch(chart);
    }
    this.tick();
  }

  // hashprice moves the merit order, and has what hangs on it fetched again once a
  // step crosses the line.
  private hashprice(e: LiveEvent): void {
    const price = e.points?.at(-1)?.[1];
    if (price !== undefined && followHashprice(document, price)) this.refetcher.moved(crossed);
  }

  // renew takes the time at which a source was last heard: of the newest point;
  // without points, of the event itself, unless it only repeats what was known.
  // A text "<topic>.at" says it outright, for any topic; "<topic>.label" says
  // what was renewed, e.g. "Block 940,513".
  private renew(e: LiveEvent): void {
    const point = e.points?.at(-1)?.[0];
    if (point !== undefined) this.marks.renew(e.topic, point);
    else if (!e.snap) this.marks.renew(e.topic, e.t);
    for (const [id, text] of Object.entries(e.text ?? {})) {
      if (id.endsWith(".at")) this.marks.renew(id.slice(0, -3), Date.parse(text));
      if (id.endsWith(".label")) this.marks.relabel(id.slice(0, -6), text);
    }
  }

  private partsReplaced(): void {
    this.marks.scan();
    this.agesAt = 0;
    this.tick();
  }

  private refetch(chart: { refetch(): Promise<void> }): void {
    chart.refetch().catch(() => setTimeout(() => {
      if (this.live?.state.kind === "live") this.refetch(chart);
    }, refetchAgain));
  }

  // leaveIfSignedOut asks, while the feed cannot be had, whether the session is
  // why: the page then goes to where one signs in.
  private leaveIfSignedOut(): void {
    fetch("/account", { method: "HEAD", redirect: "manual" }).then((res) => {
      if (res.type === "opaqueredirect") location.reload();
    }).catch(() => undefined); // the server is not there either
  }

  private state(s: State): void {
    if (s.kind === "lost" && s.attempt > 1) this.leaveIfSignedOut();
    this.feed.changed(this.onServerTime(s));
    this.buttons.show(s.kind === "paused");
    this.tick();
  }

  // onServerTime moves a state's times from the browser's clock to the server's,
  // so that one page never shows two clocks. A deaf server names its own.
  private onServerTime(s: State): State {
    const shift = this.clock.now() - Date.now();
    if (s.kind === "lost") return { ...s, since: s.since + shift, nextAt: s.nextAt + shift };
    if (s.kind === "paused") return { ...s, since: s.since + shift };
    return s;
  }

  // tick judges everything that ages.
  private tick(): void {
    const now = this.clock.now();
    const s = this.live?.state;
    const up = s?.kind === "live" || (s?.kind === "connecting" && s.first);
    this.marks.show(now, up);
    if (s && !(s.kind === "connecting" && s.first)) this.feed.show(this.onServerTime(s), now, this.heard || now);
    for (const [figure, chart] of this.charts) chart.tick(now, this.marks.stale(figure));
    if (now - this.agesAt >= agesEvery) {
      this.agesAt = now;
      showAges(document, now);
    }
  }

  private togglePause(): void {
    if (this.live?.state.kind === "paused") this.live.resume();
    else this.live?.pause();
  }

  private keys(): void {
    const dialog = document.querySelector<HTMLDialogElement>("dialog#keys");
    const palette = document.querySelector<HTMLDialogElement>("dialog#palette");
    if (palette) new Palette(palette);
    const keys = new Keys(readPages(document), {
      go: (href) => location.assign(href),
      help: () => toggle(dialog),
      search: () => toggle(palette),
      pause: () => this.togglePause(),
      data: () => dataLink(document, document.activeElement)?.click(),
      add: () => document.querySelector<HTMLElement>("[data-new]")?.click(),
      print: () => print(),
    }, Date.now);
    document.addEventListener("keydown", (e) => {
      if (e.defaultPrevented) return;
      if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k") {
        e.preventDefault();
        toggle(palette);
        return;
      }
      if (keys.press(e, isTyping(document.activeElement), document.body.dataset.keys === "off")) e.preventDefault();
    });
    for (const b of dialog?.querySelectorAll("[data-close]") ?? []) b.addEventListener("click", () => dialog?.close());
  }

  // retryIfStarting asks again while the server is still starting.
  private retryIfStarting(): void {
    const seconds = Number(document.querySelector<HTMLElement>("[data-retry-seconds]")?.dataset.retrySeconds);
    if (seconds > 0) setTimeout(() => location.reload(), seconds * 1000);
  }
}

// toggle opens or closes the list of keys. Its button opens the same dialog as
// a popover, which a modal dialog may not be at the same time.
function toggle(dialog: HTMLDialogElement | null): void {
  if (!dialog) return;
  if (dialog.open) return dialog.close();
  if (dialog.matches(":popover-open")) return dialog.hidePopover();
  dialog.showModal();
}

new Page();
