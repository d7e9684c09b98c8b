/** What may be done to an API token, and what that means. */
import type { TokenItem } from '../api/types';
import { when } from '../list/format_cell';

const DAY_MS = 86_400_000;

/** How long a new token lives, in days; '' is permanent. */
export const LIVES: Record<string, string> = {
  '': 'Never',
  '30': 'In 30 days',
  '90': 'In 90 days',
  '365': 'In a year',
};

export interface TokenDraft {
  name: string;
  role: string;
  life: string;
}

export function newDraft(): TokenDraft {
  return { name: '', role: 'viewer', life: '' };
}
export type TokenStep = 'rotate' | 'revoke';

export function tokenBody({ name, role, life }: TokenDraft, now: number): object {
  return { name, role, ...(life ? { expires_at: new Date(now + Number(life) * DAY_MS).toISOString() } : {}) };
}

/** Revoked or expired. */
export function isOver(token: TokenItem, now: number): boolean {
  return token.revoked_at !== null || (token.expires_at !== null && Date.parse(token.expires_at) <= now);
}

export function liveAdmins(live: readonly Pick<TokenItem, 'role'>[]): number {
  return live.filter((token) => token.role === 'admin').length;
}

/** When a token was last used, and when it ends. */
export function lifeText(token: Pick<TokenItem, 'last_used_at' | 'expires_at'>, timeZone: string): string {
  const used = token.last_used_at ? `Last used ${when(token.last_used_at, timeZone)}` : 'Never used';
  return token.expires_at ? `${used} · ends ${when(token.expires_at, timeZone)}` : used;
}

/** When a token stopped working. */
export function overText(token: Pick<TokenItem, 'revoked_at' | 'expires_at'>, timeZone: string): string {
  return token.revoked_at
    ? `Revoked ${when(token.revoked_at, timeZone)}`
    : `Expired ${when(token.expires_at, timeZone)}`;
}

/** A secret to show; the API sends it once, with the answer that made it. */
export interface Shown {
  name: string;
  secret: string;
}

export function shownOf(token: Pick<TokenItem, 'name' | 'token'>): Shown | undefined {
  return token.token ? { name: token.name, secret: token.token } : undefined;
}

/** What has to be confirmed before a step is carried out. */
export interface Confirmation {
  step: TokenStep;
  text: string;
  label: string;
  /** Only after a box was checked: one revokes the token one is signed in with. */
  checked: boolean;
}

/** `own`: one is signed in with this token; `admins`: how many tokens of admins are live. */
export function confirmation(step: TokenStep, own: boolean, admins: number): Confirmation {
  return {
    step,
    text: consequence(step, own, admins),
    label: step === 'revoke' ? 'Revoke it' : 'Rotate it',
    checked: step === 'revoke' && own,
  };
}

/** What a step does, in words. */
function consequence(step: TokenStep, own: boolean, admins: number): string {
  if (step === 'rotate') {
    return own
      ? 'You are signed in with this token. The old secret stops working at once, here as well: this window goes on with the new one, every other place needs it.'
      : 'The old secret stops working at once.';
  }
  if (!own) return 'It stops working at once.';
  return `You are signed in with this token: revoking it ends this session at once, and it opens nothing any more.${
    admins < 2 ? ' No other admin’s token is left: only the command line of the server can make one then.' : ''
  }`;
}
