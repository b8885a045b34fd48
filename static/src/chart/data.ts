// The points of one line: appended live, thinned when they pile up, and never
// joined across a hole.

export type Point = [t: number, v: number | null]; // Unix milliseconds; null is a known gap

// A hole longer than this many steps is missing data.
export const gapSteps = 3;

// Live points are kept as they came until there are this many.
const keepRaw = 4000;

// find returns the index of the first point at or after t.
export function find(points: readonly Point[], t: number): number {
  let lo = 0;
  let hi = points.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (points[mid]![0] < t) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

// merge adds points to an ascending list. A point at a time that is there
// already replaces it: events overlap, and the later one knows better.
export function merge(points: readonly Point[], more: readonly Point[]): Point[] {
  const all = points.slice();
  for (const p of more) {
    const last = all.at(-1);
    if (!last || p[0] > last[0]) {
      all.push(p);
      continue;
    }
    const i = find(all, p[0]);
    all.splice(i, all[i]?.[0] === p[0] ? 1 : 0, p);
  }
  return all;
}

// trim drops what lies before the window, but keeps one point outside so that
// the line reaches the edge.
export function trim(points: Point[], from: number): Point[] {
  const first = Math.max(0, find(points, from) - 1);
  return first === 0 ? points : points.slice(first);
}

// thin keeps the lowest and highest point of every step before a time, in the
// order they came, and every point after it.
export function thin(points: readonly Point[], step: number, before: number): Point[] {
  const kept: Point[] = [];
  let bucket: Point[] = [];
  const flush = (): void => {
    let lo = bucket[0];
    let hi = bucket[0];
    for (const p of bucket) {
      if (lo && p[1]! < lo[1]!) lo = p;
      if (hi && p[1]! > hi[1]!) hi = p;
    }
    kept.push(...bucket.filter((p) => p === lo || p === hi));
    bucket = [];
  };
  for (const p of points) {
    const first = bucket[0];
    if (first && (p[0] >= before || p[1] === null || Math.floor(p[0] / step) !== Math.floor(first[0] / step))) flush();
    if (p[0] >= before || p[1] === null) kept.push(p);
    else bucket.push(p);
  }
  flush();
  return kept;
}

// withGaps returns the columns to draw: a null stands in every hole of more
// than gapSteps steps, so that no line crosses it. A step of 0 is not known.
export function withGaps(points: readonly Point[], step: number): [x: number[], y: (number | null)[]] {
  const x: number[] = [];
  const y: (number | null)[] = [];
  points.forEach(([t, v], i) => {
    const before = points[i - 1];
    if (before && step > 0 && t - before[0] > gapSteps * step) {
      x.push((t + before[0]) / 2);
      y.push(null);
    }
    x.push(t);
    y.push(v);
  });
  return [x, y];
}

// nearest is the index of the value nearest to t; -1 if there is none.
export function nearest(points: readonly Point[], t: number): number {
  const at = find(points, t);
  let best = -1;
  for (const i of [backward(points, at - 1), forward(points, at)]) {
    const p = points[i];
    if (p && (best < 0 || Math.abs(p[0] - t) < Math.abs(points[best]![0] - t))) best = i;
  }
  return best;
}

function backward(points: readonly Point[], i: number): number {
  while (i >= 0 && points[i]![1] === null) i--;
  return i;
}

function forward(points: readonly Point[], i: number): number {
  while (i < points.length && points[i]![1] === null) i++;
  return i;
}

// moments are the values a reader can walk along, one for each time: a bar may
// have given its lowest and its highest value, both at the time it began.
export function moments(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const p of points) if (p[1] !== null && p[0] !== kept.at(-1)?.[0]) kept.push(p);
  return kept;
}

// last is the newest value.
export function last(points: readonly Point[]): [t: number, v: number] | undefined {
  const p = points[backward(points, points.length - 1)];
  return p as [number, number] | undefined;
}

// Line is what a panel draws.
export class Line {
  constructor(
    public points: Point[],
    public step: number,
  ) {}

  append(more: readonly Point[], from: number): void {
    this.points = trim(merge(this.points, more), from);
    const newest = this.points.at(-1);
    if (newest && this.step > 0 && this.points.length > keepRaw) {
      this.points = thin(this.points, this.step, newest[0] - this.step);
    }
  }

  // valueAt is the value at a time, if one lies within a step and a half.
  valueAt(t: number): number | null {
    const p = this.points[nearest(this.points, t)];
    return p && (this.step === 0 || Math.abs(p[0] - t) <= 1.5 * this.step) ? p[1] : null;
  }
}
