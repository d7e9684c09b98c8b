/**
 * A scrollbar for a list higher than an element can be (the limit of browsers is 17 to 33 million pixels).
 *
 * Beyond `MAX_HEIGHT` the element is only that high. A drag of the thumb goes to the place in the whole list; wheel, touch and keys
 * move pixel by pixel, as `shift` (from the element's pixels to the list's) stays. At rest the thumb is set to the position of
 * the rows on screen in the whole list, and `shift` is adjusted, so that nothing on screen moves.
 */
export const MAX_HEIGHT = 8_000_000;

export interface Track {
  /** Height of the whole list, of its element, and of its visible part, in pixels. */
  whole: number;
  element: number;
  view: number;
}

export function elementHeight(whole: number): number {
  return Math.min(whole, MAX_HEIGHT);
}

/** The position in the whole list less that of the scrollbar. */
export function shiftAt(track: Track, at: number): number {
  if (track.whole <= track.element || track.element <= track.view) return 0;
  return at * ((track.whole - track.view) / (track.element - track.view)) - at;
}

/** The position of the scrollbar for a position in the whole list. */
export function scrollFor(track: Track, top: number): number {
  if (track.whole <= track.element || track.whole <= track.view) return top;
  return top * ((track.element - track.view) / (track.whole - track.view));
}

/** The shift after a scroll from `before` to `at`; undefined when the thumb has to be set again first. */
export function shiftAfter(track: Track, shift: number, before: number, at: number): number | undefined {
  if (track.whole <= track.element) return 0;
  if (Math.abs(at - before) > 2 * track.view) return shiftAt(track, at);
  const end = track.element - track.view;
  const ended = at <= 0 ? shift > 1 : at >= end - 1 && at + shift < track.whole - track.view - 1;
  return ended ? undefined : shift;
}
