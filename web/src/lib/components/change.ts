/** The change of a number against the period before. */
import { percent, points } from '../format';

type Known = number | null | undefined;

/** Rates change by points, counts by per cent; '' where one side is not known or there was nothing before. */
export function changeText(difference: Known, before: Known, rate: boolean): string {
  if (difference === null || difference === undefined || before === null || before === undefined) return '';
  if (rate) return points(difference);
  if (before === 0) return '';
  return percent(Math.abs((difference / before) * 100));
}

export function direction(difference: Known): { sign: string; word: string } {
  if (!difference) return { sign: '', word: 'unchanged' };
  return difference > 0 ? { sign: '↑', word: 'up' } : { sign: '↓', word: 'down' };
}
