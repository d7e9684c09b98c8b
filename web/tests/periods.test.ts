import { expect, test } from 'vitest';
import { addDays, civilDate, interval, isTime, isZone, periodOf } from '../src/lib/state/days';

const period = (params: Record<string, string>, today = '2026-03-01') => periodOf((name) => params[name] ?? '', today);

test('a named period ends today, and counts today among its days', () => {
  expect(period({ period: '7d' })).toEqual({ name: '7d', start: '2026-02-23', end: '', days: 7 });
  expect(period({ period: 'today' }).start).toBe('2026-03-01');
});

test.each(['', 'constructor', '31d'])('the period %j is no period: the last 30 days are shown', (name) => {
  expect(period({ period: name })).toEqual({ name: '30d', start: '2026-01-31', end: '', days: 30 });
});

test('a period from day to day holds both of them', () => {
  expect(period({ start: '2026-02-07', end: '2026-02-08', period: '7d' }).days).toBe(2);
  expect(period({ start: '2026-02-08' }).days).toBe(22);
  expect(period({ start: '2026-02-08', end: '2026-02-01' }).days).toBe(1);
});

test('an end that is no day is left out, and a start that is none leaves the named period', () => {
  expect(period({ start: '2026-02-07', end: '2026-02-30' }).end).toBe('');
  expect(period({ start: '2026-02-30', period: '7d' }).name).toBe('7d');
});

test.each([
  ['2026-02-07', true],
  ['2024-02-29', true],
  ['2026-02-29', false],
  ['2026-02-07T10:30Z', true],
  ['2026-02-07 10:30:15.5+01:00', true],
  ['2026-2-7', false],
  ['yesterday', false],
])('%s is a time: %s', (text, is) => expect(isTime(text)).toBe(is));

test('days are counted in the calendar, over months, leap years and changes of the clock', () => {
  expect(addDays('2024-03-01', -1)).toBe('2024-02-29');
  expect(addDays('2026-12-31', 1)).toBe('2027-01-01');
  expect(addDays('2026-03-29', 1)).toBe('2026-03-30');
});

test('a civil date is that of its zone', () => {
  const at = new Date('2026-02-07T23:30:00Z');
  expect(civilDate(at, 'UTC')).toBe('2026-02-07');
  expect(civilDate(at, 'Europe/Berlin')).toBe('2026-02-08');
});

test('a zone that the browser cannot write times in is none', () => {
  expect([isZone('Europe/Berlin'), isZone('Mars/Olympus')]).toEqual([true, false]);
});

test('a chart of any period has at most some hundred bars', () => {
  expect([1, 3, 4, 92, 93, 400, 401].map(interval)).toEqual(['hour', 'hour', 'day', 'day', 'week', 'week', 'month']);
});
