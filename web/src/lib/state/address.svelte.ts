/**
 * The address holds the whole view: organization, page and every choice on it. A copied link shows another reader the same.
 * Board paths are `<base>board/<handle>/<page>/…?…`.
 */
import { base } from '../api/base';
import { type Changes, type PageName, change, chosen, pathTo, readPath } from './board_path';

class Address {
  #url = $state.raw(new URL(location.href));

  readonly #place = $derived(readPath(this.#url.pathname, base));
  readonly unreadable = $derived(this.#place.unreadable);
  readonly href = $derived(this.#url.href);
  readonly organization = $derived(this.#place.organization);
  readonly page = $derived(this.#place.page);
  readonly rest = $derived(this.#place.rest);
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
    change(url.searchParams, changes);
    return url.pathname + url.search;
  }

  set(changes: Changes, replace = false): void {
    this.go(this.with(changes), replace);
  }

  /** The address of another page of the board, or of one call or task, with campaign, period and zone. */
  to(page: PageName, params?: Changes | URLSearchParams, organization = this.organization): string {
    return base + pathTo(this, page, params, organization);
  }

  /** The same with all choices of this page: campaign, period, zone and filters. */
  along(page: PageName, params: Changes = {}): string {
    return this.to(page, { ...chosen(this, page), ...params });
  }
}

export const address = new Address();

/** Follows plain links without loading the page again; the browser handles modified clicks and other targets. */
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
