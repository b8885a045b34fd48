// A pen that draws in CSS pixels on a canvas of any density.

export class Pen {
  private readonly family: string;

  constructor(
    readonly ctx: CanvasRenderingContext2D,
    private readonly ratio: number,
    private readonly size: number, // of text
    el: Element,
  ) {
    this.family = getComputedStyle(el).fontFamily;
  }

  // begin scales the canvas; the returned function undoes it.
  begin(): () => void {
    this.ctx.save();
    this.ctx.scale(this.ratio, this.ratio);
    return () => this.ctx.restore();
  }

  // crisp moves a coordinate so that a line one pixel wide covers whole pixels.
  private crisp(v: number): number {
    const half = Math.round(this.ratio) % 2 === 1 ? 0.5 : 0;
    return (Math.floor(v * this.ratio) + half) / this.ratio;
  }

  line(colour: string, x1: number, y1: number, x2: number, y2: number, dash: number[] = []): void {
    const { ctx } = this;
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1;
    ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.moveTo(this.crisp(x1), this.crisp(y1));
    ctx.lineTo(this.crisp(x2), this.crisp(y2));
    ctx.stroke();
    ctx.setLineDash([]);
  }

  rect(colour: string, x: number, y: number, w: number, h: number): void {
    this.ctx.fillStyle = colour;
    this.ctx.fillRect(x, y, w, h);
  }

  dot(colour: string, x: number, y: number, r: number, hollow = ""): void {
    const { ctx } = this;
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.fillStyle = hollow || colour;
    ctx.fill();
    if (!hollow) return;
    ctx.strokeStyle = colour;
    ctx.lineWidth = 1.6;
    ctx.stroke();
  }

  // hatch fills a rectangle with diagonals: measured nowhere, drawn nowhere.
  hatch(colour: string, x: number, y: number, w: number, h: number): void {
    if (w <= 0) return;
    const { ctx } = this;
    ctx.save();
    ctx.beginPath();
    ctx.rect(x, y, w, h);
    ctx.clip();
    ctx.strokeStyle = colour;
    ctx.globalAlpha = 0.5;
    ctx.lineWidth = 1.6;
    ctx.beginPath();
    for (let at = x - h; at < x + w; at += 7) {
      ctx.moveTo(at, y + h);
      ctx.lineTo(at + h, y);
    }
    ctx.stroke();
    ctx.restore();
  }

  private font(weight: number): void {
    this.ctx.font = `${weight} ${this.size}px ${this.family}`;
  }

  width(text: string, weight = 400): number {
    this.font(weight);
    return this.ctx.measureText(text).width;
  }

  // text writes on a baseline; halo keeps it readable over lines.
  text(colour: string, s: string, x: number, y: number, align: CanvasTextAlign = "left", weight = 400, halo = ""): void {
    const { ctx } = this;
    this.font(weight);
    ctx.textAlign = align;
    ctx.textBaseline = "alphabetic";
    if (halo) {
      ctx.strokeStyle = halo;
      ctx.lineWidth = 4;
      ctx.lineJoin = "round";
      ctx.strokeText(s, x, y);
    }
    ctx.fillStyle = colour;
    ctx.fillText(s, x, y);
  }
}
