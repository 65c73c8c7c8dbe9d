/** Creates an element with a text, which is never parsed as HTML. */
export function elementOf<K extends keyof HTMLElementTagNameMap>(name: K, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

/** The detail of a problem of the API. */
export function detailOf(problem: unknown): string {
  const isKnown = typeof problem === 'object' && problem !== null && 'detail' in problem;
  return isKnown ? String(problem.detail) : 'The answer could not be read.';
}

/** Shows a card in place of the explorer and of an earlier card. */
export function showCard(card: HTMLElement): void {
  for (const earlier of document.querySelectorAll('body > .card')) earlier.remove();
  card.classList.add('card');
  document.querySelector('.bar')?.after(card);
  document.body.classList.add('has-card');
}

export const hasCard = () => document.body.classList.contains('has-card');

/** The link from a card to the explorer. */
export function explorerLink(): HTMLAnchorElement {
  const link = elementOf('a', 'Go on to the API');
  link.href = './';
  return link;
}
