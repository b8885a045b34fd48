// Numbers and times as the server prints them. The rules are those of
// views/format; views/format/vectors.json holds both sides to them.

export const missing = "–";
const minus = "−";
const nbsp = "\u00a0";

// digits prints a non-negative number with a fixed number of decimals. A
// decimal tie goes to the even digit, as on the server; toFixed rounds it up.
function digits(a: number, decimals: number): string {
  if (a >= 1e21) return BigInt(a).toString();
  const text = a.toFixed(decimals);
  const half = a * 10 ** decimals;
  if (Math.abs((half % 1) - 0.5) > 1e-6) return text;
  const exact = a.toFixed(decimals + 30);
  const point = exact.indexOf(".");
  if (!/^50*$/.test(exact.slice(point + 1 + decimals))) return text;
  const below = exact.slice(0, decimals === 0 ? point : point + 1 + decimals);
  return Number(below.at(-1)) % 2 === 0 ? below : text;
}

// fixed prints v with a fixed number of decimals and groups of three. What
// rounds to zero has no sign.
export function fixed(v: number, decimals: number): string {
  if (!Number.isFinite(v)) return missing;
  const text = digits(Math.abs(v), decimals);
  const [whole = "", frac] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const sign = v < 0 && /[1-9]/.test(text) ? minus : "";
  return sign + grouped + (frac === undefined ? "" : `.${frac}`);
}

function dollars(v: number, decimals: number): string {
  const text = fixed(v, decimals);
  if (text === missing) return text;
  return text.startsWith(minus) ? `${minus}$${text.slice(1)}` : `$${text}`;
}

// scaled prints v / scale: two decimals below a thousand, none above.
function scaled(v: number, scale: number, unit: string): string {
  if (!Number.isFinite(v)) return missing;
  return fixed(v / scale, Math.abs(v / scale) >= 999.995 ? 0 : 2) + nbsp + unit;
}

function percent(text: string): string {
  return text === missing ? text : `${text}%`;
}

export const count = (v: number): string => fixed(v, 0);
export const fixed2 = (v: number): string => fixed(v, 2);
export const usd0 = (v: number): string => dollars(v, 0);
export const usd2 = (v: number): string => dollars(v, Math.abs(v) >= 999.995 ? 0 : 2);
export const percent1 = (fraction: number): string => percent(fixed(fraction * 100, 1));

export function signedPercent1(fraction: number): string {
  const text = fixed(fraction * 100, 1);
  return percent(fraction > 0 && /[1-9]/.test(text) ? `+${text}` : text);
}

export function hashrate(hs: number): string {
  const a = Math.abs(hs);
  if (a !== 0 && a < 0.01e15) return scaled(hs, 1e12, "TH/s");
  if (a !== 0 && a < 0.01e18) return scaled(hs, 1e15, "PH/s");
  return scaled(hs, 1e18, "EH/s");
}

export const difficulty = (d: number): string => scaled(d, 1e12, "T");

// delta prints the direction and size of a fractional change.
export function delta(fraction: number): string {
  const text = fixed(Math.abs(fraction) * 100, 1);
  if (text === missing) return `flat ${text}`;
  if (!/[1-9]/.test(text)) return `flat ${text}%`;
  return `${fraction < 0 ? "down" : "up"} ${text}%`;
}

// duration prints seconds in their two largest units, cut off, not rounded.
export function duration(seconds: number): string {
  if (seconds <= -1) return minus + duration(-seconds); // less is no second yet, and zero has no sign
  const s = Math.trunc(seconds);
  if (s < 60) return s + nbsp + "s";
  if (s < 3600) return Math.floor(s / 60) + nbsp + "min";
  if (s < 86_400) return two(Math.floor(s / 3600), "h", Math.floor((s % 3600) / 60), "min");
  const days = Math.floor(s / 86_400);
  return days < 100 ? two(days, "d", Math.floor((s % 86_400) / 3600), "h") : fixed(days, 0) + nbsp + "d";
}

function two(a: number, unitA: string, b: number, unitB: string): string {
  return b === 0 ? a + nbsp + unitA : `${a}${nbsp}${unitA} ${b}${nbsp}${unitB}`;
}

// ago prints an age in seconds.
export const ago = (seconds: number): string => (seconds < 1 ? "now" : `${duration(seconds)} ago`);

export const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

// clock is the time of day in UTC of Unix milliseconds; hourMinute is without
// seconds and zone, for axes.
export const clock = (ms: number): string => `${new Date(ms).toISOString().slice(11, 19)} UTC`;
export const hourMinute = (ms: number): string => new Date(ms).toISOString().slice(11, 16);

export function dayMonth(ms: number): string {
  const d = new Date(ms);
  return `${d.getUTCDate()} ${monthNames[d.getUTCMonth()]}`;
}

export const dayMonthYear = (ms: number): string => `${dayMonth(ms)} ${new Date(ms).getUTCFullYear()}`;
export const dateTime = (ms: number): string => `${dayMonthYear(ms)}, ${clock(ms)}`;

// byName finds the rule that a chart's data names; whole numbers if it names
// none.
export function byName(name: string): (v: number) => string {
  const rules = new Map(Object.entries({ usd0, usd2, fixed2, percent1, signedPercent1, hashrate, difficulty }));
  return rules.get(name) ?? count;
}
