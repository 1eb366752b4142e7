import { useEffect, useSyncExternalStore } from 'react';
import { readStored, store } from '../app/stored.ts';
import { useInspectedNode, useSession, useUi } from './session.tsx';

const STORAGE_KEY = 'replygraph.phone';
/** Below this, inspector and phone together would leave no room for the canvas. */
const ROOM_FOR_BOTH = matchMedia('(min-width: 1600px)');

export const wasPhoneOpen = () => readStored(STORAGE_KEY) !== 'closed';

/**
 * Whether the sandbox phone is shown. On a narrow window the inspector takes its place as long as it is open; asking for
 * the phone then closes the inspector.
 */
export function usePhone(): { isShown: boolean; toggle(): void } {
  const { ui } = useSession();
  const hasRoom = useSyncExternalStore(listenToRoom, () => ROOM_FOR_BOTH.matches);
  const isOpen = useUi((state) => state.isPhoneOpen);
  const isInspecting = useUi((state) => state.isInspectorOpen);
  const isCovered = useInspectedNode() !== undefined && isInspecting && !hasRoom;
  const isShown = isOpen && !isCovered;

  useEffect(
    () =>
      ui.subscribe((state, before) => {
        if (state.isPhoneOpen !== before.isPhoneOpen)
          store(STORAGE_KEY, state.isPhoneOpen ? 'open' : 'closed');
      }),
    [ui],
  );

  return {
    isShown,
    toggle: () => ui.setState({ isPhoneOpen: !isShown, ...(isCovered && { isInspectorOpen: false }) }),
  };
}

function listenToRoom(listener: () => void): () => void {
  ROOM_FOR_BOTH.addEventListener('change', listener);
  return () => ROOM_FOR_BOTH.removeEventListener('change', listener);
}
