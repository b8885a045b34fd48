// Puts the texts of an event into the page: the server has formatted them.

// The items that may flash; others change quietly.
const flashing = ".ticker li, .tag, td";

// applyTexts sets every text, every direction (text "<id>.dir") and every time
// (text "<id>.at", RFC 3339), and returns the items to flash.
export function applyTexts(root: ParentNode, texts: Record<string, string>): Element[] {
  const changed: Element[] = [];
  for (const [id, text] of Object.entries(texts)) {
    for (const el of root.querySelectorAll(`[data-text="${CSS.escape(id)}"]`)) {
      if (el.textContent === text) continue;
      el.textContent = text;
      const item = el.closest(flashing);
      if (item) changed.push(item);
    }
    if (id.endsWith(".at")) {
      for (const el of root.querySelectorAll<HTMLTimeElement>(`time[data-at-of="${CSS.escape(id.slice(0, -3))}"]`)) el.dateTime = text;
    }
    if (!id.endsWith(".dir") || !/^(up|down|flat)$/.test(text)) continue;
    for (const el of root.querySelectorAll(`[data-dir-of="${CSS.escape(id.slice(0, -4))}"]`)) {
      el.setAttribute("data-dir", text);
    }
  }
  return changed;
}

// readTopics collects the topics the server rendered, with the number of the
// last change that each shows. Two parts of the page may name one topic: the
// smaller number counts, so that no change is missed.
export function readTopics(root: ParentNode): Map<string, number> {
  const topics = new Map<string, number>();
  for (const el of root.querySelectorAll<HTMLElement>("[data-topics]")) {
    for (const word of (el.dataset.topics ?? "").split(/\s+/)) {
      const [, topic, seq] = /^(.+):(\d+)$/.exec(word) ?? [];
      if (topic && seq) topics.set(topic, Math.min(Number(seq), topics.get(topic) ?? Infinity));
    }
  }
  return topics;
}
