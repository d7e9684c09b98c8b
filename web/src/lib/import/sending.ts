/** Sends the parts of a file one after the other, each again until it has come. */
import { type ApiError, asApiError } from '../api/error';
import { RETRY_MS, keepTrying } from '../state/backoff';

export interface Sending {
  /** Sends one part; `progress` is called with how many bytes of it have gone. Throws on failure. */
  send: (part: number, progress: (bytes: number) => void, signal: AbortSignal) => Promise<void>;
  /** Bytes of the part under way that have gone. */
  progress: (bytes: number) => void;
  /** A part has come. */
  came: (part: number) => void;
  /** A part did not come; it is sent again if the failure may pass. */
  failed: (error: ApiError) => void;
}

/** Resolves when all parts have come (true), or when one never will or `outer` aborts (false). */
export async function sendParts(
  parts: readonly number[],
  sending: Sending,
  outer: AbortSignal,
  retryMs: readonly number[] = RETRY_MS,
): Promise<boolean> {
  const left = [...parts];
  const own = new AbortController();
  const signal = AbortSignal.any([own.signal, outer]);
  const attempt = async () => {
    const [part] = left;
    if (part === undefined) {
      own.abort();
      return { answered: true };
    }
    try {
      await sending.send(part, sending.progress, signal);
    } catch (fault) {
      if (signal.aborted) return { answered: false };
      const error = asApiError(fault);
      sending.progress(0);
      sending.failed(error);
      if (!error.passing) own.abort();
      return { answered: false, ...(error.retryAfterSeconds ? { restMs: error.retryAfterSeconds * 1000 } : {}) };
    }
    left.shift();
    sending.progress(0);
    sending.came(part);
    return { answered: true, restMs: 0 };
  };
  await keepTrying(attempt, retryMs, signal);
  return left.length === 0 && !outer.aborted;
}
