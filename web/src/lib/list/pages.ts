/** Rows of a page of the API. */
export const SIZE = 100;
/** How many pages keep their rows in memory; others keep only their next cursor. */
const KEPT = 60;

/** How a page is requested: by the next cursor of an earlier page, and the number of pages after that one. */
export type PageQuery = { cursor: string; page: number } | { page: number };

/** The known pages of a list: their rows and next cursors. Keyset pagination by page number. */
export class Pages<T> {
  readonly #rows = new Map<number, T[]>();
  readonly #cursors = new Map<number, string>();

  row(index: number): T | undefined {
    return this.#rows.get(Math.floor(index / SIZE))?.[index % SIZE];
  }

  put(page: number, rows: T[], next: string | null): void {
    // Inserted again at the end: the least recently loaded pages are evicted first.
    this.#rows.delete(page);
    this.#rows.set(page, rows);
    if (next) this.mark(page, next);
  }

  /** Keeps the next cursor of a page whose rows are not known. */
  mark(page: number, cursor: string): void {
    this.#cursors.set(page, cursor);
  }

  cursor(page: number): string | undefined {
    return this.#cursors.get(page);
  }

  /** Those of the pages whose rows are not known. */
  missing([first, last]: readonly [number, number]): number[] {
    const found: number[] = [];
    for (let page = first; page <= last; page += 1) if (!this.#rows.has(page)) found.push(page);
    return found;
  }

  /** Whether one question answers it: no page between it and a known cursor has to be counted. */
  follows(page: number): boolean {
    return page === 0 || this.#cursors.has(page - 1);
  }

  /** The last page before this one with a known next cursor; -1 when there is none. */
  nearest(page: number): number {
    let from = -1;
    for (const known of this.#cursors.keys()) if (known < page && known > from) from = known;
    return from;
  }

  query(page: number): PageQuery {
    const from = this.nearest(page);
    const cursor = this.#cursors.get(from);
    return cursor ? { cursor, page: page - from } : { page: page + 1 };
  }

  /** Evicts the rows of the least recently loaded pages, except the first page and those in view. */
  forget([first, last]: readonly [number, number]): void {
    for (const page of this.#rows.keys()) {
      if (this.#rows.size <= KEPT) return;
      if (page !== 0 && (page < first || page > last)) this.#rows.delete(page);
    }
  }

  clear(): void {
    this.#rows.clear();
    this.#cursors.clear();
  }
}

/** The pages that rows `first` to `last` of `count` are on. */
export function pagesOf(first: number, last: number, count: number): [number, number] {
  const most = Math.max(0, Math.ceil(count / SIZE) - 1);
  return [Math.min(most, Math.floor(first / SIZE)), Math.min(most, Math.floor(last / SIZE))];
}

/** A path of the API with more parameters in its query. */
export function withQuery(path: string, more: Record<string, string | number>): string {
  const [head = '', text = ''] = path.split('?');
  const query = new URLSearchParams(text);
  for (const [name, value] of Object.entries(more)) query.set(name, String(value));
  return `${head}?${query.toString()}`;
}
