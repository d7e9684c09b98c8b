/** When a batch began to finish tasks, found without a time of it in the API. */

/** Halvings of the time in which the first change was: of an hour, that leaves less than two minutes either way. */
const PROBES = 5;
/** What happened within so short a time says nothing about an hour: then the time since the batch was made counts. */
const SHORTEST_MS = 120_000;

/** When the first task of a batch finished, of which `ended` tells how many finished before a moment. */
export async function firstChange(
  from: number,
  to: number,
  ended: (before: number) => Promise<number>,
): Promise<number> {
  let low = from;
  let high = to;
  for (let probe = 0; probe < PROBES; probe += 1) {
    const middle = (low + high) / 2;
    if (await ended(middle)) high = middle;
    else low = middle;
  }
  return low;
}

/** From when on the pace of a batch counts: its first change within `from` and `to`, or since it was made at all. */
export function pacedFrom(first: number, made: number, from: number, to: number): number {
  return to - first < SHORTEST_MS ? made : Math.max(from, first);
}
