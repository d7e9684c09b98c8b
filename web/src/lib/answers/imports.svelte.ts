import { untrack } from 'svelte';
import { request } from '../api/client';
import { type ApiError, asApiError } from '../api/error';
import type { ImportItem, ListedImport } from '../api/imports';
import type { Answer, List } from '../api/types';
import type { Given } from '../import/doubt';
import { asksToReplace, isWorking } from '../import/state';
import { address } from '../state/address.svelte';
import { Poll } from '../state/poll';
import { Resource } from '../state/resource.svelte';
import { type Place, importPath, importsPath, uploading } from '../state/upload.svelte';

const WORKING_MS = 700;
const LISTED_MS = 5000;

/** The uploads of a campaign, newest first. To be made while a component is, like the other. */
export class ImportList {
  readonly found: Resource<List<ListedImport>>;
  readonly all = $derived.by(() => this.found.data?.data ?? []);
  error = $state.raw<ApiError>();
  readonly #space: () => string;

  constructor(space: () => string) {
    this.#space = space;
    this.found = new Resource<List<ListedImport>>(() => (space() ? importsPath(space()) : null), {
      everyMs: LISTED_MS,
    });
  }

  /** Opens an import of the file, to be read by this mapping ('' to guess); undefined when that failed. */
  async open(file: File, type: string, mapping: string): Promise<ImportItem | undefined> {
    this.error = undefined;
    try {
      return await uploading.open({ organization: address.organization, space: this.#space(), mapping }, file, type);
    } catch (fault) {
      this.error = asApiError(fault);
      return undefined;
    }
  }

  async drop(id: string): Promise<void> {
    this.error = undefined;
    const path = importPath(this.#space(), id);
    if (uploading.id === id) uploading.stop();
    try {
      await request(path, { method: 'DELETE', organization: address.organization });
    } catch (fault) {
      this.error = asApiError(fault);
    }
    this.found.refresh();
  }
}

/** The import that the address names: its state, asked again while the server works on it, and what is done to it. */
export class OneImport {
  item = $state.raw<ImportItem>();
  error = $state.raw<ApiError>();
  /** A step is under way. */
  busy = $state(false);
  /** Why the last step was refused. */
  refused = $state.raw<ApiError>();
  readonly mayReplace = $derived(asksToReplace(this.refused?.faults ?? []));
  #path = '';
  #organization = '';
  #place: Place = { organization: '', space: '', mapping: '' };
  readonly #poll = new Poll({
    request: (signal) => this.#ask(signal),
    failed: (error) => (this.error = error),
    // Another window may have gone on with it.
    everyMs: LISTED_MS,
  });

  /** `mapping`: what the file is to be read by once it is here; '' to guess. */
  constructor(space: () => string, id: () => string, mapping: () => string) {
    $effect(() => {
      const place = { organization: address.organization, space: space(), mapping: mapping() };
      const path = place.space && id() ? importPath(place.space, id()) : '';
      untrack(() => this.#aim(place, path));
    });
    // Its file has come, or something stopped it.
    $effect(() => {
      void uploading.id;
      untrack(() => this.#path && this.#poll.refresh());
    });
    $effect(() => () => this.#poll.close());
  }

  refresh(): void {
    this.#poll.refresh();
  }

  /** Goes on with the upload of this file. */
  async resume(file: File): Promise<void> {
    const { item } = this;
    if (item) await this.#step(() => uploading.resume(this.#place, item, file));
  }

  /** Has the file read by these answers beside those before. */
  async read(answers: readonly Given[]): Promise<boolean> {
    const options = this.item?.options ?? {};
    return await this.#act('read/', { options, answers, ...named(this.item?.mapping) });
  }

  /** Has the file read by this mapping ('' to guess), without the answers before. */
  async readAnew(mapping: string): Promise<boolean> {
    return await this.#act('read/', named(mapping));
  }

  /** `save`: the name that the way it is read is saved under; '' to save nothing. */
  async start(anyway: boolean, replace: boolean, save: string): Promise<boolean> {
    const options = this.item?.plan ?? undefined;
    const more = { ...(options ? { options } : {}), ...(save ? { save_mapping: save } : {}) };
    return await this.#act('start/', { anyway, replace, ...more });
  }

  async undo(): Promise<boolean> {
    return await this.#act('undo/');
  }

  /** Deletes the upload; whether it is gone. */
  async drop(): Promise<boolean> {
    if (uploading.id === this.item?.id) uploading.stop();
    return await this.#step(async () => {
      await request(this.#path, { method: 'DELETE', organization: this.#organization });
    }, false);
  }

  #aim(place: Place, path: string): void {
    this.#place = place;
    if (path === this.#path && place.organization === this.#organization) return;
    this.#path = path;
    this.#organization = place.organization;
    this.item = this.error = this.refused = undefined;
    if (path) void this.#poll.change();
    else this.#poll.stop();
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const answer = await request<Answer<ImportItem>>(this.#path, { organization: this.#organization, signal });
    if (signal.aborted) return;
    this.error = undefined;
    this.#take(answer.data);
  }

  #take(item: ImportItem): void {
    this.item = item;
    if (isWorking(item.state)) this.#poll.soon(WORKING_MS);
  }

  async #act(step: string, body?: object): Promise<boolean> {
    const path = this.#path;
    return await this.#step(async () => {
      const answer = await request<Answer<ImportItem>>(path + step, {
        method: 'POST',
        organization: this.#organization,
        body,
      });
      if (path === this.#path) this.item = answer.data;
    });
  }

  /** Carries out a step, and asks for the state afterwards. An answer from before the step must not come after it. */
  async #step(carryOut: () => Promise<void>, ask = true): Promise<boolean> {
    this.busy = true;
    this.refused = undefined;
    this.#poll.stop();
    try {
      await carryOut();
      if (ask) void this.#poll.change();
      return true;
    } catch (fault) {
      this.refused = asApiError(fault);
      void this.#poll.change();
      return false;
    } finally {
      this.busy = false;
    }
  }
}

function named(mapping: string | null | undefined): { mapping?: string } {
  return mapping ? { mapping } : {};
}
