import { download, save } from '../api/download';
import { ApiError } from '../api/error';
import { address } from '../state/address.svelte';

export type Format = 'csv' | 'ndjson' | 'parquet';

/** An export of a list: all rows that its filters let through, as one file. To be made while a component is. */
export class Exported {
  /** Bytes received so far; undefined while none is under way. */
  bytes = $state<number>();
  /** Why the last one failed; '' when it did not. */
  message = $state('');
  #stop: AbortController | undefined;

  constructor() {
    $effect(() => () => this.cancel());
  }

  cancel(): void {
    this.#stop?.abort();
  }

  async take(path: string, query: URLSearchParams, format: Format): Promise<void> {
    const own = (this.#stop = new AbortController());
    this.bytes = 0;
    this.message = '';
    const full = new URLSearchParams(query);
    full.set('format', format);
    try {
      const { content, name } = await download(`${path}?${full}`, address.organization, own.signal, (bytes) => {
        this.bytes = (this.bytes ?? 0) + bytes;
      });
      save(content, name ?? `${path.replaceAll('/', '')}.${format}`);
    } catch (fault) {
      if (!own.signal.aborted)
        this.message =
          fault instanceof ApiError ? fault.message : 'The export broke off. Nothing of it was kept: try again.';
    } finally {
      this.bytes = undefined;
    }
  }
}
