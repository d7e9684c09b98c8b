import { expect, test } from 'vitest';
import { changeText, direction } from '../src/lib/components/change';

test('a count changes by per cent of what it was before, without its sign', () => {
  expect(changeText(-5, 20, false)).toBe('25.0 %');
  expect(changeText(0, 20, false)).toBe('0.0 %');
});

test('a rate changes by points, also from zero', () => {
  expect(changeText(-2.5, 80, true)).toBe('2.5 pts');
  expect(changeText(3, 0, true)).toBe('3.0 pts');
});

test.each([
  [null, 20],
  [undefined, 20],
  [5, null],
  [5, undefined],
  [5, 0],
])('%s over %s is no change', (difference, before) => expect(changeText(difference, before, false)).toBe(''));

test('the direction is said by sign and word', () => {
  expect([3, -3, 0, null].map(direction).map(({ sign, word }) => `${sign}${word}`)).toEqual([
    '↑up',
    '↓down',
    'unchanged',
    'unchanged',
  ]);
});
