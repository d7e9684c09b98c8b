/** How an address of the board is read and written: `board/<handle>/<page>/…?…` under the server's base. */
import { segment, unescaped } from '../api/segment';
import { DEFAULT_PERIOD } from './days';

export type Changes = Record<string, string | null | undefined>;
/** A page, or one call or task of a page. */
export type PageName = string | [string, string];

/** What every link keeps. */
const CARRIED = ['space_token', 'period', 'start', 'end', 'timezone'];
/** Further parameters that links between pages keep, so that two pages never show two numbers for one query. */
const FILTERS = ['call_type', 'call_status', 'end_reason', 'agent', 'answered', 'answered_by', 'made'];
/** What a list calls the period. */
const SPANS = [
  ['start_date', 'end_date'],
  ['created_from', 'created_to'],
] as const;

/** What a path names. */
export interface Place {
  organization: string;
  page: string;
  rest: string[];
  /** The first segment that is not valid text; '' where all are. */
  unreadable: string;
}

/** What is on screen: where a link begins. */
export interface View {
  organization: string;
  page: string;
  params: URLSearchParams;
}

export function readPath(pathname: string, base: string): Place {
  const segments = pathname.startsWith(base) ? pathname.slice(base.length).split('/').filter(Boolean) : [];
  const parts = segments.map((part) => unescaped(part) ?? part);
  return {
    organization: parts[0] === 'board' ? (parts[1] ?? '') : '',
    page: parts[2] ?? 'overview',
    rest: parts.slice(3),
    unreadable: segments.find((part) => unescaped(part) === undefined) ?? '',
  };
}

/** Sets each of the parameters; an empty value removes one. */
export function change(query: URLSearchParams, changes: Changes | URLSearchParams): void {
  const all = changes instanceof URLSearchParams ? [...changes] : Object.entries(changes);
  for (const [name, value] of all) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
}

/**
 * The path of a page, relative to the server's base. Within an organization campaign, period and zone are kept;
 * not where `params` is a complete query.
 */
export function pathTo(
  from: View,
  page: PageName,
  params: Changes | URLSearchParams = {},
  organization = from.organization,
): string {
  const place = page === 'overview' ? [] : [page].flat();
  const query = new URLSearchParams();
  if (organization === from.organization && !(params instanceof URLSearchParams)) {
    for (const name of CARRIED) {
      const value = from.params.get(name);
      if (value) query.set(name, value);
    }
  }
  change(query, params);
  const text = query.toString();
  return `board/${[organization, ...place].map(segment).join('/')}${text ? `?${text}` : ''}`;
}

/** What is chosen on screen, as the page `to` names it. */
export function chosen(from: View, to: PageName): Changes {
  const get = (name: string) => from.params.get(name) ?? '';
  const found: Changes = {};
  for (const name of FILTERS) found[name] = get(name);
  for (const [start, end] of SPANS) {
    if (get(start)) Object.assign(found, { start: get(start), end: get(end), period: null });
  }
  if (from.page === 'overview') {
    if (!get('period') && !get('start')) found['period'] = DEFAULT_PERIOD;
    // Its number of calls leaves out those that only wait to be made: so does the list it leads to.
    if (to === 'calls') found['made'] = 'true';
  }
  return found;
}
