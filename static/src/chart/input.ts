// Pointer, touch and keys over a chart, as intentions: point, zoom, reset.

export interface Intent {
  point(at: number | null): void; // share of the width, 0 to 1; null: nowhere
  step(by: number): void; // points along the line
  edge(last: boolean): void;
  select(a: number, b: number): void; // shares; equal: nothing
  zoom(a: number, b: number): void; // shares of the present window; may lie outside it
  zoomBy(factor: number): void; // around the crosshair
  reset(): void;
}

// A pointer that moves less than this many pixels has not dragged.
const slack = 5;

export class Input {
  private readonly fingers = new Map<number, number>(); // pointer id to share
  private dragFrom: number | null = null; // share where a mouse drag began
  private pinch: [number, number] | null = null; // shares where two fingers began

  constructor(
    private readonly el: HTMLElement,
    private readonly plotWidth: () => number,
    private readonly to: Intent,
  ) {
    el.addEventListener("pointerdown", (e) => this.down(e));
    el.addEventListener("pointermove", (e) => this.move(e));
    el.addEventListener("pointerup", (e) => this.up(e));
    el.addEventListener("pointercancel", (e) => this.cancel(e));
    el.addEventListener("pointerleave", (e) => {
      if (e.pointerType === "mouse" && this.dragFrom === null) this.to.point(null);
    });
    el.addEventListener("dblclick", () => this.to.reset());
    el.addEventListener("keydown", (e) => this.key(e));
    el.addEventListener("blur", () => this.to.point(null));
  }

  private share(e: PointerEvent): number {
    const left = this.el.getBoundingClientRect().left;
    return Math.min(1, Math.max(0, (e.clientX - left) / this.plotWidth()));
  }

  private down(e: PointerEvent): void {
    const at = this.share(e);
    if (e.pointerType === "mouse") {
      if (e.button === 0) this.dragFrom = at;
    } else {
      this.fingers.set(e.pointerId, at);
      const two = [...this.fingers.values()];
      this.pinch = two.length === 2 ? [two[0]!, two[1]!] : null;
    }
    this.el.setPointerCapture(e.pointerId);
    this.to.point(at);
  }

  private move(e: PointerEvent): void {
    const at = this.share(e);
    if (this.dragFrom !== null) this.to.select(...this.dragged(at));
    if (this.fingers.has(e.pointerId)) this.fingers.set(e.pointerId, at);
    if (this.pinch) this.stretch(this.pinch);
    else if (e.pointerType === "mouse" || this.fingers.has(e.pointerId)) this.to.point(at);
  }

  // dragged is the stretch from where a drag began, in order; empty if short.
  private dragged(at: number): [number, number] {
    const from = this.dragFrom ?? at;
    if (Math.abs(at - from) * this.plotWidth() < slack) return [at, at];
    return [Math.min(from, at), Math.max(from, at)];
  }

  // stretch shows what two fingers have chosen so far: the window in which the
  // places they first touched lie under them now.
  private stretch([a, b]: [number, number]): void {
    this.to.point(null);
    const window = this.pinched(a, b);
    if (window) this.to.select(Math.max(0, window[0]), Math.min(1, window[1]));
  }

  private pinched(a: number, b: number): [number, number] | null {
    const [c, d] = [...this.fingers.values()];
    if (c === undefined || d === undefined || Math.abs(d - c) < 0.02 || (b - a) * (d - c) <= 0) return null;
    const scale = (b - a) / (d - c);
    return [a - c * scale, a + (1 - c) * scale];
  }

  private up(e: PointerEvent): void {
    if (this.dragFrom !== null) {
      const [a, b] = this.dragged(this.share(e));
      this.dragFrom = null;
      this.to.select(0, 0);
      if (b > a) this.to.zoom(a, b);
    }
    if (this.pinch) {
      const window = this.pinched(...this.pinch);
      this.pinch = null;
      this.to.select(0, 0);
      if (window) this.to.zoom(...window);
    }
    this.fingers.delete(e.pointerId);
  }

  private cancel(e: PointerEvent): void {
    this.fingers.delete(e.pointerId);
    this.dragFrom = null;
    this.pinch = null;
    this.to.select(0, 0);
  }

  private key(e: KeyboardEvent): void {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const far = e.shiftKey ? 10 : 1;
    const acts: Record<string, () => void> = {
      ArrowLeft: () => this.to.step(-far),
      ArrowRight: () => this.to.step(far),
      ArrowDown: () => this.to.step(-far),
      ArrowUp: () => this.to.step(far),
      Home: () => this.to.edge(false),
      End: () => this.to.edge(true),
      "+": () => this.to.zoomBy(0.5),
      "=": () => this.to.zoomBy(0.5),
      "-": () => this.to.zoomBy(2),
      "0": () => this.to.reset(),
      Escape: () => this.to.reset(),
    };
    const act = acts[e.key];
    if (!act) return;
    e.preventDefault();
    act();
  }
}
