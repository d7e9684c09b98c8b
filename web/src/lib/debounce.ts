/** Runs an action once nothing has asked for it for so long: each call puts off the one before. */
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
