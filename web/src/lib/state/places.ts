/**
 * Over HTTP/1.1 a browser has six connections to a server, for all of its windows together. Streams hold theirs, so that
 * six windows with one each would leave none for questions, and nothing would ever load: no more than so many have one.
 */
const STREAMS = 4;

/** Takes one of the places for streams until `signal` ends; false when others have them all. */
export async function streamPlace(signal: AbortSignal): Promise<boolean> {
  // Over plain HTTP from another machine browsers have no locks: windows cannot count each other.
  if (!navigator.locks) return true;
  for (let place = 0; place < STREAMS; place += 1) if (await taken(`callboard stream ${place}`, signal)) return true;
  return false;
}

function taken(name: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        if (!lock || signal.aborted) return undefined;
        return new Promise<void>((free) => signal.addEventListener('abort', () => free(), { once: true }));
      })
      .catch(() => resolve(true));
  });
}
