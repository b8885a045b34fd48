// Round values for axes, by the rules of views/chart: what the browser draws
// has the ticks of the drawing it replaces.
import { dayMonth, hourMinute, monthNames } from "../format";

// niceTicks returns at most `most` round values that enclose lo..hi.
export function niceTicks(lo: number, hi: number, most: number): number[] {
  if (!Number.isFinite(lo) || !Number.isFinite(hi) || most < 2) return [];
  if (hi < lo) [lo, hi] = [hi, lo];
  if (hi - lo <= Math.abs(hi) * 1e-9) {
    const pad = Math.abs(hi) * 0.02 || 1;
    [lo, hi] = [lo - pad, hi + pad];
  }
  for (let base = 10 ** Math.floor(Math.log10((hi - lo) / most)); ; base *= 10) {
    for (const factor of [1, 2, 2.5, 5, 10]) {
      const step = base * factor;
      const first = Math.floor(lo / step + 1e-9);
      const n = Math.ceil(hi / step - 1e-9) - first + 1;
      if (n <= most) return multiples(first, n, step);
    }
  }
}

// multiples lists n multiples of step, free of rounding dust.
function multiples(first: number, n: number, step: number): number[] {
  const scale = 10 ** (3 - Math.floor(Math.log10(step)));
  return Array.from({ length: n }, (_, i) => {
    const v = (first + i) * step;
    return Number.isFinite(scale) && scale > 0 ? Math.round(v * scale) / scale : v;
  });
}

export interface TimeTick {
  t: number; // Unix milliseconds
  label: string;
}

const minute = 60_000;
const day = 86_400_000;
const clockSteps = [1, 5, 15, 30, 60, 120, 180, 360, 720].map((m) => m * minute);
const daySteps = [1, 2, 7, 14];
const monthSteps = [1, 2, 3, 6, 12, 24, 60, 120];

// timeTicks returns at most `most` marks on round UTC times inside from..to.
export function timeTicks(from: number, to: number, most: number): TimeTick[] {
  if (!(to > from) || most < 2) return [];
  for (const step of clockSteps) {
    if (Math.floor((to - from) / step) < most) return clockTicks(from, to, step);
  }
  for (const days of daySteps) {
    const ticks = dayTicks(from, to, days);
    if (ticks.length <= most) return ticks;
  }
  for (const months of monthSteps) {
    const ticks = monthTicks(from, to, months);
    if (ticks.length <= most) return ticks;
  }
  return [];
}

function clockTicks(from: number, to: number, step: number): TimeTick[] {
  const ticks: TimeTick[] = [];
  for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
    ticks.push({ t, label: t % day === 0 ? dayMonth(t) : hourMinute(t) });
  }
  return ticks;
}

// dayTicks marks every so many days; whole weeks begin on Mondays.
function dayTicks(from: number, to: number, days: number): TimeTick[] {
  const firstMonday = 4; // days since 1 January 1970
  const ticks: TimeTick[] = [];
  for (let n = Math.ceil(from / day); n * day <= to; n++) {
    if ((n - firstMonday) % days === 0) ticks.push({ t: n * day, label: dayMonth(n * day) });
  }
  return ticks;
}

function monthTicks(from: number, to: number, months: number): TimeTick[] {
  const ticks: TimeTick[] = [];
  const years = Math.max(1, Math.floor(months / 12));
  const begin = Math.floor(new Date(from).getUTCFullYear() / years) * years;
  for (let m = 0; ; m += months) {
    const t = Date.UTC(begin, m, 1);
    if (t > to) return ticks;
    if (t < from) continue;
    const d = new Date(t);
    let label: string = monthNames[d.getUTCMonth()] ?? "";
    if (d.getUTCMonth() === 0 || ticks.length === 0) label += ` ${String(d.getUTCFullYear()).slice(2)}`;
    if (months >= 12) label = String(d.getUTCFullYear());
    ticks.push({ t, label });
  }
}
