/** The answer rate by weekday and hour, from the single hours of a report. */
import type { Bucket, Series } from '../api/types';

export interface Cell {
  answered: number;
  ended: number;
  /** Which of the report's hours are in it. */
  hours: number[];
}

/** A row for each weekday from Monday on, a cell for each hour of the day, by the civil time of the report's zone. */
export function heatCells(buckets: readonly Bucket[], series: Series): Cell[][] {
  const grid: Cell[][] = Array.from({ length: 7 }, () =>
    Array.from({ length: 24 }, () => ({ answered: 0, ended: 0, hours: [] })),
  );
  buckets.forEach((bucket, index) => {
    const [date = '', clock = ''] = bucket.local_start.split('T');
    const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
    const cell = grid[weekday]?.[Number(clock.slice(0, 2))];
    const ended = ['completed_calls', 'missed_calls', 'failed_calls'].reduce(
      (sum, name) => sum + (series.values[name]?.[index] ?? 0),
      0,
    );
    if (!cell || !ended) return;
    cell.ended += ended;
    cell.answered += Math.round(((series.values['answer_rate']?.[index] ?? 0) * ended) / 100);
    cell.hours.push(index);
  });
  return grid;
}

/** In per cent; null where no call ended. */
export function answerRate(cell: Cell): number | null {
  return cell.ended ? (cell.answered / cell.ended) * 100 : null;
}

/** The step of the scale that a cell is coloured by. */
export function heatStep(cell: Cell): string {
  const rate = answerRate(cell);
  return rate === null ? 'none' : `h${Math.min(9, Math.floor(rate / 10))}`;
}

const MOVES: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** The cell that an arrow key leads to, within the grid; undefined for any other key. */
export function moved(key: string, weekday: number, hour: number): [number, number] | undefined {
  const step = Object.hasOwn(MOVES, key) ? MOVES[key] : undefined;
  if (!step) return undefined;
  return [Math.min(6, Math.max(0, weekday + step[0])), Math.min(23, Math.max(0, hour + step[1]))];
}
