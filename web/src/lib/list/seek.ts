/**
 * How a row far down a list is found without walking there. How many rows are older than a moment is a question that the
 * API answers from its counters, so the moment of a row is found by few of them. Moments are whole quarter-hours, as the
 * counters are.
 */
export const QUARTER_HOUR_MS = 900_000;
/** No row is older: times before 2000 are rejected. */
const EVER = Date.UTC(2000, 0, 1);
const MOST_PROBES = 32;

/** Rows from `index` on are older than `time`. */
export interface Post {
  index: number;
  time: number;
}

/** Near enough: the rest is counted in pages. */
export interface Aim {
  /** The row to find. */
  target: number;
  /** How many rows before it are near enough. */
  within: number;
}

/** The known posts that a row lies between, the newer one first. `newest` is the time of the first row. */
export function bracket(posts: readonly Post[], target: number, count: number, newest: number): [Post, Post] {
  let high: Post = { index: 0, time: newest + QUARTER_HOUR_MS };
  let low: Post = { index: count, time: EVER };
  for (const post of posts) {
    if (post.index <= target && post.index >= high.index) high = post;
    if (post.index > target && post.index < low.index) low = post;
  }
  return [high, low];
}

/** The next time to probe, strictly between both ends. */
export function nextProbe(high: Post, low: Post, target: number, probe: number): number {
  // In proportion where both ends are known rows; every other time by halves, which is never misled for long.
  const halves = probe % 2 === 1 || low.time === EVER;
  const share = halves ? 0.5 : (target - high.index) / Math.max(1, low.index - high.index);
  const estimate = high.time - (high.time - low.time) * Math.min(0.98, Math.max(0.02, share));
  const whole = Math.ceil(estimate / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
  return Math.min(high.time - 1, Math.max(low.time + 1, whole));
}

/** Narrows both ends by calling `indexAt` until the newer one is near enough, and returns that. `posts` keeps all answers. */
export async function approach(
  ends: [Post, Post],
  aim: Aim,
  posts: Post[],
  indexAt: (time: number) => Promise<number>,
): Promise<Post> {
  let [high, low] = ends;
  for (let probe = 0; probe < MOST_PROBES; probe += 1) {
    if (aim.target - high.index <= aim.within || high.time - low.time <= QUARTER_HOUR_MS) break;
    const time = nextProbe(high, low, aim.target, probe);
    const post = { index: await indexAt(time), time };
    posts.push(post);
    if (post.index <= aim.target) high = post;
    else low = post;
  }
  return high;
}
