/** Hooks and the deliveries in quarantine as the API answers them. */
import type { components } from './schema';

type Schemas = components['schemas'];

export type SecretItem = Schemas['SecretItem'];
export type PlatformItem = Schemas['PlatformItem'];
export type Refusal = Schemas['HookRefusalItem'];
export type HookItem = Omit<Schemas['HookItem'], 'settings'> & { settings: Record<string, unknown> };
export type HookCheck = Schemas['HookCheck'];
export type Faults = Schemas['Faults'];
export type QuarantineItem = Schemas['QuarantineItem'];
export type Replayed = Schemas['Replayed'];
