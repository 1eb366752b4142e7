/**
 * What Instagram allows, as the sandbox enforces it. Pure; sources: "IG Comment Replies" (limitations), "Send a Private
 * Reply to a Commenter" (limitations) and "Send Messages" (messaging window) of the Instagram Platform documentation.
 */

/** Error body of the Graph API, with its HTTP status. */
export type GraphRefusal = { status: number; message: string; type: string; code: number; subcode?: number };

export type SandboxComment = {
  externalId: string;
  fromExternalId: string;
  hidden: boolean;
  deleted: boolean;
  at: Date;
};

const DAY_MS = 86_400_000;
const COMMENT_MAX_CHARACTERS = 2_200;
const MESSAGE_MAX_BYTES = 1_000;

const refusal = (status: number, code: number, message: string, subcode?: number): GraphRefusal => ({
  status,
  message: `(#${code}) ${message}`,
  type: code === 190 ? 'OAuthException' : 'IGApiException',
  code,
  ...(subcode !== undefined && { subcode }),
});

export const badToken = (): GraphRefusal =>
  refusal(401, 190, 'Invalid OAuth access token - Cannot parse access token');
export const noSuchObject = (id: string): GraphRefusal =>
  refusal(400, 100, `Unsupported request. Object with ID '${id}' does not exist or cannot be loaded`, 33);
export const badParameter = (name: string): GraphRefusal =>
  refusal(400, 100, `The parameter ${name} is required`);

/** May the account reply publicly to this comment? Null when it may. */
export function refuseReply(
  comment: SandboxComment | undefined,
  id: string,
  text: string,
): GraphRefusal | null {
  if (!comment || comment.deleted) return noSuchObject(id);
  if (comment.hidden) return refusal(400, 100, 'You cannot reply to a hidden comment');
  if (text.length > COMMENT_MAX_CHARACTERS) return refusal(400, 100, 'The comment message is too long');
  return null;
}

/** May the account reply privately to this comment? One message per comment, within 7 days. */
export function refusePrivateReply(
  comment: SandboxComment | undefined,
  id: string,
  text: string,
  alreadyReplied: boolean,
  now: Date,
): GraphRefusal | null {
  if (!comment || comment.deleted) return noSuchObject(id);
  if (now.getTime() - comment.at.getTime() > 7 * DAY_MS) {
    return refusal(400, 10903, 'This comment is older than 7 days and can no longer be replied to privately');
  }
  if (alreadyReplied) return refusal(400, 10900, 'Activity already replied to');
  return refuseText(text);
}

/** May the account message this person? Within 24 hours of the person's last message. */
export function refuseMessage(
  lastIncomingAt: Date | undefined,
  text: string,
  now: Date,
): GraphRefusal | null {
  if (!lastIncomingAt || now.getTime() - lastIncomingAt.getTime() > DAY_MS) {
    return refusal(403, 10, 'This message is sent outside of allowed window.', 2534022);
  }
  return refuseText(text);
}

function refuseText(text: string): GraphRefusal | null {
  if (Buffer.byteLength(text) <= MESSAGE_MAX_BYTES) return null;
  return refusal(
    400,
    100,
    `Length of param message[text] must be less than or equal to ${MESSAGE_MAX_BYTES} bytes`,
  );
}
