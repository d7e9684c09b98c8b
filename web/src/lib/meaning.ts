import type { Attachment } from 'svelte/attachments';

/** One tooltip for the whole page: it says a term's meaning on hover and on focus, and goes with Escape. */
let tip: HTMLElement | undefined;

function element(): HTMLElement {
  if (!tip) {
    tip = document.createElement('div');
    tip.id = 'meaning';
    tip.className = 'meaning';
    tip.setAttribute('role', 'tooltip');
    tip.hidden = true;
    document.body.append(tip);
    addEventListener('keydown', (event) => event.key === 'Escape' && hide());
    addEventListener('scroll', hide, { passive: true, capture: true });
  }
  return tip;
}

function hide(): void {
  if (tip) tip.hidden = true;
}

function show(target: Element, text: string): void {
  const box = element();
  box.textContent = text;
  box.hidden = false;
  const at = target.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const left = Math.min(Math.max(8, at.left), innerWidth - size.width - 8);
  const below = at.bottom + 8 + size.height < innerHeight;
  box.style.left = `${Math.max(8, left)}px`;
  box.style.top = `${below ? at.bottom + 8 : at.top - size.height - 8}px`;
}

/** What each element means by now, and the one whose meaning is on screen. */
const texts = new WeakMap<Element, string>();
let shown: Element | undefined;

function leave(node: Element): void {
  if (shown !== node) return;
  shown = undefined;
  hide();
}

/** Gives an element its one line of meaning. New words for it, as new numbers bring them, leave it on screen. */
export function meaning(text: string | undefined): Attachment<HTMLElement> {
  return (node) => {
    if (!text) return;
    element();
    texts.set(node, text);
    const enter = () => {
      shown = node;
      show(node, texts.get(node) ?? text);
    };
    const out = () => leave(node);
    node.setAttribute('aria-description', text);
    node.addEventListener('mouseenter', enter);
    node.addEventListener('focus', enter);
    node.addEventListener('mouseleave', out);
    node.addEventListener('blur', out);
    if (shown === node && tip && !tip.hidden && tip.textContent !== text) show(node, text);
    return () => {
      texts.delete(node);
      node.removeEventListener('mouseenter', enter);
      node.removeEventListener('focus', enter);
      node.removeEventListener('mouseleave', out);
      node.removeEventListener('blur', out);
      // With new words it is there again in a moment; only what is gone takes its meaning along.
      queueMicrotask(() => {
        if (!texts.has(node)) leave(node);
      });
    };
  };
}
