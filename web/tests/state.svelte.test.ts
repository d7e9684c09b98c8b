import { flushSync } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** The parts of a browser that the page's state needs when it is loaded. */
const page = vi.hoisted(() => {
  const events = new EventTarget();
  const found = Object.assign(events, { visibilityState: 'visible', baseURI: 'https://calls.example/' });
  const location = { href: 'https://calls.example/board/acme/calls' };
  Object.assign(globalThis, { document: found, location, addEventListener: () => {} });
  return found;
});

import { Tokens } from '../src/lib/answers/tokens.svelte';
import type { TokenItem } from '../src/lib/api/types';
import { Paged } from '../src/lib/list/paged.svelte';
import { campaigns } from '../src/lib/state/campaigns.svelte';
import { home } from '../src/lib/state/home.svelte';
import { live } from '../src/lib/state/live.svelte';

interface Request {
  path: string;
  method: string;
  signal: AbortSignal;
  answer: (body: object, status?: number) => Promise<void>;
}
let requests: Request[];
let end: () => void;
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const paths = (from = 0) => requests.slice(from).map(({ method, path }) => `${method} ${path}`);

beforeEach(() => {
  vi.useFakeTimers();
  requests = [];
  end = () => {};
  vi.stubGlobal('fetch', (path: string, init: RequestInit & { signal: AbortSignal; method: string }) => {
    const { method, signal } = init;
    return new Promise<Response>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      const answer = async (body: object, status = 200) => {
        resolve(new Response(JSON.stringify(body), { status }));
        await wait(0);
        flushSync();
      };
      requests.push({ path: path.replace('/api/v2/platform/', ''), method, signal, answer });
    });
  });
});
afterEach(() => {
  end();
  show('visible');
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function show(state: string): void {
  page.visibilityState = state;
  page.dispatchEvent(new Event('visibilitychange'));
}

/** What a component would make while it is on screen. */
function mounted<T>(make: () => T): T {
  let made: T | undefined;
  end = $effect.root(() => {
    made = make();
  });
  flushSync();
  return made as T;
}

const space = (token: string) => ({ data: [{ token, name: token }], next_cursor: null });
const zoned = (timezone: string) => ({ data: { timezone } });

test('the campaigns of another organization end the request for those of the previous one', async () => {
  void campaigns.load('one');
  void campaigns.load('two');
  expect(requests.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  await requests[1]?.answer(space('b'));
  await requests[0]?.answer(space('a'));
  expect(campaigns.all.map(({ token }) => token)).toEqual(['b']);
});

test('campaigns are requested once a hidden page is visible, and again after any failure', async () => {
  show('hidden');
  void campaigns.load('three');
  await wait(60_000);
  expect(requests).toHaveLength(0);
  show('visible');
  await wait(0);
  await requests[0]?.answer({}, 404);
  expect(campaigns.error?.status).toBe(404);
  await wait(5000);
  await requests[1]?.answer(space('c'));
  expect([campaigns.known, campaigns.error]).toEqual([true, undefined]);
});

test('the home zone of another campaign ends the request for the previous one', async () => {
  home.aim('one', 'a');
  home.aim('one', 'b');
  expect(requests.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  await requests[1]?.answer(zoned('Asia/Tokyo'));
  await requests[0]?.answer(zoned('Europe/Berlin'));
  expect(home.zone).toBe('Asia/Tokyo');
});

test('the home zone is requested once a hidden page is visible, and again after any failure', async () => {
  show('hidden');
  home.aim('two', '');
  await wait(60_000);
  expect(requests).toHaveLength(0);
  show('visible');
  await wait(0);
  await requests[0]?.answer({}, 403);
  expect(home.error?.status).toBe(403);
  await wait(2000);
  await requests[1]?.answer(zoned('Europe/Berlin'));
  expect([home.zone, home.error]).toEqual(['Europe/Berlin', undefined]);
});

const head = { data: [], count: 1000, next_cursor: 'after 0' };
const order = { from: 'from', until: 'until', at: () => null };

test('a failed head of a list neither delays nor cancels the retry of a failed page', async () => {
  const list = mounted(() => new Paged(() => 'call-logs/', order));
  await requests[0]?.answer(head);
  list.want(100, 120);
  list.reload();
  expect(paths()).toEqual([
    'GET call-logs/?page_size=100',
    'GET call-logs/?page_size=100&cursor=after+0&page=1',
    'GET call-logs/?page_size=100',
  ]);
  await requests[1]?.answer({}, 503);
  await requests[2]?.answer({}, 503);
  await wait(1999);
  expect(requests).toHaveLength(3);
  await wait(1);
  expect(paths(3)).toEqual(['GET call-logs/?page_size=100&cursor=after+0&page=1', 'GET call-logs/?page_size=100']);
});

test('changes do not refresh the head of a list while a page of it waits for its retry', async () => {
  const list = mounted(() => new Paged(() => 'call-logs/', order));
  await requests[0]?.answer(head);
  await wait(1000);
  await requests[1]?.answer(head);
  list.want(100, 120);
  await requests[2]?.answer({}, 503);
  live.changes += 1;
  flushSync();
  await wait(1999);
  expect(requests).toHaveLength(3);
  await wait(1);
  await requests[3]?.answer({ data: [], count: 1000, next_cursor: null });
  live.changes += 1;
  flushSync();
  await wait(1000);
  expect(paths(2)).toEqual([
    'GET call-logs/?page_size=100&cursor=after+0&page=1',
    'GET call-logs/?page_size=100&cursor=after+0&page=1',
    'GET call-logs/?page_size=100',
  ]);
});

test.each(['rotate', 'revoke'] as const)('the tokens are listed once more after one is %sd', async (step) => {
  const tokens = mounted(() => new Tokens());
  await requests[0]?.answer({ data: [], next_cursor: null });
  const done = tokens.carryOut({ id: 7, prefix: '' } as TokenItem, step);
  await requests[1]?.answer({ data: { id: 7, token: 'new secret' } });
  await done;
  await requests[2]?.answer({ data: [], next_cursor: null });
  await wait(60_000);
  expect(paths(1)).toEqual([
    step === 'rotate' ? 'POST tokens/7/rotate/' : 'DELETE tokens/7/',
    'GET tokens/?page_size=1000',
  ]);
});
