import { useEffect, useRef } from 'react';

/** Says beside the pointer why the connection that is being drawn can't be made. */
export function ConnectionHint({ text }: { text: string }) {
  const hint = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const follow = (event: PointerEvent) => {
      if (!hint.current) return;
      hint.current.style.transform = `translate(${event.clientX + 14}px, ${event.clientY + 14}px)`;
      hint.current.style.visibility = 'visible';
    };
    window.addEventListener('pointermove', follow);
    return () => window.removeEventListener('pointermove', follow);
  }, []);

  return (
    <div
      ref={hint}
      role="status"
      style={{ visibility: 'hidden' }}
      className="pointer-events-none fixed top-0 left-0 z-50 rounded-md bg-foreground px-2 py-1 text-xs text-background"
    >
      {text}
    </div>
  );
}
