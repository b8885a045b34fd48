// The line of values above a chart: those under the crosshair, or the last.
import { clock, dayMonth, dayMonthYear, hourMinute } from "../format";

const day = 86_400_000;

// when prints a time as finely as the window's length allows.
export function when(t: number, span: number): string {
  if (span <= 2 * day) return `${dayMonth(t)}, ${clock(t)}`;
  if (span <= 62 * day) return `${dayMonth(t)}, ${hourMinute(t)} UTC`;
  return dayMonthYear(t);
}

// lately prints a time without its date if that is the date of now.
export function lately(t: number, now: number, span: number): string {
  return Math.floor(t / day) === Math.floor(now / day) ? clock(t) : when(t, span);
}

export interface Reading {
  name: string;
  value: string;
}

export class Strip {
  private readonly time = document.createElement("span");
  private readonly values: HTMLElement[];
  private readonly whole = document.createElement("button");

  constructor(el: Element, names: string[], reset: () => void) {
    this.values = names.map((name) => {
      const span = document.createElement("span");
      span.append(`${name} `, document.createElement("b"));
      return span;
    });
    this.whole.type = "button";
    this.whole.className = "btn";
    this.whole.textContent = "Whole range";
    this.whole.hidden = true;
    this.whole.addEventListener("click", reset);
    el.replaceChildren(this.time, ...this.values, this.whole);
  }

  // show prints the readings and returns them as one sentence.
  show(time: string, readings: Reading[], zoomed: boolean): string {
    this.time.textContent = time;
    readings.forEach((r, i) => {
      const value = this.values[i]?.querySelector("b");
      if (value) value.textContent = r.value;
    });
    this.whole.hidden = !zoomed;
    return [time, ...readings.map((r) => `${r.name} ${r.value}`)].join(", ");
  }
}
