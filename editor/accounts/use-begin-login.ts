import { useMutation } from '@tanstack/react-query';
import { toast } from 'sonner';
import type { Login } from '../../server/contract/accounts.ts';
import { api, errorText } from '../api/client.ts';

/** Sends the person to the page of the platform on which they decide. */
export function useBeginLogin() {
  return useMutation({
    mutationFn: (login: Login) => api.post<{ url: string }>('/api/v1/instagram-login', { login }),
    onSuccess: ({ url }) => location.assign(url),
    onError: (error) => toast.error(errorText(error)),
  });
}
