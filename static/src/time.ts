// Relative times: every <time data-ago datetime="…"> says how long ago it was.
import { ago } from "./format";

export function showAges(root: ParentNode, now: number): void {
  for (const el of root.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const text = ago((now - Date.parse(el.dateTime)) / 1000);
    if (el.textContent !== text) el.textContent = text;
  }
}
