/** Puts the keyboard's focus on the card of a node, once it is drawn. */
export function focusNode(id: string | undefined): void {
  if (id === undefined) return;
  requestAnimationFrame(() => {
    const card = document.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`);
    if (card instanceof HTMLElement) card.focus({ preventScroll: true });
  });
}
