import { useEffect, useEffectEvent, useState } from 'react';
import { useSearchParams } from 'react-router';

const PAUSE_MS = 200;

/**
 * A filter that stands in the address: what is typed, and a moment later what applies.
 * @returns the text in the box, its setter, and the text to filter by
 */
export function useSearchFilter(
  name: string,
): [typed: string, setTyped: (text: string) => void, applied: string] {
  const [parameters, setParameters] = useSearchParams();
  const applied = parameters.get(name) ?? '';
  const [typed, setTyped] = useState(applied);
  const apply = useEffectEvent(() => {
    if (typed === applied) return;
    setParameters(
      (old) => {
        const next = new URLSearchParams(old);
        if (typed) next.set(name, typed);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: typing starts the pause anew.
  useEffect(() => {
    const timer = setTimeout(() => apply(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return [typed, setTyped, applied];
}
