// Points of a series from the API.
import type { Point } from "./chart/data";

// The width of one point at each level of the store, in milliseconds.
const widths: Record<string, number> = { tick: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 };

// loadSeries asks for the points between two times (Unix milliseconds). The
// step is the distance to expect between them: each column of the answer gives
// at most two. It fails on anything but an answer.
export async function loadSeries(key: string, from: number, to: number, points: number): Promise<{ points: Point[]; step: number }> {
  const query = new URLSearchParams({ from: String(Math.round(from)), to: String(Math.round(to)), points: String(points) });
  const res = await fetch(`/api/v1/series/${encodeURIComponent(key)}?${query}`);
  if (!res.ok) throw new Error(`points of ${key}: status ${res.status}`);
  const data = (await res.json()) as { level: string; points: Point[] };
  return { points: data.points, step: Math.max((to - from) / (points / 2), widths[data.level] ?? 0) };
}
