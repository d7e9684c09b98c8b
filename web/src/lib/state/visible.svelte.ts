import { isHidden } from './when_visible';

/** Whether somebody can see this page: a hidden one asks nothing, and leaves the browser's few connections to others. */
class Visible {
  value = $state(!isHidden());

  constructor() {
    document.addEventListener('visibilitychange', () => (this.value = !isHidden()));
  }
}

export const visible = new Visible();
