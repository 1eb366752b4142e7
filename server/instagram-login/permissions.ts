import type { Login } from '../contract/accounts.ts';

export type Permission = {
  name: string;
  /** What does not work without it; the editor has words for each. */
  disables: ('everything' | 'comments' | 'messages' | 'publishing' | 'insights' | 'webhooks')[];
};

/** What is asked for ("Permissions Reference" of the Graph API; "Business Login for Instagram"). */
export const PERMISSIONS: Readonly<Record<Login, readonly Permission[]>> = {
  instagram: [
    { name: 'instagram_business_basic', disables: ['everything'] },
    { name: 'instagram_business_manage_comments', disables: ['comments'] },
    { name: 'instagram_business_manage_messages', disables: ['messages'] },
    { name: 'instagram_business_content_publish', disables: ['publishing'] },
    { name: 'instagram_business_manage_insights', disables: ['insights'] },
  ],
  facebook: [
    { name: 'instagram_basic', disables: ['everything'] },
    { name: 'pages_show_list', disables: ['everything'] },
    { name: 'pages_manage_metadata', disables: ['webhooks'] },
    { name: 'pages_read_engagement', disables: ['comments', 'publishing'] },
    { name: 'instagram_manage_comments', disables: ['comments'] },
    { name: 'instagram_manage_messages', disables: ['messages'] },
    { name: 'instagram_content_publish', disables: ['publishing'] },
    { name: 'instagram_manage_insights', disables: ['insights'] },
  ],
};

/** The permissions of an account's login with whether they were granted; null where nobody said. */
export function permissionsOf(account: {
  login: Login | 'manual';
  permissions: readonly string[];
}): { name: string; isGranted: boolean | null; disables: Permission['disables'] }[] {
  const isKnown = account.permissions.length > 0;
  const asked = PERMISSIONS[account.login === 'facebook' ? 'facebook' : 'instagram'];
  return asked.map(({ name, disables }) => ({
    name,
    disables,
    isGranted: isKnown ? account.permissions.includes(name) : null,
  }));
}

/** Whether an account may do something of this kind, as far as is known. */
export function mayDo(
  account: Parameters<typeof permissionsOf>[0],
  what: Permission['disables'][number],
): boolean {
  return permissionsOf(account).every(
    ({ isGranted, disables }) =>
      isGranted !== false || !(disables.includes(what) || disables.includes('everything')),
  );
}
