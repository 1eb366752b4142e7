import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  SandboxEventRequest,
  SandboxMoods,
  SandboxWorld,
  SandboxWorldItem,
} from '../../server/contract/sandbox.ts';
import { api } from '../api/client.ts';
import { keys } from '../api/queries.ts';
import { readStored, store } from '../app/stored.ts';
import { useLive } from '../live/use-live.ts';

const STORAGE_KEY = 'replygraph.follower';
const SHOWS = new Set(['execution.finished', 'execution.waiting', 'step.finished']);

/** What a follower does, without who it is: the phone knows that. */
export type FollowerAct = SandboxEventRequest;

/** The sandbox as the phone needs it: the timeline, who writes, and what they can do. */
export function useSandbox() {
  const client = useQueryClient();
  const timeline = useQuery({
    queryKey: keys.timeline,
    queryFn: ({ signal }) => api.get<SandboxWorld>('/api/v1/sandbox/timeline', { signal }),
    // Typing and what other processes did are told by no live event of this page.
    refetchInterval: 4_000,
  });
  const [username, setUsername] = useState(() => readStored(STORAGE_KEY) || 'mia');

  const refresh = () => client.invalidateQueries({ queryKey: keys.timeline });
  useLive(
    'workspace',
    ({ type }) => {
      if (SHOWS.has(type)) void refresh();
    },
    { onResync: () => void refresh() },
  );

  const show = async (item: SandboxWorldItem) => {
    await client.cancelQueries({ queryKey: keys.timeline });
    client.setQueryData<SandboxWorld>(
      keys.timeline,
      (old) => old && { ...old, items: [...old.items.filter(({ id }) => id !== item.id), item] },
    );
  };

  const comment = useMutation({
    mutationFn: (request: { text: string; parentId?: string; mediaId?: string }) =>
      api.post<SandboxWorldItem>('/api/v1/sandbox/comments', { username, ...request }),
    onSuccess: show,
  });
  const message = useMutation({
    mutationFn: (text: string) => api.post<SandboxWorldItem>('/api/v1/sandbox/messages', { text, username }),
    onSuccess: show,
  });
  const act = useMutation({
    mutationFn: (request: FollowerAct) =>
      api.post<{ id: string }>('/api/v1/sandbox/events', { username, ...request }),
    onSuccess: refresh,
  });
  const setMoods = useMutation({
    mutationFn: (moods: SandboxMoods) => api.put<SandboxMoods>('/api/v1/sandbox/moods', moods),
    onSuccess: (moods) => client.setQueryData<SandboxWorld>(keys.timeline, (old) => old && { ...old, moods }),
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
    act,
    setMoods,
  };
}

export type Sandbox = ReturnType<typeof useSandbox>;
