import { base } from '../api/base';
import { request, whenSignedOut } from '../api/client';
import { type ApiError, asApiError } from '../api/error';
import type { Answer, Organization, Role, Session } from '../api/types';

type Stage = 'loading' | 'in' | 'out' | 'unreachable';

/** Who is signed in. The token itself is never kept in the page: the server sets a cookie that scripts cannot read. */
class SignedIn {
  stage = $state<Stage>('loading');
  session = $state.raw<Session>();
  ended = $state(false);
  error = $state.raw<ApiError>();

  /** The token is being rotated: until that is done the old one is refused, which does not end the session. */
  #renewing = false;

  constructor() {
    whenSignedOut(() => {
      if (this.stage !== 'in' || this.#renewing) return;
      this.ended = true;
      this.stage = 'out';
    });
  }

  get organizations(): Organization[] {
    return this.session?.organizations ?? [];
  }

  organization(handle: string): Organization | undefined {
    return this.organizations.find((one) => one.domain_handle === handle.toLowerCase());
  }

  role(handle: string): Role {
    return this.organization(handle)?.role ?? 'viewer';
  }

  async load(): Promise<void> {
    try {
      this.#take(await request<Session | Answer<Session>>(`${base}session`));
    } catch (fault) {
      const error = asApiError(fault);
      this.error = error;
      this.stage = error.status === 401 || error.status === 403 ? 'out' : 'unreachable';
    }
  }

  async signIn(token: string): Promise<void> {
    await request(`${base}session`, { method: 'POST', body: { token } });
    this.#take(await request<Session | Answer<Session>>(`${base}session`));
  }

  /** Whether the session uses this token, compared by the prefix of its secret. */
  owns(prefix: string): boolean {
    return prefix !== '' && prefix === this.session?.token.prefix;
  }

  /** Rotates the token of this session and signs in with the new secret, so that the session does not end. */
  async renew<T extends { token?: string | null }>(rotate: () => Promise<T>): Promise<T> {
    this.#renewing = true;
    try {
      const rotated = await rotate();
      if (rotated.token) await this.signIn(rotated.token);
      return rotated;
    } finally {
      this.#renewing = false;
    }
  }

  async signOut(): Promise<void> {
    await request(`${base}session`, { method: 'DELETE' });
    this.ended = false;
    this.session = undefined;
    this.stage = 'out';
  }

  #take(answer: Session | Answer<Session>): void {
    this.session = 'data' in answer ? answer.data : answer;
    this.error = undefined;
    this.ended = false;
    this.stage = 'in';
  }
}

export const signedIn = new SignedIn();
