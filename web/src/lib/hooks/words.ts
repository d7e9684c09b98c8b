/** The words of hooks and of quarantine. */
import { table } from '../table';
import type { StatusWord } from '../words';

/** How it stands with the deliveries of a hook. */
export type DeliveryState = 'waiting' | 'refused' | 'unread' | 'taking' | 'revoked';

export const DELIVERIES: Readonly<Record<DeliveryState, StatusWord>> = {
  waiting: {
    name: 'Waiting',
    meaning: 'No delivery has come yet. The first one shows here as it comes.',
    colour: '--pending',
    shape: 'dash',
  },
  refused: {
    name: 'Refused',
    meaning: 'The last delivery was refused: it was not proved to come from the platform.',
    colour: '--failed',
    shape: 'cross',
  },
  unread: {
    name: 'Unreadable',
    meaning: 'Deliveries come, and none could be read yet: they are in quarantine.',
    colour: '--missed',
    shape: 'ring',
  },
  taking: { name: 'Taking', meaning: 'Deliveries come, and are taken.', colour: '--completed', shape: 'check' },
  revoked: { name: 'Revoked', meaning: 'It takes nothing any more.', colour: '--pending', shape: 'dash' },
};

/** What to do about a refusal, by its kind. */
export const ADVICE: Record<string, string> = table({
  missing:
    'Nothing proves where it came from. Was the URL opened by hand, is signing switched off in the platform, or does the hook still lack its secret?',
  malformed: 'The proof cannot be read: something on the way changes it, or it is of another kind.',
  wrong: 'Compare the secret of the hook with that of the platform, and the URL with the one that it calls.',
  stale: 'It came too late, or a clock is wrong. The secret is right.',
  future: 'A clock is wrong: the platform’s, or that of this server. The secret is right.',
});
export const FITS_URL =
  'The secret is right, and the URL is another one: set CALLBOARD_PUBLIC_URL to where the platform calls, and restart the server.';
export const SHUT = 'The key of the server does not open its secrets: no delivery can be checked.';

/** What a delivery was compared with. */
export const COMPARED: Record<string, string> = table({
  url: 'Checked for the URL',
  fits_url: 'It was made for the URL',
  header: 'Header',
  age_seconds: 'Age',
  window_seconds: 'At most',
  signed_at: 'Signed at',
  timestamp: 'Its time',
  body_bytes: 'Bytes of the body',
  content_type: 'Content type',
  id: 'Its id',
});

/** Settings of a hook. */
export const SETTINGS: Record<string, string> = table({
  id_prefix: 'Before ids of calls',
  timezone: 'Zone of times without one',
  keep_recordings: 'Keeps links to recordings',
  metadata_keys: 'Metadata that is kept',
  inbound_contexts: 'Inbound contexts',
  pull_only: 'Numbers and agents whose lost calls are taken',
  secret_header: 'Header of the secret',
  hmac: 'Signed by',
  template: 'Where the fields lie',
});

/** What they are where nobody says anything, as text. */
export const DEFAULTS: Record<string, string> = table({
  timezone: 'UTC',
  secret_header: 'x-callboard-secret',
  hmac: JSON.stringify({
    algorithm: 'sha256',
    signature_header: 'x-signature',
    timestamp_header: 'x-timestamp',
    payload: '{timestamp}.{body}',
    prefix: '',
    encoding: 'hex',
    id_header: 'svix-id',
    secret_is_base64: false,
  }),
});

export const CHECKS: Record<string, string> = table({
  hook: 'The hook',
  secrets: 'Its secrets',
  public_url: 'The public URL',
  deliveries: 'Deliveries',
});

export const FINDINGS: Record<string, Omit<StatusWord, 'meaning'>> = table({
  good: { name: 'Good', colour: '--completed', shape: 'check' },
  bad: { name: 'Wrong', colour: '--failed', shape: 'cross' },
  unknown: { name: 'Not known', colour: '--pending', shape: 'dash' },
});

/** Why a delivery is in quarantine, in the order of the list. */
export const REASONS: Record<string, { name: string; meaning: string }> = table({
  unknown_status: {
    name: 'Unknown status',
    meaning: 'Its status is a word that the platform’s table lacks. A newer version may know it: replay it then.',
  },
  missing_id: { name: 'Without an id', meaning: 'It names no call.' },
  bad_time: { name: 'Unreadable time', meaning: 'One of its times cannot be read, or is out of range.' },
  invalid: { name: 'No valid event', meaning: 'It was read, and what it says is no valid event.' },
  unreadable: { name: 'Unreadable', meaning: 'It is not in the form that the platform documents.' },
});

/** How long the old secrets or the old URL are taken after a rotation, in hours. */
export const OLD_VALID: Record<string, string> = table({
  '24': 'For a day more',
  '168': 'For a week more',
  '1': 'For an hour more',
  '0': 'Not any more',
});
