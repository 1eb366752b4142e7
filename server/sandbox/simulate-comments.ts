import { badParameter, noSuchObject, refuseReply } from './rules.ts';
import { ownItem } from './sandbox-items.ts';
import { postOf } from './sandbox-media.ts';
import type { SandboxRow } from './sandbox-store.ts';
import type { Simulate, SimulatedCall } from './simulated-call.ts';
import { parameter, Refused, requiredText, throwIf } from './simulated-call.ts';

export const replyToComment: Simulate = async (call) => {
  const { account, id } = call;
  const text = requiredText(call, 'message');
  const comment = await findComment(call);
  throwIf(refuseReply(comment, id, text));
  const reply = await call.tell({
    ...ownItem(account, 'comment', text, call.now()),
    // "Replies to a reply will be added to the top-level comment."
    parentExternalId: comment?.parentExternalId ?? id,
    mediaId: comment?.mediaId ?? null,
  });
  return { id: reply.externalId };
};

export const listReplies: Simulate = async (call) => {
  if (!(await findComment(call))) throw new Refused(noSuchObject(call.id));
  return { data: (await call.store.replies(call.account.externalId, call.id)).map(commentFields) };
};

/** `POST /{id}`: hides a comment, or switches the comments of a post on or off. */
export const changeObject: Simulate = async (call) => {
  const enabled = flag(call, 'comment_enabled');
  if (enabled !== undefined) return allowComments(call, enabled);
  const hide = flag(call, 'hide');
  if (hide === undefined) throw new Refused(badParameter('hide'));
  await changeComment(call, { hidden: hide });
  return { success: true };
};

export const deleteComment: Simulate = async (call) => {
  await changeComment(call, { deleted: true });
  return { success: true };
};

/** The comment as the platform shows it; undefined where the id is no comment's. */
export async function showComment(call: SimulatedCall): Promise<object | undefined> {
  const comment = await findComment(call);
  return comment && !comment.deleted ? commentFields(comment) : undefined;
}

/** @param id of the object in the path unless another is named */
export async function findComment(call: SimulatedCall, id = call.id): Promise<SandboxRow | undefined> {
  const item = await call.store.find(call.account.externalId, id);
  return item?.kind === 'comment' ? item : undefined;
}

async function allowComments(call: SimulatedCall, isAllowed: boolean) {
  const { id, account, store } = call;
  const published = await store.find(account.externalId, id);
  if (!postOf(id) && published?.kind !== 'media') throw new Refused(noSuchObject(id));
  const { commentsOff } = await store.state(account.workspaceId);
  const others = commentsOff.filter((mediaId) => mediaId !== id);
  await store.setState(account.workspaceId, { commentsOff: isAllowed ? others : [...others, id] });
  return { success: true };
}

async function changeComment(call: SimulatedCall, change: { hidden: boolean } | { deleted: true }) {
  const comment = await findComment(call);
  if (!comment || comment.deleted) throw new Refused(noSuchObject(call.id));
  await call.store.change(call.account.externalId, call.id, change);
}

function flag(call: SimulatedCall, name: string): boolean | undefined {
  const value = parameter(call, name);
  if (value === undefined) return undefined;
  const text = String(value);
  if (text !== 'true' && text !== 'false') throw new Refused(badParameter(name));
  return text === 'true';
}

function commentFields(row: SandboxRow) {
  return {
    id: row.externalId,
    text: row.text,
    timestamp: row.at.toISOString(),
    from: { id: row.fromExternalId, username: row.fromUsername },
    hidden: row.hidden,
  };
}
