import { isHidden } from './when_visible';

/** Whether this page is visible: a hidden page sends nothing, and leaves the browser's few connections to other windows. */
class Visible {
  value = $state(!isHidden());

  constructor() {
    document.addEventListener('visibilitychange', () => (this.value = !isHidden()));
  }
}

export const visible = new Visible();
