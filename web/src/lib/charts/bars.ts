/** The texts of a chart of stacked bars, and its keyboard navigation. */
import { number } from '../format';
import { table } from '../table';
import { type Layer, barTotal, sum } from './layers';

/** The line above the bars: the whole, or the bar that is chosen. */
export function caption(layers: readonly Layer[], labels: readonly string[], at: number | null, unit: string): string {
  if (at === null) return `${number(sum(layers, (layer) => layer.total))} ${unit}`;
  return `${labels[at]} · ${number(barTotal(layers, at))} ${unit}`;
}

/** The same for screen readers, with every layer. */
export function aloud(layers: readonly Layer[], labels: readonly string[], at: number | null, unit: string): string {
  if (at === null) return 'Arrow keys walk through the bars';
  const each = layers.map((layer) => `${layer.name} ${number(layer.values[at])}`).join(', ');
  return `${labels[at]}: ${number(barTotal(layers, at))} ${unit}; ${each}`;
}

/** The bar that a key leads to; without one that is chosen they start at the ends. */
export function barAfter(key: string, at: number | null, count: number): number | undefined {
  const last = count - 1;
  const steps: Record<string, number> = table({
    ArrowLeft: (at ?? last + 1) - 1,
    ArrowRight: (at ?? -1) + 1,
    Home: 0,
    End: last,
  });
  const to = steps[key];
  return to === undefined ? undefined : Math.min(last, Math.max(0, to));
}
