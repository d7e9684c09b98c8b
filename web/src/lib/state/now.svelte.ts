/** The time, to the second: for ages on screen. */
class Now {
  value = $state(Date.now());
  constructor() {
    setInterval(() => (this.value = Date.now()), 1000);
  }
}
export const now = new Now();

/** Whole seconds since an instant; never below 0, for clocks that differ a little. */
export function secondsSince(at: string | Date): number {
  return Math.max(0, Math.floor((now.value - new Date(at).getTime()) / 1000));
}
