import { useState } from 'react';

/**
 * What a person is changing about something that is saved. Until the first change, and after `discard`, it is what is
 * saved, so that changes of others show; a draft is never replaced from outside.
 * @param saved plain JSON
 */
export function useDraft<T>(saved: T) {
  const [draft, setDraft] = useState<T | null>(null);
  return {
    value: draft ?? saved,
    isDirty: draft !== null && JSON.stringify(draft) !== JSON.stringify(saved),
    change: (next: T) => setDraft(next),
    discard: () => setDraft(null),
  };
}
