/** Whether somebody can see this page: a hidden one asks nothing, and leaves the browser's few connections to others. */
class Visible {
  value = $state(document.visibilityState !== 'hidden');

  constructor() {
    document.addEventListener('visibilitychange', () => (this.value = document.visibilityState !== 'hidden'));
  }
}

export const visible = new Visible();

/** Resolves at once where the page is seen, else when it comes to be. */
export function whenVisible(): Promise<void> {
  if (visible.value) return Promise.resolve();
  return new Promise((resolve) => {
    const look = () => {
      if (document.visibilityState === 'hidden') return;
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
  });
}
