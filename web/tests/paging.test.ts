import { describe, expect, test } from 'vitest';
import { approach, bracket, nextProbe } from '../src/lib/list/seek';
import { Pages, SIZE, pagesOf, withQuery } from '../src/lib/list/pages';
import { MAX_HEIGHT, elementHeight, scrollFor, shiftAt } from '../src/lib/list/track';

const rows = (page: number) => Array.from({ length: SIZE }, (_, row) => page * SIZE + row);

describe('pages', () => {
  test('a row is found by its place', () => {
    const pages = new Pages<number>();
    pages.put(2, rows(2), null);
    expect([pages.row(199), pages.row(200), pages.row(299), pages.row(300)]).toEqual([undefined, 200, 299, undefined]);
  });

  test('a page is asked for by the nearest cursor before it', () => {
    const pages = new Pages<number>();
    expect(pages.query(4)).toEqual({ page: 5 });
    pages.put(0, rows(0), 'after 0');
    pages.mark(7, 'after 7');
    expect(pages.query(4)).toEqual({ cursor: 'after 0', page: 4 });
    expect(pages.query(8)).toEqual({ cursor: 'after 7', page: 1 });
    expect([pages.follows(0), pages.follows(1), pages.follows(2)]).toEqual([true, true, false]);
  });

  test('memory is bounded; the first page, those in view and all cursors stay', () => {
    const pages = new Pages<number>();
    for (let page = 0; page < 100; page += 1) {
      pages.put(page, rows(page), `after ${page}`);
      pages.forget([5, 6]);
    }
    expect(pages.missing([0, 99])).toHaveLength(40);
    expect(pages.missing([0, 0]).concat(pages.missing([5, 6]), pages.missing([99, 99]))).toEqual([]);
    expect(pages.query(20)).toEqual({ cursor: 'after 19', page: 1 });
  });

  test('the pages in view lie within the list', () => {
    expect(pagesOf(150, 350, 1000)).toEqual([1, 3]);
    expect(pagesOf(150, 350, 200)).toEqual([1, 1]);
    expect(pagesOf(0, 20, 0)).toEqual([0, 0]);
  });

  test('paging is added to a question, not put in its place', () => {
    expect(withQuery('tasks/?stuck=true', { page_size: 100 })).toBe('tasks/?stuck=true&page_size=100');
  });
});

describe('leap', () => {
  const newest = Date.UTC(2026, 1, 7, 12);
  /** A list whose rows lie `gap(row)` behind one another; how many are newer than a moment. */
  function listOf(count: number, gap: (row: number) => number) {
    const times: number[] = [];
    for (let row = 0, at = newest; row < count; row += 1, at -= gap(row)) times.push(at);
    return (time: number) => Promise.resolve(times.filter((at) => at >= time).length);
  }

  test.each([
    ['even', () => 60_000],
    ['with a pause of a year', (row: number) => (row === 9000 ? 365 * 86_400_000 : 20_000)],
    ['denser and denser', (row: number) => 3_000_000 / Math.min(100, row + 1)],
  ])('a far row of a list that is %s is found by few questions', async (_, gap) => {
    const count = 20_000;
    const target = 15_000;
    const posts: { index: number; time: number }[] = [];
    const found = await approach(
      bracket([], target, count, newest),
      { target, within: 500 },
      posts,
      listOf(count, gap),
    );
    expect(found.index).toBeLessThanOrEqual(target);
    expect(target - found.index).toBeLessThanOrEqual(500);
    expect(posts.length).toBeLessThanOrEqual(32);
    // What was learned serves the next leap.
    expect(bracket(posts, target, count, newest)[0].index).toBe(found.index);
  });

  test('a probe lies strictly between both ends', () => {
    for (let probe = 0; probe < 4; probe += 1) {
      const [high, low] = [
        { index: 0, time: 1_000_000 },
        { index: 1000, time: 990_000 },
      ];
      const time = nextProbe(high, low, 999, probe);
      expect(time).toBeLessThan(high.time);
      expect(time).toBeGreaterThan(low.time);
    }
  });
});

test('the scrollbar of a list too high for an element reaches both of its ends', () => {
  const whole = 40_000_000;
  const track = { whole, element: elementHeight(whole), view: 800 };
  expect(track.element).toBe(MAX_HEIGHT);
  expect(shiftAt(track, 0)).toBe(0);
  expect(track.element - track.view + shiftAt(track, track.element - track.view)).toBeCloseTo(whole - track.view);
  expect(scrollFor(track, whole - track.view)).toBeCloseTo(track.element - track.view);
});
