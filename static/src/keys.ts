// Single keys: g and a letter for pages, / to search them, ? for the list, . to pause, d for the
// data of a figure, n for a new record, p to print. They do nothing in inputs, with modifiers, or
// where the reader has switched them off (<body data-keys="off">).

export interface Actions {
  go(href: string): void;
  help(): void;
  search(): void;
  pause(): void;
  data(): void;
  add(): void;
  print(): void;
}

export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
  repeat: boolean;
}

// A second key counts if it comes this soon after g.
const pairWithin = 1500;

export class Keys {
  private leader = -Infinity; // when g was last pressed

  constructor(
    private readonly pages: Map<string, string>, // letter after g to address
    private readonly does: Actions,
    private readonly now: () => number,
  ) {}

  // press handles a key and says whether it meant anything.
  press(e: Press, typing: boolean, off: boolean): boolean {
    const paired = this.now() - this.leader <= pairWithin;
    this.leader = -Infinity;
    if (typing || off || e.ctrlKey || e.metaKey || e.altKey || e.isComposing || e.repeat) return false;
    const href = paired ? this.pages.get(e.key) : undefined;
    if (href !== undefined) {
      this.does.go(href);
      return true;
    }
    switch (e.key) {
      case "g":
        this.leader = this.now();
        return true;
      case "?":
        this.does.help();
        return true;
      case "/":
        this.does.search();
        return true;
      case ".":
        this.does.pause();
        return true;
      case "d":
        this.does.data();
        return true;
      case "n":
        this.does.add();
        return true;
      case "p":
        this.does.print();
        return true;
    }
    return false;
  }
}

// readPages finds the letter of each page in the navigation: its data-key, or
// the hint printed beside its name.
export function readPages(root: ParentNode): Map<string, string> {
  const pages = new Map<string, string>();
  for (const link of root.querySelectorAll<HTMLAnchorElement>("nav a[href]")) {
    const hint = link.dataset.key ?? link.querySelector("[aria-hidden]")?.textContent ?? "";
    const letter = /^(?:g )?(\S)$/.exec(hint.trim())?.[1];
    if (letter && !pages.has(letter)) pages.set(letter, link.href);
  }
  return pages;
}

// isTyping says whether keys belong to the element that has the focus.
export function isTyping(el: Element | null): boolean {
  return el instanceof HTMLElement && (el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName));
}

// dataLink is the data link of the figure in focus, else of the first figure.
export function dataLink(root: ParentNode, focus: Element | null): HTMLAnchorElement | null {
  const link = "a[data-data-link]";
  return focus?.closest("figure")?.querySelector<HTMLAnchorElement>(link) ?? root.querySelector<HTMLAnchorElement>(link);
}
