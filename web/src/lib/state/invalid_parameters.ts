/** Parameters of an address that are invalid: they are reported, and the page ignores them. */
import { DIMENSIONS } from '../words';
import { PERIODS, isTime, isZone } from './days';

export interface InvalidParameter {
  what: string;
  why: string;
}

const SHOWN = 64;
/** Why a value is not understood; '' where it is. */
const CHECKS: Record<string, (value: string, get: (name: string) => string) => string> = {
  timezone: (value) => (isZone(value) ? '' : 'no time zone of that name: the home zone is used'),
  period: (value) => (value in PERIODS ? '' : `no period of that name: there are ${Object.keys(PERIODS).join(', ')}`),
  start: (value) => (isTime(value) ? '' : 'not a day like 2026-02-07'),
  end: (value, get) =>
    !isTime(value) ? 'not a day like 2026-02-07' : isTime(get('start')) ? '' : 'a period needs its start as well',
  group: (value) => (value in DIMENSIONS ? '' : 'nothing that calls can be grouped by'),
};

/** `unreadable` is the segment of the path that is no text; '' where all are. */
export function invalidParameters(params: URLSearchParams, unreadable: string): InvalidParameter[] {
  const found: InvalidParameter[] = [];
  if (unreadable) found.push({ what: short(unreadable), why: 'no text in this encoding' });
  for (const name of new Set(params.keys())) {
    const [value = '', ...others] = params.getAll(name);
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
    const why = value && check?.(value, (other) => params.get(other) ?? '');
    if (why) found.push({ what: `${short(name)}=${short(value)}`, why });
    if (others.length) found.push({ what: short(name), why: 'given more than once: the first counts' });
  }
  return found;
}

function short(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
