import { address } from '../state/address.svelte';
import { statedZone } from '../state/period';
import { unescaped } from './segment';

const MARK = '/api/v2/platform/';

/**
 * Where on the board the list behind a number is. `link` is a link of a report: the list of calls or tasks whose count
 * is that number. `bounds` fill its `{start}` and `{end}`.
 */
export function listOf(link: string | null | undefined, bounds?: { start: string; end: string }): string | undefined {
  if (!link) return undefined;
  const place = link.indexOf(MARK);
  if (place < 0) return undefined;
  const [path = '', text = ''] = link.slice(place + MARK.length).split('?');
  const filled = bounds
    ? text.replace('{start}', encodeURIComponent(bounds.start)).replace('{end}', encodeURIComponent(bounds.end))
    : text;
  const query = new URLSearchParams(filled);
  const zone = statedZone();
  if (zone && !query.has('timezone')) query.set('timezone', zone);
  const [head = '', space = '', kind = ''] = path
    .split('/')
    .filter(Boolean)
    .map((part) => unescaped(part) ?? part);
  if (head === 'call-logs') return address.to('calls', query);
  if (head === 'tasks') return address.to('tasks', query);
  if (head === 'spaces' && kind === 'tasks') {
    query.set('space_token', space);
    return address.to('tasks', query);
  }
  return undefined;
}
