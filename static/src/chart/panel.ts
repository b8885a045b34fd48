// One panel: a uPlot that draws the line and the crosshair, in our frame.
import uPlot from "uplot";
import { byName } from "../format";
import { readColours, textSize, type Colours } from "./colours";
import { Line, last, withGaps, type Point } from "./data";
import { drawOver, drawUnder, type Event, type Frame } from "./frame";
import { Pen } from "./pen";
import { niceTicks } from "./ticks";

// PanelData is a panel as the server describes it.
export interface PanelData {
  key: string;
  label: string;
  unit: string; // m, a, n or q
  format: string;
  points: Point[];
}

// View is what both panels share: the window in time and what is known of the
// feed.
export interface View {
  from: number;
  to: number;
  stale: boolean;
  events: Event[];
}

// The places of a panel in the chart. Right is the room for labels.
export interface Place {
  height: number;
  top: number;
  bottom: number;
  first: boolean;
  bottomAxis: boolean;
}

export const labelRoom = 78;

const silent = (): null => null; // uPlot's own listeners stay off

export class Panel {
  readonly key: string;
  readonly name: string; // the label without its unit
  readonly value: (v: number) => string;
  readonly line: Line;
  private readonly plot: uPlot;
  private colours: Colours;
  private empty = false; // no values in the window

  constructor(
    private readonly host: HTMLElement,
    width: number,
    private readonly data: PanelData,
    step: number,
    private readonly view: View,
    private readonly place: Place,
  ) {
    this.key = data.key;
    this.name = data.label.split(",")[0] ?? data.label;
    this.value = byName(data.format);
    this.line = new Line(data.points, step);
    this.colours = readColours(host, data.unit);
    this.plot = new uPlot(this.options(width), withGaps(this.line.points, step), host);
  }

  private options(width: number): uPlot.Options {
    return {
      width,
      height: this.place.height,
      ms: 1,
      padding: [this.place.top, labelRoom, this.place.bottom, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        bind: { mousedown: silent, mouseup: silent, click: silent, dblclick: silent, mousemove: silent, mouseleave: silent, mouseenter: silent },
        points: { size: 7, width: 1.6, stroke: () => this.colours.line, fill: () => this.colours.paper },
      },
      scales: {
        x: { time: false, range: () => [this.view.from, this.view.to] },
        y: { range: (_u, lo, hi) => this.range(lo, hi) },
      },
      axes: [{ show: false }, { show: false }],
      series: [{}, { stroke: () => this.colours.line, width: 1.6, points: { show: true, filter: loners, size: 3.5, width: 0, fill: () => this.colours.line } }],
      hooks: {
        drawClear: [() => this.draw(drawUnder)],
        draw: [() => this.draw(drawOver)],
      },
    };
  }

  private range(lo: number | null, hi: number | null): [number, number] {
    const ticks = lo == null || hi == null ? [] : niceTicks(lo, hi, 5);
    this.empty = ticks.length === 0;
    return this.empty ? [0, 1] : [ticks[0]!, ticks.at(-1)!];
  }

  private draw(part: (f: Frame) => void): void {
    const u = this.plot ?? null;
    if (!u) return; // uPlot draws once while it is being made
    const pen = new Pen(u.ctx, uPlot.pxRatio, textSize(), this.host);
    const { min, max } = u.scales["y"]!;
    const end = pen.begin();
    part({
      pen,
      colours: this.colours,
      width: u.bbox.width / uPlot.pxRatio,
      top: u.bbox.top / uPlot.pxRatio,
      bottom: (u.bbox.top + u.bbox.height) / uPlot.pxRatio,
      from: this.view.from,
      to: this.view.to,
      ticks: this.empty || min == null || max == null ? [] : niceTicks(min, max, 5), // those of range, again
      y: (v) => u.valToPos(v, "y", true) / uPlot.pxRatio,
      print: (v) => this.value(v).replace("$", ""),
      label: this.data.label,
      last: last(this.line.points),
      stale: this.view.stale,
      first: this.place.first,
      bottomAxis: this.place.bottomAxis,
      events: this.view.events,
    });
    end();
  }

  // show draws the line and the window as they now are.
  show(): void {
    this.plot.setData(withGaps(this.line.points, this.line.step));
  }

  resize(width: number): void {
    this.plot.setSize({ width, height: this.place.height });
  }

  recolour(): void {
    this.colours = readColours(this.host, this.data.unit);
    this.plot.redraw();
  }

  // point puts the crosshair at a time, or takes it away.
  point(t: number | null): void {
    const left = t === null ? -10 : this.plot.valToPos(t, "x");
    this.plot.setCursor({ left, top: t === null ? -10 : 0 });
  }

  // select marks a stretch of the plot, in CSS pixels from its left edge.
  select(left: number, width: number): void {
    this.plot.setSelect({ left, width, top: 0, height: this.plot.bbox.height / uPlot.pxRatio }, false);
  }
}

// loners picks the values with a gap on either side: no line would show them.
function loners(u: uPlot, series: number): number[] {
  const y = u.data[series] as (number | null)[];
  const alone: number[] = [];
  y.forEach((v, i) => {
    if (v != null && y[i - 1] == null && y[i + 1] == null) alone.push(i);
  });
  return alone;
}
