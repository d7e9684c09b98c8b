import type { HookItem } from '../api/hooks';

/**
 * What was made and is shown this once: it is in memory alone, from the page that made it to the page that shows it, and is
 * gone with that page.
 */
class Once {
  #made = $state.raw<HookItem>();

  keep(made: HookItem): void {
    this.#made = made;
  }

  of(id: number): HookItem | undefined {
    return this.#made?.id === id ? this.#made : undefined;
  }

  forget(): void {
    this.#made = undefined;
  }
}

export const once = new Once();
