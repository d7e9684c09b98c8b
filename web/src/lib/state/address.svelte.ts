/**
 * The address is the view: organization, page and every choice on it. A copied link shows the same to somebody else.
 * Board paths are `<base>board/<handle>/<page>/…?…`.
 */
import { base } from '../api/client';

export type Changes = Record<string, string | null | undefined>;

/** What goes along from page to page. Filters of one page stay there. */
const CARRIED = ['space_token', 'period', 'start', 'end', 'timezone'];

class Address {
  #url = $state.raw(new URL(location.href));

  readonly parts = $derived(
    this.#url.pathname.startsWith(base)
      ? this.#url.pathname.slice(base.length).split('/').filter(Boolean).map(decodeURIComponent)
      : [],
  );
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

  /** The way to another page of the board, with campaign, period and zone. */
  to(page: string, params?: Changes | URLSearchParams, organization = this.organization): string {
    const path = [organization, ...(page === 'overview' ? [] : page.split('/'))].map(encodeURIComponent).join('/');
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
