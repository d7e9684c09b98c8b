import { request } from '../api/client';
import { Deadline } from '../api/deadline';
import { ApiError } from '../api/error';
import { follow } from '../api/stream';
import { type Attempted, keepTrying } from './backoff';
import { streamPlace } from './places';

type State = 'connecting' | 'live' | 'down';

/** Asked of the server: so often a sign of life, and twice that without one means that something hangs. */
const HEARTBEAT_S = 2;
const SILENCE_MS = 4500;
/** How long the first word may take: a connection may have to be made, and other questions go before. */
const FIRST_MS = 10_000;
const RETRY_MS = [1000, 1000, 2000, 4000, 8000];
/** Where the browser has no connection to spare for a stream: so often a question. */
const POLL_MS = 2000;

/** What changes in one scope. `changes` counts what moved; everything on screen that is live reads it. */
class Live {
  state = $state<State>('connecting');
  changes = $state(0);
  /** Each time the server is heard again: everything shown may be old then. */
  connections = $state(0);
  lastSeen = $state.raw<Date>();
  #stop: AbortController | undefined;

  /** From now on, until the function returned is called. */
  open(organization: string, query: string): () => void {
    this.#stop?.abort();
    const stop = new AbortController();
    this.#stop = stop;
    this.state = 'connecting';
    void this.#run(organization, query, stop.signal);
    return () => {
      stop.abort();
      if (this.#stop === stop) this.state = 'connecting';
    };
  }

  async #run(organization: string, query: string, signal: AbortSignal): Promise<void> {
    let streams = false;
    const attempt = async (): Promise<Attempted> => {
      streams ||= await streamPlace(signal);
      if (signal.aborted) return { heard: false };
      const heard = streams
        ? await this.#read(organization, query, signal)
        : await this.#askOnce(organization, query, signal);
      // A question in place of a stream is asked at its own pace; a stream that ended is down until the next one speaks.
      if (heard && !streams) return { heard, restMs: POLL_MS };
      if (!signal.aborted) this.state = 'down';
      return { heard };
    };
    await keepTrying(attempt, RETRY_MS, signal);
  }

  /** Follows the stream to its end; whether it said anything. */
  async #read(organization: string, query: string, signal: AbortSignal): Promise<boolean> {
    const deadline = new Deadline(FIRST_MS, signal);
    const path = `organisation/analytics/stream/${query}${query ? '&' : '?'}heartbeat=${HEARTBEAT_S}`;
    let connected = false;
    try {
      for await (const message of follow(path, organization, deadline.signal)) {
        deadline.renew(SILENCE_MS);
        if (signal.aborted || message.event === 'end') break;
        this.lastSeen = new Date();
        if (message.event !== 'message') continue;
        this.#heard();
        connected = true;
      }
    } catch (fault) {
      // Over, or only out of reach? One plain question tells, and ends the session where it has ended.
      if (fault instanceof ApiError && fault.status === 401) await request('organizations/').catch(() => {});
    } finally {
      deadline.over();
    }
    return connected;
  }

  /** One question in place of a stream; whether it was answered. */
  async #askOnce(organization: string, query: string, signal: AbortSignal): Promise<boolean> {
    try {
      await request(`organisation/analytics/${query}`, { organization, signal, deadlineMs: SILENCE_MS - POLL_MS });
    } catch {
      return false;
    }
    if (!signal.aborted) {
      this.lastSeen = new Date();
      this.#heard();
    }
    return true;
  }

  #heard(): void {
    if (this.state !== 'live') this.connections += 1;
    this.state = 'live';
    this.changes += 1;
  }
}

export const live = new Live();
