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

/** One that is written down. */
export type WrittenNotice = Notice & { id: string; at: Date };

/** Tells the people of a workspace, now by their open pages and later by the bell. @returns whether anything was said */
export async function notify(deps: { pool: Queryable; live: Live }, notice: Notice): Promise<boolean> {
  const written = await writeNotice(deps.pool, notice);
  if (written) announce(deps.live, written);
  return written !== null;
}

/** The half of `notify` for the bell, for those who write more in the same transaction. @returns null when nothing is said */
export async function writeNotice(db: Queryable, notice: Notice): Promise<WrittenNotice | null> {
  const { workspaceId, kind, key, title, text = '', link = null, atMostEverySeconds = 0 } = notice;
  const { rows } = await db.query<{ id: string; at: Date }>(
    `insert into notifications as n (id, workspace_id, kind, key, title, text, link)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (workspace_id, key) do update set id = excluded.id, kind = excluded.kind, title = excluded.title,
       text = excluded.text, link = excluded.link, read_at = null, created_at = now()
     where n.created_at < now() - make_interval(secs => $8)
     returning id, created_at as at`,
    [newId(), workspaceId, kind, key, title, text, link, atMostEverySeconds],
  );
  return rows[0] ? { ...notice, ...rows[0] } : null;
}

/** The half of `notify` for open pages. */
export function announce(live: Live, { workspaceId, id, kind, title, at }: WrittenNotice): void {
  live.publish(workspaceId, [
    {
      type: 'notification.created',
      seq: 0,
      at: at.toISOString(),
      data: { notificationId: id, kind, title },
    },
  ]);
}

/** What it told of is over: nobody needs to read it any more. */
export async function withdrawNotice(db: Queryable, workspaceId: string, key: string): Promise<void> {
  await db.query('delete from notifications where workspace_id = $1 and key = $2', [workspaceId, key]);
}
