import { request } from '../api/client';
import { ApiError } from '../api/error';
import type { Answer, List, TokenItem } from '../api/types';
import { type TokenDraft, type TokenStep, isOver, tokenBody } from '../settings/token';
import { address } from '../state/address.svelte';
import { Resource } from '../state/resource.svelte';
import { signedIn } from '../state/session.svelte';

/** The tokens of the organization on screen, and what is done to them. To be made while a component is. */
export class Tokens {
  readonly found = new Resource<List<TokenItem>>(() => 'tokens/?page_size=1000');
  readonly #now = Date.now();
  readonly #all = $derived(this.found.data?.data ?? []);
  readonly live = $derived(this.#all.filter((token) => !isOver(token, this.#now)));
  readonly gone = $derived(this.#all.filter((token) => isOver(token, this.#now)));
  /** Why the last rotation or revocation failed; '' when it did not. */
  error = $state('');

  /** The new token, with its secret. */
  async create(draft: TokenDraft): Promise<TokenItem> {
    const made = await this.#post('tokens/', tokenBody(draft, Date.now()));
    this.found.refresh();
    return made;
  }

  /** Rotates or revokes a token; the rotated one comes back with its new secret. */
  async carryOut(token: TokenItem, step: TokenStep): Promise<TokenItem | undefined> {
    this.error = '';
    const organization = address.organization;
    try {
      const rotated = step === 'rotate' ? await this.#rotate(token) : undefined;
      if (step === 'revoke') await request(`tokens/${token.id}/`, { method: 'DELETE', organization });
      this.found.refresh();
      return rotated;
    } catch (fault) {
      if (!(fault instanceof ApiError)) throw fault;
      this.error = fault.message;
      return undefined;
    }
  }

  /** The token one is signed in with takes the session along. */
  async #rotate(token: TokenItem): Promise<TokenItem> {
    const rotate = () => this.#post(`tokens/${token.id}/rotate/`);
    return await (signedIn.owns(token.prefix) ? signedIn.renew(rotate) : rotate());
  }

  async #post(path: string, body?: object): Promise<TokenItem> {
    const organization = address.organization;
    return (await request<Answer<TokenItem>>(path, { method: 'POST', organization, body })).data;
  }
}
