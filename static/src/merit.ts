// The merit order follows the hashprice: its line moves and its steps change
// colour with every new one, by the rule the server draws them by.
import { count, usd2 } from "./format";

// crossed is the name under which figures ask to be fetched again once a step
// has crossed the line: data-refetch="merit".
export const crossed = "merit";

// judge is how a step stands at a hashprice; a step without a cost never pays.
export function judge(cost: number | null, hashprice: number, near: number): "on" | "near" | "under" {
  if (cost === null || !(cost < hashprice)) return "under";
  return cost > hashprice * (1 - near) ? "near" : "on";
}

// followHashprice redraws every merit order of the page at a hashprice in
// dollars per PH/s per day, and says whether a step came to stand otherwise.
export function followHashprice(root: ParentNode, hashprice: number): boolean {
  let moved = false;
  for (const drawing of root.querySelectorAll<HTMLElement>("[data-merit]")) {
    const [highest, top, base, near] = (drawing.dataset.merit ?? "").split(" ").map(Number);
    if (!(highest! > 0) || near === undefined) continue;
    const y = base! - (Math.min(hashprice, highest!) / highest!) * (base! - top!);
    for (const line of drawing.querySelectorAll<SVGGElement>("[data-merit-line]")) {
      line.setAttribute("transform", `translate(0 ${(y - Number(line.dataset.meritLine)).toFixed(1)})`);
    }
    for (const price of drawing.querySelectorAll("[data-merit-price]")) price.textContent = usd2(hashprice);
    let under = 0;
    for (const step of drawing.querySelectorAll<SVGGElement>("[data-mw]")) {
      const cost = step.dataset.cost ? Number(step.dataset.cost) : null;
      const state = judge(cost, hashprice, near);
      if (state === "under") under += Number(step.dataset.mw);
      if (step.classList.contains(state)) continue;
      step.classList.remove("on", "near", "under");
      step.classList.add(state);
      moved = true;
    }
    for (const text of drawing.querySelectorAll("[data-merit-under]")) text.textContent = under > 0 ? `${count(under)} MW under water` : "";
  }
  return moved;
}
