import type { Live } from '../context.ts';
import { newId } from '../database/id.ts';
import type { Queryable } from '../flows/flow-store.ts';

/** What people of a workspace are to be told. */
export type Notice = {
  workspaceId: string;
  kind: string;
  /** One with the same key replaces the one before. */
  key: string;
  title: string;
  text?: string;
  /** Page of the editor: `/accounts/…`. */
  link?: string;
  /** Nothing is said again within so many seconds, whether it was read or not. */
  atMostEverySeconds?: number;
};

/** Tells the people of a workspace, now by their open pages and later by the bell. @returns whether anything was said */
export async function notify(deps: { pool: Queryable; live: Live }, notice: Notice): Promise<boolean> {
  const { workspaceId, kind, key, title, text = '', link = null, atMostEverySeconds = 0 } = notice;
  const { rows } = await deps.pool.query<{ id: string; createdAt: Date }>(
    `insert into notifications as n (id, workspace_id, kind, key, title, text, link)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (workspace_id, key) do update set id = excluded.id, kind = excluded.kind, title = excluded.title,
       text = excluded.text, link = excluded.link, read_at = null, created_at = now()
     where n.created_at < now() - make_interval(secs => $8)
     returning id, created_at as "createdAt"`,
    [newId(), workspaceId, kind, key, title, text, link, atMostEverySeconds],
  );
  const [row] = rows;
  if (!row) return false;
  deps.live.publish(workspaceId, [
    {
      type: 'notification.created',
      seq: 0,
      at: row.createdAt.toISOString(),
      data: { notificationId: row.id, kind, title },
    },
  ]);
  return true;
}

/** What it told of is over: nobody needs to read it any more. */
export async function withdrawNotice(db: Queryable, workspaceId: string, key: string): Promise<void> {
  await db.query('delete from notifications where workspace_id = $1 and key = $2', [workspaceId, key]);
}
