import { useQuery } from '@tanstack/react-query';
import type {
  AccountDetail,
  AccountHealth,
  Checklist,
  CommentSpike,
  LoginStatus,
} from '../../server/contract/accounts.ts';
import { api } from '../api/client.ts';
import { keys } from '../api/queries.ts';

/** Keys below `keys.accounts`: what tells of accounts refreshes them too. */
export const accountKeys = {
  detail: (id: string) => [...keys.accounts, id] as const,
  checklist: (id: string) => [...keys.accounts, id, 'checklist'] as const,
  health: (id: string) => [...keys.accounts, id, 'health'] as const,
  login: [...keys.accounts, 'login'] as const,
  commentSpike: ['settings', 'comment-spike'] as const,
};

export const useAccount = (id: string) =>
  useQuery({
    queryKey: accountKeys.detail(id),
    queryFn: ({ signal }) => api.get<AccountDetail>(`/api/v1/accounts/${id}`, { signal }),
  });

export const useChecklist = (id: string) =>
  useQuery({
    queryKey: accountKeys.checklist(id),
    queryFn: ({ signal }) => api.get<Checklist>(`/api/v1/accounts/${id}/checklist`, { signal }),
  });

export const useHealth = (id: string) =>
  useQuery({
    queryKey: accountKeys.health(id),
    queryFn: ({ signal }) => api.get<AccountHealth>(`/api/v1/accounts/${id}/health`, { signal }),
    refetchInterval: 30_000,
  });

/** Whether accounts can be connected by login here, and what Meta has to be told. */
export const useLoginStatus = () =>
  useQuery({
    queryKey: accountKeys.login,
    queryFn: ({ signal }) => api.get<LoginStatus>('/api/v1/instagram-login', { signal }),
    staleTime: 60_000,
  });

export const useCommentSpike = () =>
  useQuery({
    queryKey: accountKeys.commentSpike,
    queryFn: ({ signal }) => api.get<CommentSpike>('/api/v1/settings/comment-spike', { signal }),
  });
