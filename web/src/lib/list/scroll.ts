/** Which rows of a list are in the page, and where keys lead. */
import { table } from '../table';

/** The places of the rows in the page, from `first` on. A place keeps its slot while it is in the page, and slots of places that left are used again. */
export function placesOf(first: number, slots: number): number[] {
  return Array.from({ length: slots }, (_, slot) => first + ((((slot - first) % slots) + slots) % slots));
}

export function clamp(value: number, max: number): number {
  return Math.min(Math.max(0, value), Math.max(0, max));
}

/** What is on screen: pixels of the list above it, and its height. */
export interface Window {
  top: number;
  seen: number;
  /** Of a row. */
  height: number;
}

/** How many rows a key for a page moves: one row of the previous page stays on screen. */
export function pageOf({ seen, height }: Window): number {
  return Math.max(1, Math.floor(seen / height) - 1);
}

/** Where the list has to be scrolled to so that the row is on screen; undefined where it is already. */
export function topFor(row: number, { top, seen, height }: Window): number | undefined {
  const start = row * height;
  if (start < top) return start;
  return start + height > top + seen ? start + height - seen : undefined;
}

interface Position {
  active: number;
  count: number;
}

/** The row that a key leads to; undefined where it is no key of the list. Beyond its ends is for the caller to clamp. */
export function rowAfter(key: string, ctrl: boolean, { active, count }: Position, view: Window): number | undefined {
  const page = pageOf(view);
  const steps: Record<string, number> = table({
    ArrowDown: 1,
    ArrowUp: -1,
    j: 1,
    k: -1,
    PageDown: page,
    PageUp: -page,
    ' ': page,
    Home: -active,
    End: count,
  });
  const step = steps[key];
  if (step === undefined || (ctrl && key !== 'Home' && key !== 'End')) return undefined;
  const first = Math.floor(view.top / view.height);
  const outOfSight = active < first || active * view.height > view.top + view.seen;
  // The wheel moved the active row out of sight: start with the rows on screen.
  if (outOfSight && key !== 'Home' && Math.abs(step) > 0 && Math.abs(step) < count) return first;
  return active + step;
}
