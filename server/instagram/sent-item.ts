import { z } from 'zod';
import type { SentItem } from '../conversations/store-sent.ts';
import type { ProposedSend } from './policy/proposed-send.ts';
import { isMessage } from './policy/proposed-send.ts';

type Sender = { workspaceId: string; accountId: string; executionId: string | null };

const messageAnswer = z.object({ messageId: z.string().min(1), recipientId: z.string().optional() });
const commentAnswer = z.object({ id: z.string().min(1) });

/**
 * What is kept of a send that went well; null where nothing is (typing, a published post).
 * @param answer of the call: with `messageId` for messages, `id` for a reply to a comment
 */
export function sentItemOf(
  request: ProposedSend & { attachments?: unknown[]; hide?: boolean },
  answer: unknown,
  sender: Sender,
): SentItem | null {
  const { kind, target, text = '', author = 'flow', attachments = [] } = request;
  if (kind === 'private_reply' || isMessage(kind)) {
    const sent = messageAnswer.safeParse(answer);
    const personId = (sent.data?.recipientId || target.personId) ?? '';
    if (!sent.success || personId === '') return null;
    const commentId = kind === 'private_reply' ? (target.commentId ?? null) : null;
    const { messageId } = sent.data;
    return { what: 'message', ...sender, personId, messageId, text, attachments, author, commentId };
  }
  const { commentId } = target;
  if (commentId === undefined) return null;
  if (kind === 'hide') return { what: 'hidden', ...sender, commentId, hidden: request.hide ?? true };
  if (kind === 'delete') return { what: 'deleted', ...sender, commentId };
  const reply = kind === 'comment_reply' ? commentAnswer.safeParse(answer) : null;
  return reply?.success ? { what: 'comment', ...sender, id: reply.data.id, parentId: commentId, text } : null;
}
