import { segment } from '../api/segment';
import type { Answer, CallItem, CallWithEvents, List, TaskItem } from '../api/types';
import { address } from '../state/address.svelte';
import { Resource } from '../state/resource.svelte';

/** The call that the address names, and its task. To be made while a component is. */
export class CallAnswers {
  readonly id = $derived(address.rest.join('/'));
  readonly #space = $derived(address.get('in'));
  readonly call = new Resource<Answer<CallWithEvents>>(
    () => `call-logs/${segment(this.id)}/${this.#space ? `?space_token=${encodeURIComponent(this.#space)}` : ''}`,
    { liveEveryMs: 1000 },
  );
  /** The call itself; undefined while another one's answer is here. */
  readonly data = $derived(this.call.data?.data.call_id === this.id ? this.call.data.data : undefined);
  /** Without a campaign in the address, an id may name a call of each of several. */
  readonly several = $derived(this.call.error?.status === 400 && !this.#space);
  /** Says whether there is such a task: a call may name one that no event was sent for. */
  readonly task = new Resource<Answer<TaskItem>>(() =>
    this.data?.task_id ? `spaces/${segment(this.data.space_token)}/tasks/${segment(this.data.task_id)}/` : null,
  );
}

/** The task that the address names, and its calls. To be made while a component is. */
export class TaskAnswers {
  readonly id = $derived(address.rest.join('/'));
  readonly space = $derived(address.get('in') || address.get('space_token'));
  readonly task = new Resource<Answer<TaskItem>>(() => `spaces/${segment(this.space)}/tasks/${segment(this.id)}/`, {
    liveEveryMs: 1000,
  });
  /** The task itself; undefined while another one's answer is here. */
  readonly data = $derived(this.task.data?.data.task_id === this.id ? this.task.data.data : undefined);
  readonly calls = new Resource<List<CallItem>>(
    () => `call-logs/?${new URLSearchParams({ space_token: this.space, task_id: this.id, page_size: '20' })}`,
    { liveEveryMs: 1000 },
  );
}
