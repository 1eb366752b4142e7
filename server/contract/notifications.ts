import { z } from 'zod';
import { pageOf } from './shapes.ts';

/** What people of a workspace are told. */
export const notificationSchema = z.object({
  id: z.uuid(),
  /** `needs_login`, `token_expires`, `comment_spike`, `login_failed` … */
  kind: z.string(),
  title: z.string(),
  text: z.string(),
  /** Page of the editor that it leads to. */
  link: z.string().nullable(),
  readAt: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});
export type Notification = z.output<typeof notificationSchema>;

export const notificationPageSchema = pageOf(notificationSchema).extend({ unread: z.number().int() });
export type NotificationPage = z.output<typeof notificationPageSchema>;
