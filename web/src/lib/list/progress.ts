/** When a batch started to finish tasks: the API has no such time. */

/** Steps of the binary search for the first change: within an hour they leave less than two minutes. */
const PROBES = 5;
/** Too short a time for a rate per hour: then the time since the batch was created counts. */
const SHORTEST_MS = 120_000;

/** When the first task of a batch finished, by binary search: `ended` returns how many finished before a time. */
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

/** The start of the time that the rate of a batch covers: its first change between `from` and `to`, or its creation. */
export function pacedFrom(first: number, made: number, from: number, to: number): number {
  return to - first < SHORTEST_MS ? made : Math.max(from, first);
}
