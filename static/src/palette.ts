// The palette: a dialog that finds a page by words of its name. Enter goes to
// the first one found, the arrows walk through them.

// matches says whether every word typed begins somewhere in the name.
export function matches(name: string, typed: string): boolean {
  const text = name.toLowerCase();
  return typed.toLowerCase().split(/\s+/).filter(Boolean).every((word) => text.includes(word));
}

export class Palette {
  private readonly input: HTMLInputElement;
  private readonly none: HTMLElement | null;

  constructor(private readonly dialog: HTMLDialogElement) {
    this.input = dialog.querySelector("input")!;
    this.none = dialog.querySelector("[role=status]");
    this.input.addEventListener("input", () => this.filter());
    dialog.addEventListener("toggle", () => {
      this.input.value = "";
      this.filter();
      this.input.focus();
    });
    dialog.addEventListener("keydown", (e) => this.key(e));
  }

  private links(): HTMLAnchorElement[] {
    return [...this.dialog.querySelectorAll<HTMLAnchorElement>("li:not([hidden]) a")];
  }

  private filter(): void {
    for (const item of this.dialog.querySelectorAll<HTMLElement>("li")) item.hidden = !matches(item.textContent ?? "", this.input.value);
    if (this.none) this.none.hidden = this.links().length > 0;
  }

  private key(e: KeyboardEvent): void {
    const links = this.links();
    if (e.key === "Enter" && document.activeElement === this.input) {
      links[0]?.click();
    } else if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      const at = links.indexOf(document.activeElement as HTMLAnchorElement) + (e.key === "ArrowDown" ? 1 : -1);
      if (at < 0) this.input.focus();
      else links[Math.min(at, links.length - 1)]?.focus();
    } else {
      return;
    }
    e.preventDefault();
  }
}
