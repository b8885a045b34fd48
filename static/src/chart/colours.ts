// The tokens of the style sheet as colours a canvas understands, read again
// when the theme or the reader's contrast changes.

export interface Colours {
  ink: string;
  ink2: string;
  ink3: string;
  rule: string;
  rule3: string;
  paper: string;
  line: string; // of the series
  label: string; // text in the series' colour
  onLine: string; // text on the series' colour
}

// The tokens of each unit: mining, AI, company and market, quiet.
const units: Record<string, [line: string, label: string, on: string]> = {
  m: ["--mining", "--mining-ink", "--on-mining"],
  a: ["--ai", "--ai-ink", "--on-ai"],
  n: ["--co", "--ink", "--paper"],
  q: ["--ink-3", "--ink-2", "--paper"],
};

// readColours resolves tokens where el stands: light-dark() and forced colours
// have then been applied.
export function readColours(el: HTMLElement, unit: string): Colours {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.setProperty("forced-color-adjust", "none"); // the tokens are system colours then
  el.append(probe);
  const token = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const [line, label, on] = units[unit] ?? units["n"]!;
  const colours = {
    ink: token("--ink"), ink2: token("--ink-2"), ink3: token("--ink-3"), rule: token("--rule"), rule3: token("--rule-3"),
    paper: token("--paper"), line: token(line), label: token(label), onLine: token(on),
  };
  probe.remove();
  return colours;
}

// textSize is the size of chart text in pixels: 11, unless the reader has set
// larger text in the browser.
export function textSize(): number {
  return 0.6875 * parseFloat(getComputedStyle(document.documentElement).fontSize);
}

// onThemeChange calls back when colours may have changed.
export function onThemeChange(changed: () => void): void {
  for (const query of ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"]) {
    matchMedia(query).addEventListener("change", changed);
  }
  new MutationObserver(changed).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}
