import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import type { LiveEvent } from '../../server/contract/live.ts';
import type { ConnectionState } from './socket.ts';
import { LiveSocket } from './socket.ts';

/** The connection that all hooks of the page share. */
export const liveSocket = new LiveSocket(
  `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/ws`,
);

addEventListener('online', () => liveSocket.reconnect());

/**
 * Calls `onEvent` for every event of the topic (`workspace`, `flow:<id>`, `execution:<id>`) while the component is there;
 * with `null` for none. `onResync` is called when events may have been missed: load anew over HTTP.
 * @param options `since`: of an execution, the `seq` known already; later events come first
 */
export function useLive(
  topic: string | null,
  onEvent: (event: LiveEvent) => void,
  options: { onResync?: () => void; since?: number } = {},
): void {
  const handleEvent = useEffectEvent(onEvent);
  const handleResync = useEffectEvent(() => options.onResync?.());
  const initialSince = useEffectEvent(() => options.since);
  useEffect(() => {
    if (topic === null) return;
    const since = initialSince();
    return liveSocket.subscribe(topic, {
      onEvent: (event) => handleEvent(event),
      onResync: () => handleResync(),
      ...(since !== undefined && { since }),
    });
  }, [topic]);
}

/** `offline` when the connection is lost and being tried again. */
export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(
    (listener) => liveSocket.onState(listener),
    () => liveSocket.state,
  );
}
