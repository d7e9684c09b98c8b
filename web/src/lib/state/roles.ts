/** Roles in their order: each may do what those before it may. */
import type { Role } from '../api/types';

const RANKS: readonly Role[] = ['viewer', 'member', 'admin'];

/** Whether a role holds what another one may do. */
export function mayAs(role: Role, needed: Role): boolean {
  return RANKS.indexOf(role) >= RANKS.indexOf(needed);
}
