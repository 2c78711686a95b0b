/** Which known name somebody who mistyped one most likely meant. */

/** Longer names than this are nobody's typing error. */
const longest = 128;

/** From this length on a name stands for all that begin with it, or is taken for one written out. */
const shortestPrefix = 3;

/**
 * The names of `candidates` nearest to `name`, best first, at most `most`; none where nothing is near. Near is
 * up to a third of the name's letters (at most three) missing, added, changed or swapped with their neighbour,
 * or one name beginning with the other. Capitals do not count. The cost grows with the number of candidates
 * alone, whatever their length.
 */
export const nearest = (name: string, candidates: Iterable<string>, most = 3): readonly string[] => {
  if (name.length > longest) return [];
  const wanted = name.toLowerCase();
  const limit = Math.min(3, Math.max(1, Math.floor(name.length / 3)));
  const found: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of candidates) {
    const other = candidate.toLowerCase();
    const distance = editDistance(wanted, other, limit);
    if (distance <= limit) found.push({ candidate, distance });
    else if (isPrefix(wanted, other)) found.push({ candidate, distance: limit + 1 });
  }
  return found
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .slice(0, most)
    .map(({ candidate }) => candidate);
};

const isPrefix = (a: string, b: string): boolean =>
  Math.min(a.length, b.length) >= shortestPrefix && (a.startsWith(b) || b.startsWith(a));

/**
 * How many letters have to be missing, added, changed or swapped with their neighbour to make `b` of `a`
 * (optimal string alignment); anything above `limit` where it is more than that. Only the band of the table
 * within `limit` of its diagonal can hold an answer, so only that is filled.
 */
const editDistance = (a: string, b: string, limit: number): number => {
  const over = limit + 1;
  if (Math.abs(a.length - b.length) > limit) return over;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = new Array<number>(b.length + 1).fill(over);
    row[0] = i;
    let least = i;
    for (let j = Math.max(1, i - limit); j <= Math.min(b.length, i + limit); j++) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1;
      let cell = Math.min((last[j] ?? over) + 1, (row[j - 1] ?? over) + 1, (last[j - 1] ?? over) + changed);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cell = Math.min(cell, (beforeLast[j - 2] ?? over) + 1);
      row[j] = cell;
      least = Math.min(least, cell);
    }
    // No later row has less than this one, through a swap either: it costs as much as a change and what is added.
    if (least > limit) return over;
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? over;
};
