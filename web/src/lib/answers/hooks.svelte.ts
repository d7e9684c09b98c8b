import { untrack } from 'svelte';
import { request } from '../api/client';
import { ApiError, asApiError } from '../api/error';
import type { HookCheck, HookItem, PlatformItem } from '../api/hooks';
import type { Answer, CallItem, List } from '../api/types';
import { type HookDraft, type RotationDraft, furtherFault, hookBody, rotationBody } from '../hooks/draft';
import { shownHooks, stateOf } from '../hooks/hook';
import { address } from '../state/address.svelte';
import { once } from '../state/once.svelte';
import { Resource } from '../state/resource.svelte';

const HOOKS = 'hooks/';
/** The newest: an organization has at most 100 that work, and any number that are revoked. */
const LISTED = `${HOOKS}?page_size=1000`;
/** A delivery that changes no number is not told by the stream: refused, or sent again. */
const EVERY = { liveEveryMs: 500, everyMs: 2000 };
const CALLS_SHOWN = 5;

/** The hooks of the organization on screen, as far as `allowed`. To be made while a component is, like the other. */
export class Hooks {
  readonly found: Resource<List<HookItem>>;
  readonly #platforms: Resource<Answer<{ platforms: PlatformItem[] }>>;
  readonly platforms = $derived.by(() => this.#platforms.data?.data.platforms ?? []);
  readonly #space = $derived(address.get('space_token'));
  readonly #shown = $derived.by(() => shownHooks(this.found.data?.data ?? [], this.#space));
  readonly live = $derived(this.#shown.live);
  readonly gone = $derived(this.#shown.gone);

  constructor(allowed: () => boolean) {
    this.found = new Resource<List<HookItem>>(() => (allowed() ? LISTED : null), EVERY);
    this.#platforms = new Resource(() => (allowed() ? `${HOOKS}platforms/` : null));
  }

  platform(name: string): PlatformItem | undefined {
    return this.platforms.find((platform) => platform.name === name);
  }

  /** The new hook; what of it is shown once is kept for the page of the hook. */
  async create(draft: HookDraft): Promise<HookItem> {
    const fault = furtherFault(draft.further);
    if (fault)
      throw new ApiError(422, `Further settings: ${fault}.`, null, null, [{ field: 'further', message: fault }]);
    const body = hookBody(draft, this.platform(draft.platform));
    const made = await post<HookItem>(HOOKS, body);
    once.keep(made);
    return made;
  }
}

/** The hook that the address names, what may keep deliveries from it, and the newest calls that came by it. */
export class OneHook {
  readonly #id = $derived(Number(address.rest[0] ?? ''));
  readonly all: Hooks;
  readonly hook = $derived.by(() => this.all.found.data?.data.find((hook) => hook.id === this.#id));
  readonly state = $derived.by(() => this.hook && stateOf(this.hook));
  readonly #newest: Resource<List<CallItem>>;
  readonly calls = $derived.by(() => {
    const source = this.hook && `hook:${this.hook.platform}`;
    return (this.#newest.data?.data ?? []).filter((call) => call.source === source).slice(0, CALLS_SHOWN);
  });
  checks = $state.raw<HookCheck>();
  /** Why the last step failed. */
  error = $state.raw<ApiError>();

  constructor(allowed: () => boolean) {
    this.all = new Hooks(allowed);
    this.#newest = new Resource<List<CallItem>>(() => this.#calls(), { liveEveryMs: 500 });
    // What a look finds changes with what comes, and with a rotation.
    $effect(() => {
      if (this.state && address.organization) untrack(() => void this.look());
    });
    // Shown once: not again when one comes back to this page.
    $effect(() => () => once.forget());
  }

  async look(): Promise<void> {
    const checks = await this.#step((path) => post<HookCheck>(`${path}test/`));
    if (checks) this.checks = checks;
  }

  /** The rotated hook; what of it is new is kept to be shown once. Throws what the API refuses. */
  async rotate(draft: RotationDraft): Promise<void> {
    const { hook } = this;
    if (!hook) return;
    once.keep(await post<HookItem>(`${this.#path}rotate/`, rotationBody(draft, this.all.platform(hook.platform))));
    this.all.found.refresh();
    await this.look();
  }

  async revoke(): Promise<void> {
    await this.#step((path) => request(path, { method: 'DELETE', organization: address.organization }));
    once.forget();
    this.all.found.refresh();
  }

  get #path(): string {
    return `${HOOKS}${this.#id}/`;
  }

  #calls(): string | null {
    const { hook } = this;
    if (!hook?.accepted) return null;
    return `call-logs/?${new URLSearchParams({ space_token: hook.space_token, page_size: '20' })}`;
  }

  async #step<T>(carryOut: (path: string) => Promise<T>): Promise<T | undefined> {
    this.error = undefined;
    try {
      return await carryOut(this.#path);
    } catch (fault) {
      this.error = asApiError(fault);
      return undefined;
    }
  }
}

async function post<T>(path: string, body?: object): Promise<T> {
  const organization = address.organization;
  return (await request<Answer<T>>(path, { method: 'POST', organization, body })).data;
}
