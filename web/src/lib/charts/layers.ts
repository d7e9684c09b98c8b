/** Calls over time as layers: one for each status, or one for each of the greatest groups. */
import type { Bounds } from '../api/links';
import type { Numbers, SeriesData } from '../api/types';
import { CALL_STATUS } from '../words';

export interface Layer {
  name: string;
  colour: string;
  values: number[];
  total: number;
  href?: (index: number) => string | undefined;
  all?: string | undefined;
}

type ListOf = (link: string | null | undefined, bounds?: Bounds) => string | undefined;

/** Further groups share one layer: more than six colours cannot be distinguished. */
const MAX_LAYERS = 6;

/** Completed, missed and failed; all other calls are under way. */
export function layersByStatus(data: SeriesData, listOf: ListOf): Layer[] {
  const one = data.series[0];
  if (!one?.totals['total_calls']) return [];
  const ended = ['completed', 'missed', 'failed'].map((status): Layer => {
    const metric = `${status}_calls`;
    return {
      name: CALL_STATUS[status]?.name ?? status,
      colour: `--${status}`,
      values: (one.values[metric] ?? []).map((count) => count ?? 0),
      total: one.totals[metric] ?? 0,
      href: (at) => listOf(one.links[metric], data.buckets[at]),
      all: listOf(one.links[metric], data),
    };
  });
  const left = (all: number, of: (layer: Layer) => number) => ended.reduce((sum, layer) => sum - of(layer), all);
  const open = one.links['total_calls'] && `${one.links['total_calls']}&final=false`;
  const underWay: Layer = {
    name: 'Under way',
    colour: '--running',
    values: data.buckets.map((_, at) => left(one.values['total_calls']?.[at] ?? 0, (layer) => layer.values[at] ?? 0)),
    total: left(one.totals['total_calls'], (layer) => layer.total),
    href: (at) => listOf(open, data.buckets[at]),
    all: listOf(open, data),
  };
  return [...ended, underWay];
}

/** The largest groups first, in the order of the API; all after the sixth together as others. */
export function layersByGroup(
  data: SeriesData,
  by: string,
  nameOf: (value: string) => string,
  listOf: ListOf,
): Layer[] {
  const some = withCalls(data);
  const layers = some.slice(0, MAX_LAYERS).map((one, index): Layer => {
    const link = one.links['total_calls'];
    return {
      name: nameOf(one.group[by] ?? 'unknown'),
      colour: `--layer-${index + 1}`,
      values: (one.values['total_calls'] ?? []).map((count) => count ?? 0),
      total: one.totals['total_calls'] ?? 0,
      href: (at) => listOf(link, data.buckets[at]),
      all: listOf(link, data),
    };
  });
  const rest = some.slice(MAX_LAYERS);
  if (rest.length) {
    layers.push({
      name: `${rest.length} others`,
      colour: '--pending',
      values: data.buckets.map((_, at) => sum(rest, (one) => one.values['total_calls']?.[at])),
      total: sum(rest, (one) => one.totals['total_calls']),
    });
  }
  return layers;
}

/** The groups that have calls at all. */
export function withCalls(data: SeriesData): SeriesData['series'] {
  return data.series.filter((one) => (one.totals['total_calls'] ?? 0) > 0);
}

/** How many calls the groups have together. */
export function callsOf(groups: readonly { totals: Numbers }[]): number {
  return sum(groups, (one) => one.totals['total_calls']);
}

/** Each layer is drawn from zero to the sum up to it, the tallest first, so that lower layers cover it. */
export function stacked(layers: readonly Layer[], bars: number): [number[], ...number[][]] {
  const soFar = new Array<number>(bars).fill(0);
  const rows = layers.map((layer) => layer.values.map((value, index) => (soFar[index] = (soFar[index] ?? 0) + value)));
  return [soFar.map((_, index) => index), ...rows.reverse()];
}

/** All layers of one bar together. */
export function barTotal(layers: readonly Layer[], index: number): number {
  return sum(layers, (layer) => layer.values[index]);
}

/** At most `max` indexes below `count`, evenly spaced and centred. */
export function spread(count: number, max: number): number[] {
  const step = Math.max(1, Math.ceil(count / max));
  const from = Math.floor(((count - 1) % step) / 2);
  const found: number[] = [];
  for (let index = from; index < count; index += step) found.push(index);
  return found;
}

export function sum<T>(all: readonly T[], of: (one: T) => number | null | undefined): number {
  return all.reduce((total, one) => total + (of(one) ?? 0), 0);
}
