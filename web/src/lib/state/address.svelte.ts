/**
 * The address is the view: organization, page and every choice on it. A copied link shows the same to somebody else.
 * Board paths are `<base>board/<handle>/<page>/…?…`.
 */
import { base } from '../api/client';
import { segment, unescaped } from '../api/segment';

export type Changes = Record<string, string | null | undefined>;

/** What goes along with every link. */
const CARRIED = ['space_token', 'period', 'start', 'end', 'timezone'];
/** What goes along from page to page beside that, so that two of them never show two numbers for one question. */
const FILTERS = ['call_type', 'call_status', 'end_reason', 'agent', 'answered', 'answered_by', 'made'];
/** What the overview shows where its address names no period; a list shows everything then. */
export const DEFAULT_PERIOD = '30d';
/** What a list calls the period. */
const SPANS = [
  ['start_date', 'end_date'],
  ['created_from', 'created_to'],
] as const;

class Address {
  #url = $state.raw(new URL(location.href));

  readonly #segments = $derived(
    this.#url.pathname.startsWith(base) ? this.#url.pathname.slice(base.length).split('/').filter(Boolean) : [],
  );
  readonly parts = $derived(this.#segments.map((part) => unescaped(part) ?? part));
  /** The first part of the path that is no text; '' where all are. */
  readonly unreadable = $derived(this.#segments.find((part) => unescaped(part) === undefined) ?? '');
  readonly href = $derived(this.#url.href);
  readonly organization = $derived(this.parts[0] === 'board' ? (this.parts[1] ?? '') : '');
  readonly page = $derived(this.parts[2] ?? 'overview');
  readonly rest = $derived(this.parts.slice(3));
  readonly params = $derived(this.#url.searchParams);

  constructor() {
    addEventListener('popstate', () => (this.#url = new URL(location.href)));
  }

  get(name: string): string {
    return this.params.get(name) ?? '';
  }

  go(href: string, replace = false): void {
    const url = new URL(href, document.baseURI);
    if (url.href === location.href) return;
    if (replace) history.replaceState(null, '', url);
    else history.pushState(null, '', url);
    this.#url = url;
  }

  /** The address with some choices changed; an empty value takes a choice out. */
  with(changes: Changes): string {
    const url = new URL(this.#url);
    for (const [name, value] of Object.entries(changes)) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    return url.pathname + url.search;
  }

  set(changes: Changes, replace = false): void {
    this.go(this.with(changes), replace);
  }

  /** The way to another page of the board, or to one call or task of a page, with campaign, period and zone. */
  to(page: string | [string, string], params?: Changes | URLSearchParams, organization = this.organization): string {
    const place = page === 'overview' ? [] : [page].flat();
    const path = [organization, ...place].map(segment).join('/');
    const query = new URLSearchParams();
    if (organization === this.organization && !(params instanceof URLSearchParams)) {
      for (const name of CARRIED) {
        const value = this.params.get(name);
        if (value) query.set(name, value);
      }
    }
    const more = params instanceof URLSearchParams ? [...params] : Object.entries(params ?? {});
    for (const [name, value] of more) {
      if (value) query.set(name, value);
      else query.delete(name);
    }
    const text = query.toString();
    return `${base}board/${path}${text ? `?${text}` : ''}`;
  }

  /** The same, with all that is chosen here: campaign, period, zone and filters. */
  along(page: string | [string, string], params: Changes = {}): string {
    const chosen: Changes = {};
    for (const name of FILTERS) chosen[name] = this.get(name);
    for (const [from, to] of SPANS) {
      if (this.get(from)) Object.assign(chosen, { start: this.get(from), end: this.get(to), period: null });
    }
    if (this.page === 'overview') {
      if (!this.get('period') && !this.get('start')) chosen['period'] = DEFAULT_PERIOD;
      // Its number of calls leaves out those that only wait to be made: so does the list it leads to.
      if (page === 'calls') chosen['made'] = 'true';
    }
    return this.to(page, { ...chosen, ...params });
  }
}

export const address = new Address();

/** Lets plain links move within the page; modified clicks and other targets stay the browser's. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return;
  if (link.pathname !== base && !link.pathname.startsWith(`${base}board/`)) return;
  event.preventDefault();
  address.go(link.href);
  if (link.hash) document.getElementById(link.hash.slice(1))?.focus();
}
