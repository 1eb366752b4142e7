import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SandboxItem, SandboxTimeline } from '../../server/contract/shapes.ts';
import { api } from '../api/client.ts';
import { keys, useSandboxTimeline } from '../api/queries.ts';
import { readStored, store } from '../app/stored.ts';
import { useLive } from '../live/use-live.ts';

const STORAGE_KEY = 'replygraph.follower';

/** The sandbox as the phone needs it: the timeline, who writes, and writing. */
export function useSandbox() {
  const client = useQueryClient();
  const timeline = useSandboxTimeline();
  const [username, setUsername] = useState(() => readStored(STORAGE_KEY) || 'mia');

  const refresh = () => client.invalidateQueries({ queryKey: keys.timeline });
  useLive(
    'workspace',
    ({ type }) => {
      if (type === 'execution.finished' || type === 'step.finished') void refresh();
    },
    { onResync: () => void refresh() },
  );

  const show = async (item: SandboxItem) => {
    await client.cancelQueries({ queryKey: keys.timeline });
    client.setQueryData<SandboxTimeline>(
      keys.timeline,
      (old) => old && { ...old, items: [...old.items.filter(({ id }) => id !== item.id), item] },
    );
  };

  const comment = useMutation({
    mutationFn: ({ text, parentId }: { text: string; parentId?: string }) =>
      api.post<SandboxItem>('/api/v1/sandbox/comments', { text, username, ...(parentId && { parentId }) }),
    onSuccess: show,
  });
  const message = useMutation({
    mutationFn: (text: string) => api.post<SandboxItem>('/api/v1/sandbox/messages', { text, username }),
    onSuccess: show,
  });

  return {
    timeline,
    username,
    chooseUsername: (name: string) => {
      store(STORAGE_KEY, name);
      setUsername(name);
    },
    comment,
    message,
  };
}
