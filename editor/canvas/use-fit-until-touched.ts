import { useReactFlow, useStore } from '@xyflow/react';
import { useEffect, useRef } from 'react';

export const FIT_OPTIONS = { padding: 0.1, maxZoom: 1 };

/**
 * Shows the whole graph when the page opens, and again when panels change the size of the canvas, until somebody touches
 * the page. From then on the view is theirs: a first node dropped on an empty canvas stays where it was dropped.
 */
export function useFitUntilTouched(hasNodes: boolean): void {
  const { fitView } = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const isTouched = useRef(false);

  useEffect(() => {
    const touch = () => {
      isTouched.current = true;
    };
    const kinds = ['pointerdown', 'keydown', 'wheel'] as const;
    for (const kind of kinds) window.addEventListener(kind, touch, { capture: true, passive: true });
    return () => {
      for (const kind of kinds) window.removeEventListener(kind, touch, { capture: true });
    };
  }, []);

  useEffect(() => {
    if (hasNodes && width > 0 && height > 0 && !isTouched.current) void fitView(FIT_OPTIONS);
  }, [hasNodes, width, height, fitView]);
}
