import { expect, test } from 'vitest';
import { segment, unescaped } from '../src/lib/api/segment';
import { type View, change, chosen, pathTo, readPath } from '../src/lib/state/board_path';

const view = (query: string, page = 'overview'): View => ({
  organization: 'acme.example',
  page,
  params: new URLSearchParams(query),
});

test('an address names organization, page and thing, under any prefix', () => {
  const place = { organization: 'acme.example', page: 'call', rest: ['a/b'], unreadable: '' };
  expect(readPath('/board/acme.example/call/a%2Fb', '/')).toEqual(place);
  expect(readPath('/tools/callboard/board/acme.example/call/a%2Fb', '/tools/callboard/')).toEqual(place);
  expect(readPath('/board/acme.example', '/').page).toBe('overview');
  expect(readPath('/docs', '/').organization).toBe('');
});

test('a segment that is no text is told, and breaks nothing', () => {
  expect(readPath('/board/acme.example/call/%FF', '/')).toMatchObject({ rest: ['%FF'], unreadable: '%FF' });
});

test.each(['c-1', 'a/b', 'ü?&#', '%2F', ' '])('the id %j is the same in the address and back', (id) => {
  const path = pathTo(view(''), ['call', id]);
  expect(readPath(`/${path}`, '/').rest).toEqual([id]);
});

test('a browser does not take the ids . and .. out of a path', () => {
  for (const id of ['.', '..']) {
    expect(new URL(`x/${segment(id)}/events`, 'http://localhost/').pathname).toBe(`/x/${segment(id)}/events`);
    expect(unescaped(segment(id))).not.toBe(id);
  }
});

test('links keep campaign, period and zone, but not into another organization', () => {
  const from = view('space_token=s1&period=7d&timezone=UTC&agent=ana&group=agent');
  expect(pathTo(from, 'calls')).toBe('board/acme.example/calls?space_token=s1&period=7d&timezone=UTC');
  expect(pathTo(from, 'overview', {}, 'other.example')).toBe('board/other.example');
  expect(pathTo(from, 'calls', { period: null, agent: 'ana' })).toBe(
    'board/acme.example/calls?space_token=s1&timezone=UTC&agent=ana',
  );
});

test('a whole query is taken as it is', () => {
  expect(pathTo(view('period=7d'), 'tasks', new URLSearchParams('stuck=true'))).toBe(
    'board/acme.example/tasks?stuck=true',
  );
});

test('the list that the overview leads to shows the calls that the overview counts', () => {
  expect(chosen(view(''), 'calls')).toMatchObject({ period: '30d', made: 'true' });
  expect(chosen(view('start=2026-02-07'), 'calls')['period']).toBeUndefined();
  expect(chosen(view(''), 'tasks')['made']).toBe('');
});

test('the times of a list are the period of other pages', () => {
  expect(chosen(view('created_from=2026-02-01&created_to=2026-02-07', 'tasks'), 'overview')).toMatchObject({
    start: '2026-02-01',
    end: '2026-02-07',
    period: null,
  });
});

test('an empty value takes a choice out', () => {
  const query = new URLSearchParams('agent=ana&made=true');
  change(query, { agent: '', made: 'false', stuck: undefined });
  expect(query.toString()).toBe('made=false');
});
