// Parts of the page that a topic does not carry but names: an element with an
// id and data-refetch="core.source core.job" is fetched again, as the server
// renders it, when one of those topics moves.

const gap = 2000; // milliseconds between two requests at the least

export class Refetcher {
  private due = new Set<string>(); // ids
  private busy = false;

  constructor(
    private readonly fetchPage: () => Promise<Document>,
    private readonly replaced: () => void,
  ) {}

  // moved says that a topic has changed.
  moved(topic: string): void {
    for (const el of document.querySelectorAll<HTMLElement>("[id][data-refetch]")) {
      if (el.dataset.refetch?.split(/\s+/).includes(topic)) this.due.add(el.id);
    }
    if (this.due.size > 0 && !this.busy) void this.run();
  }

  private async run(): Promise<void> {
    this.busy = true;
    while (this.due.size > 0) {
      const ids = [...this.due];
      this.due.clear();
      try {
        const page = await this.fetchPage();
        ids.forEach((id) => this.replace(id, page));
        this.replaced();
      } catch {
        // The page keeps what it has, with its age; the next change asks again.
      }
      await new Promise((done) => setTimeout(done, gap));
    }
    this.busy = false;
  }

  // replace leaves an element alone while the reader is in it: focus and opened
  // details would be lost.
  private replace(id: string, page: Document): void {
    const [old, now] = [document.getElementById(id), page.getElementById(id)];
    if (!old || !now || old.contains(document.activeElement) || old.querySelector("details[open]")) return;
    old.replaceChildren(...now.childNodes);
  }
}

// fetchPage fetches this page again. It fails on anything but the page.
export async function fetchPage(): Promise<Document> {
  const res = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!res.ok) throw new Error(`page: status ${res.status}`);
  return new DOMParser().parseFromString(await res.text(), "text/html");
}
