/** Files that import each other through others. */
import { inSource, resolve, stemOf } from "./paths";
import type { Source } from "./source";

/** Types count too: files that know of each other are read together, and change together. */
export function filesInCircles(sources: readonly Source[]): string[] {
  const known = new Map(inSource(sources).map((source) => [stemOf(source.path), source]));
  const targets = new Map(
    [...known].map(([stem, source]) => {
      const found = source.imports.map(({ specifier }) => stemOf(resolve(source.path, specifier) ?? ""));
      return [stem, [...new Set(found)].filter((target) => target !== stem && known.has(target))];
    }),
  );
  return circlesOf(targets).map((circle) => {
    const paths = circle.map((stem) => known.get(stem)!.path);
    return `${paths.join(", ")} import each other: move what they share below them, or pass it in`;
  });
}

/** The strongly connected parts of a graph that have more than one member (Tarjan 1972), each sorted. */
function circlesOf(targets: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const lowest = (name: string): number => {
    const index = order.size;
    order.set(name, index);
    open.push(name);
    let low = index;
    for (const target of targets.get(name) ?? []) {
      if (!order.has(target)) low = Math.min(low, lowest(target));
      else if (open.includes(target)) low = Math.min(low, order.get(target)!);
    }
    if (low < index) return low;
    const members = open.splice(open.indexOf(name));
    if (members.length > 1) circles.push(members.sort());
    return low;
  };
  for (const name of targets.keys()) if (!order.has(name)) lowest(name);
  return circles;
}
