import type { ApiError } from '../api/error';

/** Delays before a failed request is sent again. */
export const RETRY_MS = [2000, 5000, 10_000, 30_000];

/** The delay before each further attempt: the given delays in order, then always the last. */
export class Backoff {
  #failures = 0;

  constructor(private readonly delaysMs: readonly number[]) {}

  /** The delay before the next attempt, at least the server's Retry-After. */
  next(retryAfterSeconds: number | null = null): number {
    const own = this.delaysMs[Math.min(this.#failures, this.delaysMs.length - 1)] ?? 0;
    this.#failures += 1;
    return Math.max(own, (retryAfterSeconds ?? 0) * 1000);
  }

  /** An attempt succeeded: the next failure waits for the first delay again. */
  reset(): void {
    this.#failures = 0;
  }
}

/** One further attempt after a failure, if the failure may pass. */
export class Retry {
  readonly #backoff: Backoff;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    delaysMs: readonly number[] = RETRY_MS,
    private readonly worth: (error: ApiError) => boolean = (error) => error.passing,
  ) {
    this.#backoff = new Backoff(delaysMs);
  }

  /** Whether an attempt is scheduled. */
  get due(): boolean {
    return this.#timer !== undefined;
  }

  /** Schedules `attempt`, replacing the one scheduled before. */
  after(error: ApiError, attempt: () => void): void {
    if (!this.worth(error)) return;
    this.cancel();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      attempt();
    }, this.#backoff.next(error.retryAfterSeconds));
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** After an answer, or for another query: the next failure waits for the first delay. */
  reset(): void {
    this.#backoff.reset();
  }
}

/** The result of an attempt: whether it got an answer, and the delay before the next one instead of the backoff. */
export interface Attempted {
  answered: boolean;
  restMs?: number;
}

/** Repeats the attempt until `signal` aborts. Delays grow after attempts without an answer; an answer resets them. */
export async function keepTrying(
  attempt: () => Promise<Attempted>,
  delaysMs: readonly number[],
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff(delaysMs);
  while (!signal.aborted) {
    const { answered, restMs } = await attempt();
    if (signal.aborted) return;
    if (answered) backoff.reset();
    await pause(restMs ?? backoff.next(), signal);
  }
}

/** Resolves after that time, or at once when `signal` aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
