/** What may be done to an API token, and what that means. */
import type { TokenItem } from '../api/types';

const DAY_MS = 86_400_000;

/** How long a new token lives, in days; '' for ever. */
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
export type TokenStep = 'rotate' | 'revoke';

export function tokenBody({ name, role, life }: TokenDraft, now: number): object {
  return { name, role, ...(life ? { expires_at: new Date(now + Number(life) * DAY_MS).toISOString() } : {}) };
}

/** Revoked or expired. */
export function isOver(token: TokenItem, now: number): boolean {
  return token.revoked_at !== null || (token.expires_at !== null && Date.parse(token.expires_at) <= now);
}

/** What a step does, in words. `own`: one is signed in with this token; `admins`: how many of admins are live. */
export function consequence(step: TokenStep, own: boolean, admins: number): string {
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
