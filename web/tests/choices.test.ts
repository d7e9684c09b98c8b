import { describe, expect, test } from 'vitest';
import { aloud, barAfter, caption } from '../src/lib/charts/bars';
import {
  anyTime,
  chipText,
  chipsOf,
  choiceText,
  chooseTime,
  cleared,
  countOf,
  fromTo,
  isCivil,
  setOf,
  timeOf,
} from '../src/lib/list/filters';
import { clamp, pageOf, placesOf, rowAfter, topFor } from '../src/lib/list/scroll';
import { TIME_ZONES, choosePeriod } from '../src/lib/state/days';

const of = (params: Record<string, string>) => (name: string) => params[name] ?? '';

describe('filters of a list', () => {
  test('those without a control of their own are chips, the campaign never', () => {
    const get = of({ space_token: 's1', agent: 'ana', call_type: 'inbound', run_id: 'r1' });
    expect(chipsOf('calls', get, ['agent'])).toEqual(['call_type']);
    expect(setOf(['agent', 'answered'], get)).toEqual(['agent']);
  });

  test('from and to count as one filter', () => {
    const get = of({ space_token: 's1', agent: 'ana', run_id: 'r1' });
    expect(countOf('calls', get, { from: '', to: '' })).toBe(2);
    expect(countOf('calls', get, { from: '2026-02-01', to: '2026-02-07' })).toBe(3);
    expect(countOf('tasks', get, { from: '', to: '2026-02-07' })).toBe(3);
  });

  test.each([
    [{ from: '', to: '' }, true],
    [{ from: '2026-02-01', to: '' }, true],
    [{ from: '2026-02-01', to: '2026-02-01T10:00:00Z' }, false],
  ])('controls for days show %j: %s', (span, civil) => expect(isCivil(span)).toBe(civil));

  test.each([
    [{}, ''],
    [{ period: '7d' }, '7d'],
    [{ period: 'constructor' }, ''],
    [{ start: '2026-02-01', period: '7d' }, 'custom'],
    [{ start_date: '2026-02-01' }, 'custom'],
    [{ end_date: '2026-02-01' }, 'custom'],
    [{ created_from: '2026-02-01' }, ''],
  ])('the time that %j chooses is %j', (params, name) => expect(timeOf('calls', of(params))).toBe(name));

  test('another time takes the previous one out; from and to start with a week', () => {
    const none = { created_from: null, created_to: null, period: null, start: null, end: null };
    expect(anyTime('tasks')).toEqual(none);
    expect(chooseTime('tasks', '7d', '2026-02-07')).toEqual({ ...none, period: '7d' });
    const week = { created_from: '2026-02-01', created_to: '2026-02-07' };
    expect(chooseTime('tasks', 'custom', '2026-02-07')).toEqual({ ...none, ...week });
    expect(fromTo('calls', { from: 'a', to: '' })).toMatchObject({ start_date: 'a', end_date: '', start: null });
  });

  test('clearing takes out every filter and the time', () =>
    expect(cleared('tasks')).toMatchObject({
      space_token: null,
      run_id: null,
      stuck: null,
      created_to: null,
      start: null,
    }));

  test('a chip names its filter, and writes a moment in the zone', () => {
    expect(chipText('end_reason', 'no_answer', 'UTC')).toMatch(/: No answer$/);
    expect(chipText('talking_at', '2026-02-07T10:00:00Z', 'Europe/Berlin')).toContain('11:00');
  });

  test('yes and no say of what', () => {
    expect(choiceText('answered', 'true')).toMatch(/.+: yes$/);
    expect(choiceText('call_type', 'inbound')).toBe('Inbound');
  });
});

test('a custom period goes on from the one on screen; the default is not in the address', () => {
  expect(choosePeriod('custom', '2026-02-01', '2026-02-07')).toEqual({
    start: '2026-02-01',
    end: '2026-02-07',
    period: null,
  });
  expect(choosePeriod('7d', 'x', 'y')).toEqual({ period: '7d', start: null, end: null });
  expect(choosePeriod('30d', 'x', 'y').period).toBeNull();
  expect([TIME_ZONES[0], TIME_ZONES.filter((name) => name === 'UTC').length]).toEqual(['UTC', 1]);
});

describe('rows of a list', () => {
  const view = { top: 1000, seen: 400, height: 40 };

  test('a place keeps its slot while it is in the page', () => {
    expect(placesOf(0, 4)).toEqual([0, 1, 2, 3]);
    expect(placesOf(6, 4)).toEqual([8, 9, 6, 7]);
  });

  test('a row is scrolled to by the shortest way, and not at all while it is on screen', () => {
    expect([topFor(10, view), topFor(25, view), topFor(34, view), topFor(40, view)]).toEqual([
      400,
      undefined,
      undefined,
      1240,
    ]);
    expect([clamp(-5, 10), clamp(15, 10), clamp(3, -1)]).toEqual([0, 10, 0]);
  });

  test.each([
    ['ArrowDown', 27],
    ['k', 25],
    ['PageDown', 35],
    ['PageUp', 17],
    [' ', 35],
    ['Home', 0],
    ['End', 126],
    ['toString', undefined],
    ['Enter', undefined],
  ])('%s leads from row 26 to %s', (key, row) =>
    expect(rowAfter(key, false, { active: 26, count: 100 }, view)).toBe(row),
  );

  test('a page is never less than a row, and one row of the previous page stays', () =>
    expect([pageOf(view), pageOf({ ...view, seen: 40 })]).toEqual([9, 1]));

  test('a step starts with the rows on screen when the active row is not there', () => {
    const after = (key: string, active: number) => rowAfter(key, false, { active, count: 100 }, view);
    expect([after('ArrowDown', 3), after('ArrowUp', 90), after('Home', 90)]).toEqual([25, 25, 0]);
    expect(after('End', 3)).toBe(103);
  });

  test('with Control only the keys for both ends move', () => {
    const after = (key: string) => rowAfter(key, true, { active: 26, count: 100 }, view);
    expect([after('ArrowDown'), after('Home'), after('End')]).toEqual([undefined, 0, 126]);
  });
});

describe('bars', () => {
  const layers = [
    { name: 'Completed', colour: '', values: [1000, 2], total: 1002 },
    { name: 'Missed', colour: '', values: [5, 0], total: 5 },
  ];
  const labels = ['Monday', 'Tuesday'];

  test('the line above says the whole, or the bar that is chosen', () => {
    expect(caption(layers, labels, null, 'calls')).toBe('1,007 calls');
    expect(caption(layers, labels, 0, 'calls')).toBe('Monday · 1,005 calls');
    expect(aloud(layers, labels, 1, 'calls')).toBe('Tuesday: 2 calls; Completed 2, Missed 0');
    expect(aloud(layers, labels, null, 'calls')).toContain('Arrow keys');
  });

  test('keys walk from bar to bar, from both ends where none is chosen', () => {
    expect([barAfter('ArrowLeft', null, 5), barAfter('ArrowRight', null, 5)]).toEqual([4, 0]);
    expect([barAfter('ArrowLeft', 0, 5), barAfter('ArrowRight', 4, 5), barAfter('ArrowRight', 1, 5)]).toEqual([
      0, 4, 2,
    ]);
    expect([barAfter('Home', 3, 5), barAfter('End', 3, 5), barAfter('toString', 3, 5)]).toEqual([0, 4, undefined]);
  });
});
