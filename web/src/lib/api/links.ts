/** The links of reports, as addresses of the board. */
import { type View, pathTo } from '../state/board_path';
import { unescaped } from './segment';

const MARK = '/api/v2/platform/';

export interface Bounds {
  start: string;
  end: string;
}

/**
 * The list behind a number, as a path of the board. `link` is a link of a report: the list of calls or tasks whose count
 * is that number. `bounds` fill its `{start}` and `{end}`. `from` is what is on screen, `timeZone` the zone that its
 * address names.
 */
export function listPath(
  from: View,
  timeZone: string,
  link: string | null | undefined,
  bounds?: Bounds,
): string | undefined {
  if (!link) return undefined;
  const place = link.indexOf(MARK);
  if (place < 0) return undefined;
  const [path = '', text = ''] = link.slice(place + MARK.length).split('?');
  const filled = bounds
    ? text.replace('{start}', encodeURIComponent(bounds.start)).replace('{end}', encodeURIComponent(bounds.end))
    : text;
  const query = new URLSearchParams(filled);
  if (timeZone && !query.has('timezone')) query.set('timezone', timeZone);
  const [head = '', space = '', kind = ''] = path
    .split('/')
    .filter(Boolean)
    .map((part) => unescaped(part) ?? part);
  if (head === 'call-logs') return pathTo(from, 'calls', query);
  if (head === 'tasks') return pathTo(from, 'tasks', query);
  if (head === 'spaces' && kind === 'tasks') {
    query.set('space_token', space);
    return pathTo(from, 'tasks', query);
  }
  return undefined;
}
