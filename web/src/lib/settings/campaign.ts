/** A campaign while it is edited, and what is sent of it. */
import type { SpaceItem } from '../api/types';

export const LIMIT_NAMES = ['stuck_running_after', 'stuck_pending_after', 'live_call_limit'] as const;
export type CampaignDraft = { name: string; content_type: string; timezone: string } & Record<
  (typeof LIMIT_NAMES)[number],
  number
>;

export function draftOf(space?: SpaceItem): CampaignDraft {
  if (!space) {
    return {
      name: '',
      content_type: 'contact',
      timezone: '',
      stuck_running_after: 900,
      stuck_pending_after: 3600,
      live_call_limit: 14_400,
    };
  }
  const { timezone, stuck_running_after, stuck_pending_after, live_call_limit } = space.settings;
  return {
    name: space.name,
    content_type: space.content_type,
    timezone: timezone ?? '',
    stuck_running_after,
    stuck_pending_after,
    live_call_limit,
  };
}

/** A campaign without its own zone has the organization's: a new one leaves it out, an existing one removes its own. */
export function campaignBody({ name, content_type, timezone, ...limits }: CampaignDraft, made: boolean): object {
  const own = timezone.trim();
  return { name, content_type, settings: { ...limits, ...(own || !made ? { timezone: own || null } : {}) } };
}
