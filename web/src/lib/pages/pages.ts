import type { Component } from 'svelte';
import Overview from './Overview.svelte';

/** The pages by their name in the address. Those with `nav` stand in the navigation, in this order. */
export const PAGES: Record<string, { title: string; view: Component; nav?: true; admin?: true; of?: string }> = {
  overview: { title: 'Overview', view: Overview, nav: true },
};
