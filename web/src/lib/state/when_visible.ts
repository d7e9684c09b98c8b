export function isHidden(): boolean {
  return document.visibilityState === 'hidden';
}

/** Resolves at once while the page is visible, else when it becomes visible. */
export function whenVisible(): Promise<void> {
  if (!isHidden()) return Promise.resolve();
  return new Promise((resolve) => {
    const check = () => {
      if (isHidden()) return;
      document.removeEventListener('visibilitychange', check);
      resolve();
    };
    document.addEventListener('visibilitychange', check);
  });
}
