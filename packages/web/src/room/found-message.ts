// The message a search has led to: scrolled into sight and marked until the next press.

const FOUND = 'data-found';

export function showFound(key: string): void {
  unmarkFound();
  const element = document.querySelector(`.scroll [data-message="${key}"]`);
  element?.scrollIntoView({ block: 'center' });
  element?.setAttribute(FOUND, '');
  document.addEventListener('pointerdown', unmarkFound, { once: true });
}

export function unmarkFound(): void {
  for (const element of document.querySelectorAll(`[${FOUND}]`)) element.removeAttribute(FOUND);
}
