/**
 * A scrollbar for a list higher than an element may be (browsers stop at some 17 to 33 million pixels).
 *
 * Beyond `MOST` the element is only that high. A drag of the thumb goes to the place in the whole list; wheel, touch and keys
 * move pixel by pixel, as `shift` (from the element's pixels to the list's) stays. At rest the thumb is set to where the rows
 * on screen are in the whole, and `shift` with it, so that nothing on screen moves.
 */
export const MOST = 8_000_000;

export interface Track {
  /** Height of the whole list, of the element that stands for it, and of what shows of it, in pixels. */
  whole: number;
  element: number;
  view: number;
}

export function elementHeight(whole: number): number {
  return Math.min(whole, MOST);
}

/** From where the scrollbar stands to the place in the whole list, less where it stands. */
export function shiftAt(track: Track, at: number): number {
  if (track.whole <= track.element || track.element <= track.view) return 0;
  return at * ((track.whole - track.view) / (track.element - track.view)) - at;
}

/** Where the scrollbar has to stand for this place in the whole list. */
export function scrollFor(track: Track, top: number): number {
  if (track.whole <= track.element || track.whole <= track.view) return top;
  return top * ((track.element - track.view) / (track.whole - track.view));
}

/** The shift after a scroll from `before` to `at`; undefined when the thumb has to be set anew first. */
export function shiftAfter(track: Track, shift: number, before: number, at: number): number | undefined {
  if (track.whole <= track.element) return 0;
  if (Math.abs(at - before) > 2 * track.view) return shiftAt(track, at);
  const end = track.element - track.view;
  const ended = at <= 0 ? shift > 1 : at >= end - 1 && at + shift < track.whole - track.view - 1;
  return ended ? undefined : shift;
}
