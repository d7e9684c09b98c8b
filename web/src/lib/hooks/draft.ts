/** A hook before it is made, and a rotation before it is carried out: what is asked for, and what is sent. */
import type { PlatformItem, SecretItem } from '../api/hooks';

export interface HookDraft {
  platform: string;
  space: string;
  secrets: Record<string, string>;
  timezone: string;
  keepRecordings: boolean;
  metadataKeys: string;
  /** Further settings, as JSON. */
  further: string;
}

export function newHookDraft(platform = '', space = ''): HookDraft {
  return { platform, space, secrets: {}, timezone: '', keepRecordings: false, metadataKeys: '', further: '' };
}

/** The secrets of a platform that people have to give: those that it makes itself. */
export function givenSecrets(platform: PlatformItem | undefined): SecretItem[] {
  return platform?.secrets.filter((secret) => !secret.ours) ?? [];
}

/** What a secret is, beside its field. */
export function secretHint(secret: SecretItem): string {
  const title = secret.title.charAt(0).toUpperCase() + secret.title.slice(1);
  return secret.optional ? `${title}. Not needed otherwise.` : `${title}.`;
}

function filled(secrets: Readonly<Record<string, string>>, asked: readonly SecretItem[]): Record<string, string> {
  const found = asked.map(({ name }) => [name, secrets[name]?.trim() ?? ''] as const);
  return Object.fromEntries(found.filter(([, text]) => text));
}

/** Why the further settings cannot be sent; '' when they can. */
export function furtherFault(further: string): string {
  if (!further.trim()) return '';
  try {
    const value: unknown = JSON.parse(further);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return '';
  } catch {
    // Said below.
  }
  return 'must be a JSON object, as {"inbound_contexts": ["from-trunk"]}';
}

/** The body that makes the hook. Further settings are overruled by the fields that have a value. */
export function hookBody(draft: HookDraft, platform: PlatformItem | undefined): object {
  const settings: Record<string, unknown> = draft.further.trim()
    ? { ...(JSON.parse(draft.further) as Record<string, unknown>) }
    : {};
  const keys = draft.metadataKeys
    .split(',')
    .map((key) => key.trim())
    .filter(Boolean);
  if (draft.timezone.trim()) settings['timezone'] = draft.timezone.trim();
  if (draft.keepRecordings) settings['keep_recordings'] = true;
  if (keys.length) settings['metadata_keys'] = keys;
  return {
    platform: draft.platform,
    space_token: draft.space,
    secrets: filled(draft.secrets, givenSecrets(platform)),
    settings,
  };
}

export type Rotated = 'secrets' | 'url';

export interface RotationDraft {
  what: Rotated;
  secrets: Record<string, string>;
  oldValidHours: string;
}

export function newRotation(platform: PlatformItem | undefined): RotationDraft {
  return { what: rotatable(platform)[0] ?? 'url', secrets: {}, oldValidHours: '24' };
}

/** What of a hook of this platform can be new: where the URL is the secret, nothing else. */
export function rotatable(platform: PlatformItem | undefined): Rotated[] {
  return platform && !platform.secrets.length ? ['url'] : ['secrets', 'url'];
}

export function rotationBody(draft: RotationDraft, platform: PlatformItem | undefined): object {
  const hours = { old_valid_hours: Number(draft.oldValidHours) };
  if (draft.what === 'url') return { ...hours, new_url: true };
  return { ...hours, secrets: filled(draft.secrets, givenSecrets(platform)) };
}
