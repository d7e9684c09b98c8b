/** Runs an action after a quiet period: each call cancels the previous one. */
export class Debounce {
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ms: number) {}

  run(action: () => void): void {
    this.cancel();
    this.#timer = setTimeout(action, this.ms);
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}
