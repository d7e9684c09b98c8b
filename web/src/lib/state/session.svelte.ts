import { ApiError, base, request, whenSignedOut } from '../api/client';
import type { Answer, Organization, Role, Session } from '../api/types';

type Stage = 'asking' | 'in' | 'out' | 'unreachable';

/** Who is signed in. The token itself is never kept in the page: the server sets a cookie that scripts cannot read. */
class SignedIn {
  stage = $state<Stage>('asking');
  session = $state.raw<Session>();
  ended = $state(false);
  error = $state.raw<ApiError>();

  constructor() {
    whenSignedOut(() => {
      if (this.stage !== 'in') return;
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
      const error = fault instanceof ApiError ? fault : new ApiError(0, String(fault));
      this.error = error;
      this.stage = error.status === 401 || error.status === 403 ? 'out' : 'unreachable';
    }
  }

  async signIn(token: string): Promise<void> {
    await request(`${base}session`, { method: 'POST', body: { token } });
    this.#take(await request<Session | Answer<Session>>(`${base}session`));
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
