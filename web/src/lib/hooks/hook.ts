/** What the page of hooks shows of a hook. */
import type { HookItem, PlatformItem, Refusal } from '../api/hooks';
import { NONE, duration, number } from '../format';
import { when } from '../list/format_cell';
import { spoken } from '../words';
import { ADVICE, COMPARED, DEFAULTS, type DeliveryState, FITS_URL, SETTINGS, SHUT } from './words';

/** A line of a list of terms. `mono`: to be compared letter by letter. */
export interface Line {
  name: string;
  text: string;
  mono?: boolean;
}

export function stateOf(hook: HookItem): DeliveryState {
  if (hook.revoked_at !== null) return 'revoked';
  const taken = Date.parse(hook.last_delivery_at ?? '');
  const refused = Date.parse(hook.last_refusal?.at ?? '');
  if (!Number.isNaN(refused) && !(refused <= taken)) return 'refused';
  if (Number.isNaN(taken)) return 'waiting';
  return hook.accepted > 0 && hook.quarantined >= hook.accepted ? 'unread' : 'taking';
}

/** What is wrong with a hook, in sentences. */
export function faultsOf(hook: HookItem): string[] {
  const found = hook.secrets_open === false ? [SHUT] : [];
  const refusal = stateOf(hook) === 'refused' ? hook.last_refusal : null;
  return refusal ? [...found, refusal.message] : found;
}

/** Those that work, and those that are revoked, of one campaign ('' for all). */
export function shownHooks(all: readonly HookItem[], space: string): { live: HookItem[]; gone: HookItem[] } {
  const of = all.filter((hook) => !space || hook.space_token === space);
  return {
    live: of.filter((hook) => hook.revoked_at === null),
    gone: of.filter((hook) => hook.revoked_at !== null),
  };
}

export function titleOf(platforms: readonly PlatformItem[], name: string): string {
  return platforms.find((platform) => platform.name === name)?.title ?? spoken(name);
}

/** The numbers of a hook in a line: what came. */
export function countsText(hook: HookItem): string {
  const parts = [`${number(hook.accepted)} taken`, `${number(hook.refused)} refused`];
  if (hook.quarantined) parts.push(`${number(hook.quarantined)} quarantined`);
  return parts.join(' · ');
}

export function lastText(hook: HookItem, timeZone: string): string {
  return hook.last_delivery_at ? `Last ${when(hook.last_delivery_at, timeZone)}` : 'None taken yet';
}

export function advice(refusal: Refusal): string {
  return refusal.compared['fits_url'] ? FITS_URL : (ADVICE[refusal.kind] ?? '');
}

/** What a refused delivery was compared with, the most telling first. */
export function comparedLines(refusal: Refusal, timeZone: string): Line[] {
  const all = Object.entries(refusal.compared);
  const place = (name: string) => (name in COMPARED ? Object.keys(COMPARED).indexOf(name) : all.length + 100);
  return all
    .sort(([one], [other]) => place(one) - place(other))
    .map(([name, text]) => ({
      name: COMPARED[name] ?? spoken(name),
      text: comparedText(name, text, timeZone),
      mono: ['url', 'fits_url', 'header'].includes(name),
    }));
}

function comparedText(name: string, text: string, timeZone: string): string {
  if (name === 'age_seconds' || name === 'window_seconds') {
    const seconds = Number(text);
    if (Number.isNaN(seconds)) return text;
    return seconds < 0 ? `${duration(-seconds)} ahead` : duration(seconds);
  }
  return name === 'signed_at' ? when(text, timeZone) : text || NONE;
}

/** Settings that are not as they are where nobody says anything. */
export function settingLines(settings: Readonly<Record<string, unknown>>): Line[] {
  return Object.entries(settings)
    .filter(([, value]) => value !== null && value !== false)
    .map(([name, value]) => ({ name, text: settingText(value) }))
    .filter(({ name, text }) => text !== '' && text !== DEFAULTS[name])
    .map(({ name, text }) => ({ name: SETTINGS[name] ?? spoken(name), text }));
}

function settingText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === true) return 'Yes';
  return Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
}

/** What is shown once: a whole URL, the secrets that were made, and what to do in the platform. */
export interface ShownOnce {
  url: string;
  secrets: [string, string][];
  setup: string;
}

/** Undefined where the answer holds nothing that is shown once: the platform's own secrets were given. */
export function shownOnce(hook: HookItem): ShownOnce | undefined {
  const whole = !hook.url.includes('…');
  const secrets = Object.entries(hook.secrets ?? {});
  if (!whole && !secrets.length) return undefined;
  return { url: whole ? hook.url : '', secrets, setup: hook.setup ?? '' };
}
