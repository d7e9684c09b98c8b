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

/** Gives an element its one line of meaning. */
export function meaning(text: string | undefined): Attachment<HTMLElement> {
  return (node) => {
    if (!text) return;
    element();
    const enter = () => show(node, text);
    node.setAttribute('aria-description', text);
    node.addEventListener('mouseenter', enter);
    node.addEventListener('focus', enter);
    node.addEventListener('mouseleave', hide);
    node.addEventListener('blur', hide);
    return () => {
      hide();
      node.removeEventListener('mouseenter', enter);
      node.removeEventListener('focus', enter);
      node.removeEventListener('mouseleave', hide);
      node.removeEventListener('blur', hide);
    };
  };
}
