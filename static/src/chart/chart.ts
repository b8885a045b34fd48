// A live chart: panels on one time axis, mounted over the server's drawing.
import { missing } from "../format";
import { onThemeChange } from "./colours";
import { find, last, moments, nearest, type Point } from "./data";
import type { Event } from "./frame";
import { Input, type Intent } from "./input";
import { Panel, labelRoom, type PanelData, type Place, type View } from "./panel";
import { Strip, lately, when } from "./strip";

interface ChartData {
  from: number;
  to: number;
  stale?: boolean;
  step?: number;
  panels: PanelData[];
  events?: Event[];
}

// Load fetches the points of a series between two times, at most so many.
export type Load = (key: string, from: number, to: number, points: number) => Promise<{ points: Point[]; step: number }>;

// The frame of the server's drawing, in pixels (views/chart/panels.go).
const top = 18;
const foot = 22;
const between = 28;
const under = 6; // room under the upper panel for its lowest label

const points = 480; // asked for over a window, as the page does

export class Chart implements Intent {
  private readonly view: View;
  private readonly span: number; // of the whole range
  private readonly host = document.createElement("div");
  private readonly panels: Panel[];
  private readonly strip: Strip | undefined;
  private zoomed = false;
  private at: number | null = null; // time of the crosshair
  private frame = 0; // a redraw is due
  private asked = 0; // number of the last request for points

  constructor(
    private readonly figure: HTMLElement,
    private readonly load: Load,
    data: ChartData,
    plot: HTMLElement,
  ) {
    this.view = { from: data.from, to: data.to, stale: data.stale ?? false, events: data.events ?? [] };
    this.span = data.to - data.from;
    this.host.className = "cv";
    const height = plot.querySelector("svg")?.clientHeight || 300;
    const width = plot.clientWidth;
    plot.append(this.host);
    plot.classList.add("on");
    const places = layout(height, data.panels.length);
    this.panels = data.panels.map((p, i) => new Panel(this.host, width, p, data.step ?? 0, this.view, places[i]!));
    const strip = figure.querySelector("[data-strip]");
    this.strip = strip ? new Strip(strip, this.panels.map((p) => p.name), () => this.reset()) : undefined;
    this.describe();
    new Input(this.host, () => Math.max(1, this.host.clientWidth - labelRoom), this);
    new ResizeObserver(() => this.resize()).observe(plot);
    onThemeChange(() => this.panels.forEach((p) => p.recolour()));
    void document.fonts.ready.then(() => this.draw());
    this.draw();
  }

  // describe makes the plot something keys can reach and a reader can name.
  private describe(): void {
    const title = this.figure.querySelector("h2")?.textContent ?? "Chart";
    this.host.tabIndex = 0;
    this.host.setAttribute("role", "slider");
    this.host.setAttribute("aria-label", `${title}: values along time`);
    this.host.setAttribute("aria-orientation", "horizontal");
  }

  has(key: string): boolean {
    return this.panels.some((p) => p.key === key);
  }

  // append adds points that have just happened.
  append(key: string, more: Point[]): void {
    const from = this.zoomed ? -Infinity : this.view.from;
    for (const p of this.panels) if (p.key === key) p.line.append(more, from);
    if (!this.zoomed) this.shift(this.newest() - this.view.to);
    this.draw();
  }

  // newest is the time of the last value.
  private newest(): number {
    return Math.max(...this.panels.map((p) => last(p.line.points)?.[0] ?? -Infinity));
  }

  // shift moves the window on, never back.
  private shift(by: number): void {
    if (!(by > 0)) return;
    this.view.to += by;
    this.view.from += by;
  }

  // tick moves the window on and says whether the figure is stale.
  tick(now: number, stale: boolean): void {
    const pixel = this.span / Math.max(1, this.host.clientWidth);
    if (!this.zoomed && now - this.view.to > pixel) {
      this.shift(now - this.view.to);
      this.draw();
    }
    if (stale !== this.view.stale) {
      this.view.stale = stale;
      this.draw();
    }
  }

  // refetch replaces the points of the window, and a window's width on either
  // side of a zoomed one. What cannot be had leaves the old points.
  async refetch(): Promise<void> {
    const asked = ++this.asked;
    const { from, to } = this.view;
    const margin = this.zoomed ? to - from : 0;
    await Promise.all(this.panels.map(async (p) => {
      const newest = last(p.line.points)?.[0] ?? from;
      const got = await this.load(p.key, from - margin, to + margin, this.zoomed ? 3 * points : points);
      if (asked !== this.asked) return; // a later question is on its way
      // What happened while the answer travelled is kept.
      const since = p.line.points.slice(find(p.line.points, Math.max(newest, got.points.at(-1)?.[0] ?? from) + 1));
      p.line.points = got.points;
      p.line.step = got.step;
      p.line.append(since, -Infinity);
    }));
    this.draw();
  }

  private draw(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      for (const p of this.panels) p.show();
      this.cross();
      this.figure.dataset.points = String(this.panels.reduce((n, p) => n + p.line.points.length, 0));
    });
  }

  private resize(): void {
    const width = this.host.clientWidth;
    if (width > 0) this.panels.forEach((p) => p.resize(width));
    this.cross();
  }

  // main is the panel whose points the keys walk along.
  private get main(): Panel | undefined {
    return this.panels.find((p) => last(p.line.points)) ?? this.panels[0];
  }

  private cross(): void {
    const span = this.view.to - this.view.from;
    const seen = this.at !== null && this.at >= this.view.from && this.at <= this.view.to;
    for (const p of this.panels) p.point(seen ? this.at : null);
    const newest = this.newest();
    const readings = this.panels.map((p) => {
      const v = this.at === null ? last(p.line.points)?.[1] : p.line.valueAt(this.at);
      return { name: p.name, value: v == null ? missing : p.value(v) };
    });
    let time = "No values";
    if (this.at !== null) time = when(this.at, span);
    else if (Number.isFinite(newest)) time = `Last ${lately(newest, this.view.to, span)}`;
    const text = this.strip?.show(time, readings, this.zoomed) ?? "";
    this.valueNow(text);
  }

  private valueNow(text: string): void {
    const list = this.main?.line.points ?? [];
    const now = this.at === null ? list.length - 1 : nearest(list, this.at);
    this.host.setAttribute("aria-valuemin", "0");
    this.host.setAttribute("aria-valuemax", String(Math.max(0, list.length - 1)));
    this.host.setAttribute("aria-valuenow", String(Math.max(0, now)));
    this.host.setAttribute("aria-valuetext", text);
  }

  private timeAt(share: number): number {
    return this.view.from + share * (this.view.to - this.view.from);
  }

  point(share: number | null): void {
    this.at = null;
    if (share !== null) {
      const t = this.timeAt(share);
      // The nearest value of either panel: one of them may have a hole here.
      for (const p of this.panels) {
        const near = p.line.points[nearest(p.line.points, t)];
        if (near && (this.at === null || Math.abs(near[0] - t) < Math.abs(this.at - t))) this.at = near[0];
      }
    }
    this.cross();
  }

  step(by: number): void {
    const list = this.inside();
    if (list.length === 0) return;
    const now = this.at === null ? list.length - 1 : nearest(list, this.at);
    const next = this.at === null && by > 0 ? now : Math.min(list.length - 1, Math.max(0, now + by));
    this.at = list[next]![0];
    this.cross();
  }

  edge(end: boolean): void {
    this.at = this.inside().at(end ? -1 : 0)?.[0] ?? null;
    this.cross();
  }

  // inside lists the moments in the window that have a value.
  private inside(): Point[] {
    const list = this.main?.line.points ?? [];
    return moments(list.slice(find(list, this.view.from), find(list, this.view.to + 1)));
  }

  select(a: number, b: number): void {
    const width = this.host.clientWidth - labelRoom;
    for (const p of this.panels) p.select(a * width, (b - a) * width);
  }

  zoom(a: number, b: number): void {
    const [from, to] = [this.timeAt(a), this.timeAt(b)];
    const step = this.main?.line.step || 1000;
    if (to - from >= this.span) return this.reset();
    if (to - from < Math.min(10_000, 4 * step)) return; // nothing finer is stored
    const over = Math.max(0, to - this.end());
    this.view.from = from - over;
    this.view.to = to - over;
    this.zoomed = true;
    this.settle();
  }

  zoomBy(factor: number): void {
    const { from, to } = this.view;
    const centre = this.at === null ? 0.5 : (this.at - from) / (to - from);
    this.zoom(centre - centre * factor, centre + (1 - centre) * factor);
  }

  reset(): void {
    this.at = null;
    if (!this.zoomed) return this.cross();
    this.view.to = this.end();
    this.view.from = this.view.to - this.span;
    this.zoomed = false;
    this.settle();
  }

  // end is the newest moment a window may reach.
  private end(): number {
    return Math.max(this.view.to, this.newest());
  }

  // settle shows a new window at once, and its own points when they come.
  private settle(): void {
    this.draw();
    void this.refetch().catch(() => undefined); // the points here still show it
  }
}

// layout places panels in a drawing of a height, as the server does.
function layout(height: number, n: number): Place[] {
  if (n < 2) return [{ height, top, bottom: foot, first: true, bottomAxis: true }];
  const upper = (height - foot - top - between) * 0.58;
  const split = Math.round(top + upper + under);
  return [
    { height: split, top, bottom: under, first: true, bottomAxis: false },
    { height: height - split, top: between - under, bottom: foot, first: false, bottomAxis: true },
  ];
}

// mount makes a chart of every figure that has a place and data for one.
export function mount(root: ParentNode, load: Load): Map<HTMLElement, Chart> {
  const charts = new Map<HTMLElement, Chart>();
  for (const figure of root.querySelectorAll<HTMLElement>("figure[data-chart]")) {
    const plot = figure.querySelector<HTMLElement>("[data-plot]");
    const block = figure.querySelector("script[data-chart-data]");
    if (!plot || !block?.textContent) continue;
    charts.set(figure, new Chart(figure, load, JSON.parse(block.textContent) as ChartData, plot));
  }
  return charts;
}
