// The buttons that pause and resume the feed.

export class PauseButtons {
  private readonly buttons: NodeListOf<HTMLButtonElement>;

  constructor(root: ParentNode, toggle: () => void) {
    this.buttons = root.querySelectorAll("button[data-pause]");
    for (const b of this.buttons) b.addEventListener("click", toggle);
  }

  show(paused: boolean): void {
    for (const b of this.buttons) {
      // The words come first; a key hint may follow them.
      const words = b.firstChild;
      if (words) words.textContent = paused ? "Resume feed " : "Pause feed ";
    }
  }
}
