// What stands around a line: gridlines, labels at the right, events, the level
// and tag of the last value, the hatch of a stale one, the time axis. It looks
// as the server's drawing does (views/chart/panels.go).
import { dayMonth, hourMinute } from "../format";
import type { Colours } from "./colours";
import type { Pen } from "./pen";
import { timeTicks } from "./ticks";

export interface Event {
  t: number;
  label: string;
}

// Frame is one panel's surroundings at one moment. Positions are CSS pixels.
export interface Frame {
  pen: Pen;
  colours: Colours;
  width: number; // of the plot
  top: number;
  bottom: number;
  from: number; // Unix milliseconds
  to: number;
  ticks: number[];
  y(v: number): number;
  print(v: number): string; // a value as an axis shows it
  label: string;
  last: [t: number, v: number] | undefined;
  stale: boolean;
  first: boolean; // the upper panel: it has the level line and the names of events
  bottomAxis: boolean;
  events: Event[];
}

const x = (f: Frame, t: number): number => ((t - f.from) / (f.to - f.from)) * f.width;

// lastInside is the newest value if the window reaches it.
function lastInside(f: Frame): [t: number, v: number] | undefined {
  return f.last && f.last[0] >= f.from && f.last[0] <= f.to ? f.last : undefined;
}

// drawUnder draws what lies below the line.
export function drawUnder(f: Frame): void {
  const { pen, colours } = f;
  for (const v of f.ticks) pen.line(colours.rule, 0, f.y(v), f.width, f.y(v));
  for (const e of f.events.slice(0, 4)) {
    if (e.t >= f.from && e.t <= f.to) pen.line(colours.ink3, x(f, e.t), f.first ? f.top - 4 : 0, x(f, e.t), f.bottom, [2, 3]);
  }
  const now = lastInside(f);
  if (!now) return;
  const at = x(f, now[0]);
  if (f.stale) pen.hatch(colours.rule3, at, f.top, f.width - at, f.bottom - f.top);
  else if (f.first) pen.line(colours.ink3, 0, f.y(now[1]), f.width, f.y(now[1]), [2, 3]);
}

// drawOver draws what lies above the line.
export function drawOver(f: Frame): void {
  const { pen, colours } = f;
  const now = lastInside(f);
  const tag = now && !f.stale ? f.y(now[1]) : undefined;
  for (const v of f.ticks) {
    if (tag === undefined || Math.abs(f.y(v) - tag) >= 13) pen.text(colours.ink3, f.print(v), f.width + 74, f.y(v) + 3.5, "right");
  }
  pen.text(colours.label, f.label, 0, f.top - 6, "left", 600);
  if (f.ticks.length === 0) pen.text(colours.ink3, "No values in this range", 0, (f.top + f.bottom) / 2);
  if (f.first) names(f);
  if (now) end(f, now);
  if (f.bottomAxis) timeAxis(f);
}

// end marks the last value: filled with a tag on the axis while it is fresh,
// hollow with its time once it is stale.
function end(f: Frame, [t, v]: [number, number]): void {
  const { pen, colours } = f;
  const [px, py] = [x(f, t), f.y(v)];
  if (!f.stale) {
    pen.dot(colours.line, px, py, 3.5);
    pen.rect(colours.line, f.width + 8, py - 9, 62, 18);
    pen.text(colours.onLine, f.print(v), f.width + 66, py + 4, "right", 600);
    return;
  }
  pen.dot(colours.line, px, py, 3.5, colours.paper);
  const sameDay = new Date(t).toISOString().slice(0, 10) === new Date(f.to).toISOString().slice(0, 10);
  const when = sameDay ? hourMinute(t) : `${dayMonth(t)} ${hourMinute(t)}`;
  const right = px > f.width / 2;
  pen.text(colours.ink, `${f.print(v)}, last ${when}`, px + (right ? -8 : 8), py - 8, right ? "right" : "left", 600, colours.paper);
}

// names writes the events' names at the top. One that would touch the panel's
// label or the name before it stands a line lower, on the side with room; where
// there is none, the vertical stands without a name.
function names(f: Frame): void {
  const { pen, colours } = f;
  const room = 10;
  let upper = pen.width(f.label, 600) + room;
  let lower = 0;
  for (const e of f.events.slice(0, 4)) {
    const at = x(f, e.t);
    if (at < 0 || at > f.width) continue;
    const w = pen.width(e.label);
    const above = Math.min(at - w / 2, f.width - w);
    if (above >= upper) {
      pen.text(colours.ink2, e.label, above, f.top - 8);
      upper = above + w + room;
      continue;
    }
    const beside = [at + 4, at - 4 - w].find((left) => left >= lower && left + w <= f.width);
    if (beside === undefined) continue;
    pen.text(colours.ink2, e.label, beside, f.top + 12, "left", 400, colours.paper);
    lower = beside + w + room;
  }
}

function timeAxis(f: Frame): void {
  const { pen, colours } = f;
  pen.line(colours.rule3, 0, f.bottom, f.width, f.bottom);
  for (const tick of timeTicks(f.from, f.to, f.width < 450 ? 5 : 10)) {
    const at = x(f, tick.t);
    const share = at / f.width;
    pen.line(colours.rule3, at, f.bottom, at, f.bottom + 4);
    pen.text(colours.ink3, tick.label, at, f.bottom + 17, share < 0.03 ? "left" : share > 0.97 ? "right" : "center");
  }
}
