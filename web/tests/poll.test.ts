import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiError } from '../src/lib/api/error';
import { Debounce } from '../src/lib/debounce';
import { Backoff, keepTrying } from '../src/lib/state/backoff';
import { Poll, type PollOptions } from '../src/lib/state/poll';

/** The part of `document` that is asked whether the page is visible. */
class Page extends EventTarget {
  visibilityState = 'visible';
  show(state: string): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

let page: Page;
beforeEach(() => {
  vi.useFakeTimers();
  page = new Page();
  vi.stubGlobal('document', page);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A poll whose answers the test gives. */
function polled(options: Partial<PollOptions> = {}) {
  const requested: { signal: AbortSignal; answer: () => void; fail: (error: unknown) => void }[] = [];
  const errors: ApiError[] = [];
  const poll = new Poll({
    request: (signal) => new Promise((answer, fail) => requested.push({ signal, answer, fail })),
    failed: (error) => errors.push(error),
    ...options,
  });
  const settle = (error?: unknown) => {
    const last = requested.at(-1);
    if (error) last?.fail(error);
    else last?.answer();
    return vi.advanceTimersByTimeAsync(0);
  };
  return { poll, requested, errors, settle };
}

describe('single flight', () => {
  test('refreshes while a question is under way become one question after its answer', async () => {
    const { poll, requested, settle } = polled();
    poll.refresh();
    poll.refresh();
    poll.refresh();
    expect(requested).toHaveLength(1);
    await settle();
    expect(requested).toHaveLength(2);
    expect(requested[0]?.signal.aborted).toBe(false);
    await settle();
    expect(requested).toHaveLength(2);
  });

  test('another question aborts the one under way, and its late error counts for nothing', async () => {
    const { poll, requested, errors } = polled();
    poll.refresh();
    void poll.change();
    expect(requested.map((one) => one.signal.aborted)).toEqual([true, false]);
    requested[0]?.fail(new ApiError(500, 'late'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(errors).toEqual([]);
    expect(requested).toHaveLength(2);
  });
});

describe('retry', () => {
  test('waits longer after each failure, and from the start again after an answer', async () => {
    const { poll, requested, settle } = polled({ retryMs: [100, 1000] });
    poll.refresh();
    for (const [wait, count] of [
      [100, 2],
      [1000, 3],
      [1000, 4],
    ] as const) {
      await settle(new ApiError(503, 'down'));
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(requested).toHaveLength(count - 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(requested).toHaveLength(count);
    }
    await settle();
    poll.refresh();
    await settle(new ApiError(0, 'gone'));
    await vi.advanceTimersByTimeAsync(100);
    expect(requested).toHaveLength(6);
  });

  test.each([
    [0, true],
    [400, false],
    [404, false],
    [429, true],
    [500, true],
    [503, true],
  ])('status %i is asked again: %s', async (status, again) => {
    const { poll, requested, errors, settle } = polled({ retryMs: [10] });
    poll.refresh();
    await settle(new ApiError(status, 'no'));
    await vi.advanceTimersByTimeAsync(10);
    expect(errors).toHaveLength(1);
    expect(requested).toHaveLength(again ? 2 : 1);
  });

  test('a change that arrives while a retry is due does not bring it forward', async () => {
    const { poll, requested, settle } = polled({ retryMs: [5000] });
    poll.refresh();
    await settle(new ApiError(429, 'slow down'));
    poll.soon(250);
    await vi.advanceTimersByTimeAsync(4999);
    expect(requested).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(requested).toHaveLength(2);
  });

  test('a failure takes the place of a refresh that a change had scheduled', async () => {
    const { poll, requested, settle } = polled({ retryMs: [5000] });
    poll.refresh();
    poll.soon(2000);
    await settle(new ApiError(503, 'down'));
    await vi.advanceTimersByTimeAsync(4999);
    expect(requested).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(requested).toHaveLength(2);
  });

  test('a delay is never shorter than the server asked for', () => {
    const backoff = new Backoff([2000, 5000]);
    expect([backoff.next(7), backoff.next(1), backoff.next()]).toEqual([7000, 5000, 5000]);
    backoff.reset();
    expect(backoff.next()).toBe(2000);
  });
});

describe('poll', () => {
  test('how long an answer took is known from answers alone, not from failures', async () => {
    const { poll, settle } = polled();
    poll.refresh();
    await vi.advanceTimersByTimeAsync(300);
    await settle();
    poll.refresh();
    await vi.advanceTimersByTimeAsync(9000);
    await settle(new ApiError(400, 'no'));
    expect(poll.tookMs).toBe(300);
  });

  test('an interval asks nothing before the first question', async () => {
    const { poll, requested } = polled({ everyMs: 1000 });
    await vi.advanceTimersByTimeAsync(5000);
    expect(requested).toHaveLength(0);
    poll.close();
  });

  test('many changes within a gap are one question at its end', async () => {
    const { poll, requested, settle } = polled();
    poll.soon(1000);
    await vi.advanceTimersByTimeAsync(2000);
    expect(requested).toHaveLength(0);
    poll.refresh();
    await settle();
    for (let change = 0; change < 20; change += 1) poll.soon(1000);
    await vi.advanceTimersByTimeAsync(999);
    expect(requested).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(requested).toHaveLength(2);
    await settle();
    expect(requested).toHaveLength(2);
  });

  test('a hidden page asks nothing, and once when it is visible', async () => {
    const { poll, requested } = polled();
    page.show('hidden');
    poll.refresh();
    poll.refresh();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requested).toHaveLength(0);
    page.show('visible');
    await vi.advanceTimersByTimeAsync(0);
    expect(requested).toHaveLength(1);
  });

  test('nothing is asked after the end, by no timer and no change of visibility', async () => {
    const { poll, requested, settle } = polled({ everyMs: 1000, retryMs: [100] });
    poll.refresh();
    await settle();
    await vi.advanceTimersByTimeAsync(1000);
    expect(requested).toHaveLength(2);
    await settle(new ApiError(500, 'down'));
    page.show('hidden');
    poll.refresh();
    poll.close();
    page.show('visible');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(requested).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('attempts', () => {
  test('wait longer while nothing is heard, from the start again after an answer, and rest when they say so', async () => {
    const stop = new AbortController();
    const attempted = [
      { answered: false },
      { answered: false },
      { answered: true, restMs: 50 },
      { answered: false },
      { answered: true },
    ];
    const at: number[] = [];
    const begun = Date.now();
    const attempt = () => {
      at.push(Date.now() - begun);
      return Promise.resolve(attempted[at.length - 1] ?? { answered: false });
    };
    void keepTrying(attempt, [100, 1000], stop.signal);
    await vi.advanceTimersByTimeAsync(1360);
    expect(at).toEqual([0, 100, 1100, 1150, 1250, 1350]);
    stop.abort();
  });

  test('end with their signal, also in the middle of a wait', async () => {
    const stop = new AbortController();
    let count = 0;
    const ended = keepTrying(() => Promise.resolve({ answered: Boolean((count += 1)) }), [1000], stop.signal);
    await vi.advanceTimersByTimeAsync(500);
    stop.abort();
    await ended;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(count).toBe(1);
  });
});

test('only the last of several calls is carried out, once there are no more', async () => {
  const done: string[] = [];
  const debounce = new Debounce(100);
  debounce.run(() => done.push('first'));
  await vi.advanceTimersByTimeAsync(99);
  debounce.run(() => done.push('last'));
  await vi.advanceTimersByTimeAsync(100);
  debounce.run(() => done.push('given up'));
  debounce.cancel();
  await vi.advanceTimersByTimeAsync(1000);
  expect(done).toEqual(['last']);
});
