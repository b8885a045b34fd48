// A changed value flashes once: at most once in two seconds per item, and at
// most six items at a time; when more change at once, none flash.

const length = 900; // as long as --flash in the style sheet
const rest = 2000;
const most = 6;

export class Flasher {
  private readonly last = new Map<Element, number>();
  private active = 0;

  constructor(
    private readonly now: () => number,
    private readonly later: (fn: () => void, ms: number) => void,
  ) {}

  // flash takes the items whose text has just changed together.
  flash(items: Iterable<Element>): void {
    const now = this.now();
    const due = [...new Set(items)].filter((el) => now - (this.last.get(el) ?? -rest) >= rest);
    if (due.length === 0 || due.length + this.active > most) return;
    this.active += due.length;
    for (const el of due) {
      this.last.set(el, now);
      el.classList.add("flash");
    }
    this.later(() => {
      this.active -= due.length;
      for (const el of due) el.classList.remove("flash");
    }, length);
  }
}
