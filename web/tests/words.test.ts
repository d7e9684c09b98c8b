import { expect, test } from 'vitest';
import { duration, percent, plural, spanText } from '../src/lib/format';
import { CHOICES, DIMENSIONS, METRICS, spoken } from '../src/lib/words';

test('a word of the API is read as a word', () => {
  expect(['no_answer', 'canceled', 'carrier_error', '', null].map(spoken)).toEqual([
    'No answer',
    'Cancelled',
    'Carrier error',
    'Unknown',
    'Unknown',
  ]);
});

test('what every object answers to is no word of a table', () => {
  for (const name of ['constructor', 'toString', '__proto__']) {
    expect([name in METRICS, name in DIMENSIONS, name in CHOICES]).toEqual([false, false, false]);
  }
  expect(spoken('constructor')).toBe('Constructor');
});

test.each([
  [null, '–'],
  [0, '0.0 s'],
  [9.96, '10.0 s'],
  [59.6, '1 min'],
  [135, '2 min 15 s'],
  [3840, '1 h 4 min'],
  [180_000, '2 d 2 h'],
])('%s seconds are said as %s', (seconds, text) => expect(duration(seconds)).toBe(text));

test('a number over nothing is not zero', () => expect([percent(null), percent(0)]).toEqual(['–', '0.0 %']));

test('one is singular', () =>
  expect([plural(1, 'call'), plural(0, 'call'), plural(1200, 'call')]).toEqual(['1 call', '0 calls', '1,200 calls']));

test('whole days are said by their dates, without the end that is not included', () => {
  expect(spanText('2026-02-06T23:00:00Z', '2026-02-08T23:00:00Z', 'Europe/Berlin')).toBe('7 Feb 2026 – 8 Feb 2026');
  expect(spanText('2026-02-07T00:00:00Z', '2026-02-08T00:00:00Z', 'UTC')).toBe('7 Feb 2026');
  expect(spanText('2026-02-07T00:00:00Z', '2026-02-07T10:30:00Z', 'UTC')).toBe('7 Feb 2026, 00:00 – 7 Feb 2026, 10:30');
});
