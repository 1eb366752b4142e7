import type { ListedText } from './find-sent.ts';
import { findSent } from './find-sent.ts';

/**
 * Looks for media or a template that we may have sent. The platform lists them without what is in them, so nothing can be
 * told apart: that nothing of ours without a text came since the intention is certain, what came may be another's.
 * @returns `done: false` when it surely was not sent; null when nobody can tell
 */
export function findSentMedia(
  listed: readonly ListedText[],
  wanted: { ownId?: string; notFromId?: string; since: string },
): { done: false } | null {
  return findSent(listed, { ...wanted, text: '' })?.done === false ? { done: false } : null;
}
