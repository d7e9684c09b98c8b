import { ApiError, request } from '../api/client';
import { follow } from '../api/stream';
import type { AnalyticsData, Answer } from '../api/types';

type State = 'connecting' | 'live' | 'down';

/** Longer than the server's silence between two signs of life: a connection that says less is dead. */
const SILENCE_MS = 40_000;
const RETRY_MS = [1000, 1000, 2000, 4000, 8000];

/** The stream of one scope. `changes` counts what moved; everything on screen that is live reads it. */
class Live {
  state = $state<State>('connecting');
  changes = $state(0);
  /** Each time the stream is taken up again: everything shown may be old then. */
  connections = $state(0);
  lastSeen = $state.raw<Date>();
  numbers = $state.raw<AnalyticsData>();
  #stop: AbortController | undefined;

  open(organization: string, query: string): () => void {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.state = 'connecting';
    this.numbers = undefined;
    void this.#run(organization, query, stop.signal);
    return () => stop.abort();
  }

  async #run(organization: string, query: string, signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const connected = await this.#read(organization, query, signal);
      if (signal.aborted) return;
      this.state = 'down';
      failures = connected ? 1 : failures + 1;
      await pause(RETRY_MS[Math.min(failures, RETRY_MS.length) - 1] ?? 8000, signal);
    }
  }

  async #read(organization: string, query: string, signal: AbortSignal): Promise<boolean> {
    const attempt = new AbortController();
    const end = () => attempt.abort();
    signal.addEventListener('abort', end, { once: true });
    let watch = setTimeout(end, SILENCE_MS);
    let connected = false;
    try {
      for await (const message of follow(`organisation/analytics/stream/${query}`, organization, attempt.signal)) {
        clearTimeout(watch);
        watch = setTimeout(end, SILENCE_MS);
        this.lastSeen = new Date();
        if (message.event === 'end') break;
        if (message.event !== 'message') continue;
        if (!connected) this.connections += 1;
        connected = true;
        this.state = 'live';
        this.numbers = (JSON.parse(message.data) as Answer<AnalyticsData>).data;
        this.changes += 1;
      }
    } catch (fault) {
      // Over, or only out of reach? One plain question tells, and ends the session where it has ended.
      if (fault instanceof ApiError && fault.status === 401) await request('organizations/').catch(() => {});
    } finally {
      clearTimeout(watch);
      signal.removeEventListener('abort', end);
      attempt.abort();
    }
    return connected;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

export const live = new Live();
