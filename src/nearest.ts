/** The nearest known name to a mistyped one, for hints. */

const NAME_LENGTH_MAX = 64;
const CANDIDATES_MAX = 20_000;

/**
 * The candidate with the fewest typos between it and `name`, ignoring case, if there are few enough (a third of the letters,
 * at least one); the first one wins a tie. A typo is a letter too many, too few or wrong, or two neighbours swapped
 * (optimal string alignment distance). Looks at the first 20,000 candidates.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | null {
  if (name.length === 0 || name.length > NAME_LENGTH_MAX) return null;
  const wanted = name.toLowerCase();
  let best: string | null = null;
  let limit = Math.max(1, Math.floor(name.length / 3));
  let seen = 0;
  for (const candidate of candidates) {
    seen += 1;
    if (seen > CANDIDATES_MAX) break;
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const distance = boundedDistance(wanted, candidate.toLowerCase(), limit);
    if (distance > limit || (best !== null && distance === limit)) continue;
    if (distance === 0) return candidate;
    best = candidate;
    limit = distance;
  }
  return best;
}

/** How many typos a name may have and still count as the known one, by the length of the known one: `_` does not count as `n`. */
const slipsOf = ({ length }: string): number => (length <= 2 ? 0 : length <= 4 ? 1 : 2);

/** The known name that the given one is probably a typo of, ignoring case: at most two typos. Null when there is none. */
export function slipOf(name: string, known: Iterable<string>): string | null {
  if (name.length > NAME_LENGTH_MAX) return null;
  let best: string | null = null;
  let fewest = Infinity;
  for (const candidate of known) {
    const slips = boundedDistance(name.toLowerCase(), candidate.toLowerCase(), slipsOf(candidate));
    if (slips > slipsOf(candidate) || slips >= fewest) continue;
    best = candidate;
    fewest = slips;
  }
  return best;
}

/** `did you mean "x"?` or undefined when nothing is near. */
export function nearestHint(name: string, candidates: Iterable<string>): string | undefined {
  const nearest = nearestName(name, candidates);
  return nearest === null ? undefined : `did you mean "${nearest}"?`;
}

/** Optimal string alignment distance of two short strings, or anything above `limit` once it is known to exceed it. */
function boundedDistance(left: string, right: string, limit: number): number {
  let before_previous = new Uint16Array(right.length + 1);
  let previous = new Uint16Array(right.length + 1);
  let current = new Uint16Array(right.length + 1);
  for (let column = 0; column <= right.length; column += 1) previous[column] = column;
  for (let row = 1; row <= left.length; row += 1) {
    current[0] = row;
    let smallest = row;
    for (let column = 1; column <= right.length; column += 1) {
      const is_same = left[row - 1] === right[column - 1];
      const substitution = previous[column - 1]! + (is_same ? 0 : 1);
      let distance = Math.min(substitution, previous[column]! + 1, current[column - 1]! + 1);
      const is_swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (is_swapped && row > 1 && column > 1) distance = Math.min(distance, before_previous[column - 2]! + 1);
      current[column] = distance;
      if (distance < smallest) smallest = distance;
    }
    // A swap may skip one row, so the search ends only after two successive rows above the limit.
    if (smallest > limit && Math.min(...previous) > limit) return smallest;
    [before_previous, previous, current] = [previous, current, before_previous];
  }
  return previous[right.length]!;
}
