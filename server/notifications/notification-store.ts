import type { Notification, NotificationPage } from '../contract/notifications.ts';
import type { Queryable } from '../flows/flow-store.ts';
import type { PageKey } from '../http/page-cursor.ts';
import { toPage } from '../http/page-cursor.ts';
import { notFound } from '../http/problem.ts';

type Row = Omit<Notification, 'createdAt' | 'readAt'> & {
  createdAt: Date;
  readAt: Date | null;
  cursorAt: string;
};

/** Notifications, newest first, with how many nobody has read. */
export async function listNotifications(
  db: Queryable,
  request: { workspaceId: string; limit: number; after: PageKey | null },
): Promise<NotificationPage> {
  const { workspaceId, limit, after } = request;
  const { rows } = await db.query<Row>(
    `select id, kind, title, text, link, read_at as "readAt", created_at as "createdAt",
       created_at::text as "cursorAt"
     from notifications where workspace_id = $1
       and ($2::timestamptz is null or (created_at, id) < ($2, $3::uuid))
     order by created_at desc, id desc limit $4`,
    [workspaceId, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const counted = await db.query<{ unread: number }>(
    'select count(*)::int as unread from notifications where workspace_id = $1 and read_at is null',
    [workspaceId],
  );
  return { ...toPage(rows, limit, view), unread: counted.rows[0]?.unread ?? 0 };
}

/** @throws HttpProblem 404 */
export async function markRead(db: Queryable, workspaceId: string, id: string): Promise<void> {
  const { rowCount } = await db.query(
    'update notifications set read_at = coalesce(read_at, now()) where workspace_id = $1 and id = $2',
    [workspaceId, id],
  );
  if (rowCount === 0) throw notFound('notification');
}

export async function markAllRead(db: Queryable, workspaceId: string): Promise<void> {
  await db.query('update notifications set read_at = now() where workspace_id = $1 and read_at is null', [
    workspaceId,
  ]);
}

function view({ cursorAt: _, ...row }: Row): Notification {
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    readAt: row.readAt?.toISOString() ?? null,
  };
}
