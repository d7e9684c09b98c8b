import { request } from '../api/client';
import { segment } from '../api/segment';
import { type CampaignDraft, campaignBody } from '../settings/campaign';
import { address } from '../state/address.svelte';
import { campaigns } from '../state/campaigns.svelte';
import { home } from '../state/home.svelte';

/** Changes the campaign of this token, or makes one where there is none yet. */
export async function saveCampaign(token: string | undefined, draft: CampaignDraft): Promise<void> {
  const organization = address.organization;
  await request(token === undefined ? 'spaces/' : `spaces/${segment(token)}/`, {
    method: token === undefined ? 'POST' : 'PATCH',
    organization,
    body: campaignBody(draft, token === undefined),
  });
  home.forget();
  await campaigns.load(organization);
}
