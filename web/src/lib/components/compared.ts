/** The order and the words of a table that compares campaigns or agents. */
import type { Series } from '../api/types';
import { duration, number, percent } from '../format';

export interface Order {
  /** A metric, or `name`. */
  column: string;
  rising: boolean;
}

/** The same column again turns the order round; another begins with its greatest, names with their first. */
export function nextOrder(order: Order, column: string): Order {
  return { column, rising: order.column === column ? !order.rising : column === 'name' };
}

/** Rows without a number are last in either order. */
export function ordered(
  series: readonly Series[],
  { column, rising }: Order,
  nameOf: (one: Series) => string,
): Series[] {
  const sign = rising ? 1 : -1;
  return [...series].sort((one, other) => {
    if (column === 'name') return sign * nameOf(one).localeCompare(nameOf(other));
    const left = one.totals[column];
    const right = other.totals[column];
    if (left === null || left === undefined) return 1;
    if (right === null || right === undefined) return -1;
    return sign * (left - right);
  });
}

export function metricText(metric: string, value: number | null | undefined): string {
  if (metric.endsWith('_rate')) return percent(value);
  return metric === 'avg_duration_seconds' ? duration(value) : number(value);
}
