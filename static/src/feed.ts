// What the page says about its feed: the mark at the end of the ticker, the
// banner under it, and one polite announcement when the feed goes or comes.
import { clock } from "./format";
import type { State } from "./live";

export interface Words {
  mark: "live" | "aged" | "stale";
  text: string;
  lead: string; // bold beginning of the banner; empty: no banner
  rest: string;
  countdown: string; // changes every second, so it is not read aloud
}

// words describe a state at a time; heard is when the server last sent an
// event. All are Unix milliseconds.
export function words(s: State, now: number, heard: number): Words {
  const quiet = { lead: "", rest: "", countdown: "" };
  const kept = " Figures below show their last values and times. ";
  switch (s.kind) {
    case "live":
      return { mark: "live", text: `Live ${clock(heard)}`, ...quiet };
    case "connecting":
      return { mark: "aged", text: heard > 0 ? `As of ${clock(heard)}` : "Connecting", ...quiet };
    case "paused":
      return { mark: "aged", text: `Paused ${clock(s.since)}`, ...quiet };
    case "lost": {
      const wait = Math.ceil((s.nextAt - now) / 1000);
      return {
        mark: "stale",
        text: `Feed lost ${clock(s.since)}`,
        lead: `Live feed lost at ${clock(s.since).slice(0, 8)}.`,
        rest: kept,
        countdown: `Reconnecting, try ${s.attempt}${wait > 0 ? `, next in ${wait}\u00a0s` : ""}.`,
      };
    }
    case "deaf":
      return {
        mark: "stale",
        text: `Feed lost ${clock(s.since)}`,
        lead: `Live feed lost at ${clock(s.since).slice(0, 8)}.`,
        rest: `${kept}The server cannot hear its database and is trying again.`,
        countdown: "",
      };
  }
}

// announcement is what is read aloud when one state follows another; empty for
// most.
export function announcement(before: State, after: State): string {
  const down = (s: State): boolean => s.kind === "lost" || s.kind === "deaf";
  if (down(after) && !down(before) && "since" in after) return `Live feed lost at ${clock(after.since)}. Figures show their last values.`;
  if (after.kind === "live" && down(before)) return "Live feed restored.";
  if (after.kind === "paused") return "Live feed paused.";
  if (before.kind === "paused") return "Live feed resumed.";
  return "";
}

export class Feed {
  private readonly mark = document.getElementById("feed");
  private readonly banner = document.getElementById("banner");
  private readonly announce = document.getElementById("announce");
  private readonly bannerText = this.banner?.querySelector("[data-banner-text]") ?? this.banner;
  private readonly lead = document.createElement("b");
  private readonly rest = document.createElement("span");
  private readonly countdown = document.createElement("span");
  private before: State = { kind: "connecting", first: true };

  constructor() {
    // The polite region speaks; the banner would repeat it.
    this.banner?.setAttribute("aria-live", "off");
    this.countdown.setAttribute("aria-hidden", "true");
  }

  changed(s: State): void {
    const text = announcement(this.before, s);
    this.before = s;
    if (text && this.announce) this.announce.textContent = text;
  }

  show(s: State, now: number, heard: number): void {
    const w = words(s, now, heard);
    this.showMark(w);
    if (!this.banner || !this.bannerText) return;
    if (w.lead && this.lead.parentNode !== this.bannerText) this.bannerText.replaceChildren(this.lead, this.rest, this.countdown);
    set(this.lead, w.lead);
    set(this.rest, w.rest);
    set(this.countdown, w.countdown);
    this.banner.hidden = w.lead === "";
  }

  private showMark(w: Words): void {
    if (!this.mark) return;
    if (!this.mark.classList.contains(w.mark)) {
      this.mark.classList.remove("live", "aged", "late", "stale", "off");
      this.mark.classList.add(w.mark);
    }
    set(this.mark.lastElementChild ?? this.mark, w.text);
  }
}

function set(el: Element, text: string): void {
  if (el.textContent !== text) el.textContent = text;
}
