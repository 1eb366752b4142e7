import { createHash, randomBytes } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import { roleSchema } from '../contract/shapes.ts';
import { newId } from '../database/id.ts';
import type { Principal } from '../http/route.ts';

export const TICKET_SECONDS = 30;

export type Tickets = {
  issue(principal: Principal): Promise<string>;
  /** Whose ticket it is; null when it is unknown, used or too old. It is used up by this. */
  redeem(ticket: string): Promise<Principal | null>;
};

const principalSchema = z.object({
  workspaceId: z.uuid(),
  role: roleSchema,
  userId: z.string().optional(),
  apiKeyId: z.string().optional(),
  name: z.string(),
});

/**
 * Tickets for opening a WebSocket where no cookie can be sent (DESIGN 7). They are kept in the database, hashed, so that
 * one issued by one server process opens a socket at another.
 */
export function createTickets(pool: pg.Pool): Tickets {
  return {
    issue: async (principal) => {
      const ticket = randomBytes(32).toString('base64url');
      await pool.query(
        `with expired as (delete from verifications where identifier like 'ws-ticket:%' and expires_at < now())
         insert into verifications (id, identifier, value, expires_at)
         values ($1, $2, $3, now() + make_interval(secs => $4))`,
        [newId(), identifierOf(ticket), JSON.stringify(principalSchema.parse(principal)), TICKET_SECONDS],
      );
      return ticket;
    },
    redeem: async (ticket) => {
      const { rows } = await pool.query<{ value: string }>(
        'delete from verifications where identifier = $1 and expires_at > now() returning value',
        [identifierOf(ticket)],
      );
      return rows[0] ? toPrincipal(JSON.parse(rows[0].value)) : null;
    },
  };
}

const identifierOf = (ticket: string) => `ws-ticket:${createHash('sha256').update(ticket).digest('hex')}`;

function toPrincipal(value: unknown): Principal {
  const { userId, apiKeyId, ...rest } = principalSchema.parse(value);
  return { ...rest, ...(userId !== undefined && { userId }), ...(apiKeyId !== undefined && { apiKeyId }) };
}
