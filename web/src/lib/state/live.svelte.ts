import { request } from '../api/client';
import { Deadline } from '../api/deadline';
import { ApiError } from '../api/error';
import { follow } from '../api/stream';
import { type Attempted, keepTrying } from './backoff';
import { streamPlace } from './places';

type State = 'connecting' | 'live' | 'down';

/** The heartbeat requested from the server; after twice that without one the connection is considered dead. */
const HEARTBEAT_S = 2;
const SILENCE_MS = 4500;
/** How long the first message may take: a connection may have to be opened, and other requests go first. */
const FIRST_MS = 10_000;
const RETRY_MS = [1000, 1000, 2000, 4000, 8000];
/** The interval of requests where the browser has no connection left for a stream. */
const POLL_MS = 2000;

/** Changes in one scope. `changes` is a counter; all live data on screen depends on it. */
class Live {
  state = $state<State>('connecting');
  changes = $state(0);
  /** Counts connections: after a new one everything on screen may be outdated then. */
  connections = $state(0);
  lastSeen = $state.raw<Date>();
  #stop: AbortController | undefined;

  /** Starts following; the function returned stops it. */
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
      if (signal.aborted) return { answered: false };
      const answered = streams
        ? await this.#read(organization, query, signal)
        : await this.#askOnce(organization, query, signal);
      // Polling has its own interval; after a stream ended the state is down until the next one sends a message.
      if (answered && !streams) return { answered, restMs: POLL_MS };
      if (!signal.aborted) this.state = 'down';
      return { answered };
    };
    await keepTrying(attempt, RETRY_MS, signal);
  }

  /** Follows the stream to its end; returns whether it sent a message. */
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
        this.#answered();
        connected = true;
      }
    } catch (fault) {
      // The session may have ended: a plain request finds out, and signs out if so.
      if (fault instanceof ApiError && fault.status === 401) await request('organizations/').catch(() => {});
    } finally {
      deadline.over();
    }
    return connected;
  }

  /** One request instead of a stream; returns whether it was answered. */
  async #askOnce(organization: string, query: string, signal: AbortSignal): Promise<boolean> {
    try {
      await request(`organisation/analytics/${query}`, { organization, signal, deadlineMs: SILENCE_MS - POLL_MS });
    } catch {
      return false;
    }
    if (!signal.aborted) {
      this.lastSeen = new Date();
      this.#answered();
    }
    return true;
  }

  #answered(): void {
    if (this.state !== 'live') this.connections += 1;
    this.state = 'live';
    this.changes += 1;
  }
}

export const live = new Live();
