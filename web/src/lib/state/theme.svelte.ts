type Choice = 'system' | 'light' | 'dark';
const KEY = 'callboard-theme';

class Theme {
  choice = $state<Choice>('system');
  /** Counts changes of the colours, for drawings that hold resolved colours. */
  version = $state(0);

  constructor() {
    try {
      const kept = localStorage.getItem(KEY);
      if (kept === 'light' || kept === 'dark') this.choice = kept;
    } catch {
      // Storage may be forbidden: the system's theme will do.
    }
    this.#apply();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => (this.version += 1));
  }

  get dark(): boolean {
    void this.version;
    return this.choice === 'dark' || (this.choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  }

  toggle(): void {
    this.choice = this.dark ? 'light' : 'dark';
    try {
      localStorage.setItem(KEY, this.choice);
    } catch {
      // As above.
    }
    this.#apply();
    this.version += 1;
  }

  #apply(): void {
    if (this.choice === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = this.choice;
  }
}

export const theme = new Theme();

/** The current colour of a design token, in a form that a canvas takes. */
export function colour(token: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${token})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
