// Freshness marks, judged again every second by the rules of the server. While
// the feed is not up, nothing claims to be live.
import { ago, clock, duration } from "./format";

export type FreshState = "live" | "aged" | "late" | "stale";

// judge says how something renewed every `cadence` seconds stands at an age.
// Without a cadence nothing is late.
export function judge(age: number, cadence: number, pushed: boolean): FreshState {
  if (cadence > 0 && age > 4 * cadence) return "stale";
  if (cadence > 0 && age > 2 * cadence) return "late";
  return pushed ? "live" : "aged";
}

// say is the text of a mark; at is Unix milliseconds, age seconds. A label
// stands for what was renewed, e.g. "Block 940,512".
export function say(state: FreshState, at: number, age: number, label: string): string {
  const lead = label ? `${label}, ` : "";
  switch (state) {
    case "live":
      return label ? lead + ago(age) : `Live, ${clock(at)}`;
    case "aged":
      return lead + ago(age);
    case "late":
      return `Late, ${duration(age)}`;
    case "stale":
      return `Stale, ${duration(age)}`;
  }
}

// labelOf finds the label in the text that the server printed.
export function labelOf(text: string): string {
  if (/^(Live|Late|Stale), /.test(text)) return "";
  return /^(.+), (now|.+ ago)$/.exec(text)?.[1] ?? "";
}

class Mark {
  private label: string;
  private readonly text: Element;
  private readonly cadence: number;
  private at: number;
  state: FreshState | undefined;

  constructor(readonly el: HTMLElement, readonly topic: string) {
    this.text = el.lastElementChild ?? el;
    this.label = labelOf(this.text.textContent?.trim() ?? "");
    this.cadence = Number(el.dataset.cadence);
    this.at = Date.parse(el.dataset.at ?? "");
  }

  renew(at: number): void {
    if (!(at > this.at)) return;
    this.at = at;
    this.el.dataset.at = new Date(at).toISOString();
  }

  relabel(text: string): void {
    if (this.label) this.label = text;
  }

  show(now: number, up: boolean): void {
    const age = Math.max(0, (now - this.at) / 1000);
    const state = judge(age, this.cadence, up);
    const words = say(state, this.at, age, this.label);
    if (this.text.textContent !== words) this.text.textContent = words;
    if (this.text instanceof HTMLTimeElement) this.text.dateTime = this.el.dataset.at ?? "";
    if (this.state !== state) {
      this.el.classList.remove("live", "aged", "late", "stale", "off");
      this.el.classList.add(state);
      this.state = state;
    }
  }
}

export class Marks {
  private all: Mark[] = [];

  constructor(private readonly root: ParentNode) {
    this.scan();
  }

  // scan finds the marks anew, after a part of the page was replaced.
  scan(): void {
    const known = new Map(this.all.map((m) => [m.el, m]));
    this.all = [...this.root.querySelectorAll<HTMLElement>("[data-fresh-topic][data-at]")].map(
      (el) => known.get(el) ?? new Mark(el, el.dataset.freshTopic ?? ""),
    );
  }

  // renew says that the source of a topic was heard at a time.
  renew(topic: string, at: number): void {
    for (const m of this.all) if (m.topic === topic) m.renew(at);
  }

  // relabel renames what was renewed, on the marks that name it.
  relabel(topic: string, text: string): void {
    for (const m of this.all) if (m.topic === topic) m.relabel(text);
  }

  show(now: number, up: boolean): void {
    for (const m of this.all) m.show(now, up);
  }

  // stale says whether a mark inside el is stale.
  stale(el: Element): boolean {
    return this.all.some((m) => m.state === "stale" && el.contains(m.el));
  }
}
