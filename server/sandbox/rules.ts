/**
 * What Instagram allows, as the sandbox enforces it. Pure; sources: "IG Comment Replies" (limitations), "Send a Private
 * Reply to a Commenter" (limitations), "Send Messages" (messaging window), "Quick Replies", "Button Template", "Generic
 * Template", "User Profile API", "Instagram Media Insights", "Business Discovery" and "Content Publishing" (error codes) of the
 * Instagram Platform documentation.
 */

/** Error body of the Graph API, with its HTTP status. */
export type GraphRefusal = {
  status: number;
  message: string;
  type: string;
  code: number;
  subcode?: number;
  headers?: Record<string, string>;
};

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
const BUTTON_TEXT_MAX_CHARACTERS = 640;
const MAX_QUICK_REPLIES = 13;
const MAX_BUTTONS = 3;
const MAX_CARDS = 10;
const MAX_PICTURES = 10;
const MAX_ICE_BREAKERS = 4;
/** Posts that an account may publish within 24 hours. */
export const POSTS_A_DAY = 50;
/** How long the sandbox takes to prepare a video. */
const VIDEO_TAKES_MS = 3_000;

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

/** The longest after the person's last message that a message of a human agent may be sent. */
const HUMAN_AGENT_MS = 7 * DAY_MS;

/**
 * Since when the account may message somebody: their last message, or a link that they opened since ("Send a Message": an
 * `ig.me` link opens the window of a conversation that is there already).
 */
export function windowFrom({
  wroteAt,
  cameAt,
}: {
  wroteAt: Date | null;
  cameAt: Date | null;
}): Date | undefined {
  if (wroteAt === null) return undefined;
  return cameAt !== null && cameAt > wroteAt ? cameAt : wroteAt;
}

/** May the account message this person? Within 24 hours of the person's last message, with a human agent's tag 7 days. */
export function refuseMessage(
  lastIncomingAt: Date | undefined,
  text: string,
  now: Date,
  isHumanAgent = false,
): GraphRefusal | null {
  const windowMs = isHumanAgent ? HUMAN_AGENT_MS : DAY_MS;
  if (!lastIncomingAt || now.getTime() - lastIncomingAt.getTime() > windowMs) {
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

type Tappable = { title: string };
type Content = {
  media?: { type: string; url: string }[];
  quickReplies?: Tappable[];
  buttonText?: string;
  buttons?: Tappable[];
  cards?: { title: string; buttons: Tappable[] }[];
};

/** Is what stands in the message beside its text as the platform wants it? */
export function refuseContent(content: Content): GraphRefusal | null {
  const { media = [], quickReplies = [], buttonText = '', buttons = [], cards = [] } = content;
  const isSeveral = media.length > 1;
  if (isSeveral && (media.length > MAX_PICTURES || media.some(({ type }) => type !== 'image'))) {
    return refusal(400, 100, `Param message[attachments] takes up to ${MAX_PICTURES} images`);
  }
  const unfetched = media.find(({ url }) => !url.startsWith('https://'));
  if (unfetched) return refusal(400, 100, 'Upload attachment failure.', 2018047);
  if (quickReplies.length > MAX_QUICK_REPLIES) {
    return refusal(400, 100, `Param message[quick_replies] must have at most ${MAX_QUICK_REPLIES} items`);
  }
  if (buttonText.length > BUTTON_TEXT_MAX_CHARACTERS) {
    return refusal(400, 100, `Param text must be at most ${BUTTON_TEXT_MAX_CHARACTERS} characters`);
  }
  if (cards.length > MAX_CARDS) {
    return refusal(400, 100, `Param elements must have at most ${MAX_CARDS} items`);
  }
  const groups = [buttons, ...cards.map((card) => card.buttons)];
  if (groups.some((group) => group.length > MAX_BUTTONS)) {
    return refusal(400, 100, `Param buttons must have at most ${MAX_BUTTONS} items`);
  }
  return null;
}

/** May the account see who this person is? Only after they wrote to it. */
export function refuseProfile(wroteAt: Date | null): GraphRefusal | null {
  return wroteAt === null ? refusal(403, 230, 'User consent is required to access user profile') : null;
}

export function refuseIceBreakers(count: number): GraphRefusal | null {
  if (count <= MAX_ICE_BREAKERS) return null;
  return refusal(400, 100, `Param ice_breakers must have at most ${MAX_ICE_BREAKERS} questions`);
}

// Figures and other accounts

/** Is there a professional account of this name? Those of people are not shown. */
export const noSuchBusiness = (): GraphRefusal => refusal(400, 110, 'Invalid user id', 2207013);

/** May these figures be asked for together? One that is not known refuses them all. */
export function refuseMetrics(asked: readonly string[], known: readonly string[]): GraphRefusal | null {
  const unknown = asked.findIndex((metric) => !known.includes(metric));
  if (unknown === -1) return null;
  return refusal(400, 100, `metric[${unknown}] must be one of the following values: ${known.join(', ')}`);
}

/** Have enough people seen it? A story in the sandbox is new, and nobody has. */
export function refuseInsights(product: string): GraphRefusal | null {
  if (product !== 'STORY') return null;
  return refusal(400, 10, 'Not enough viewers for the media to show insights');
}

// Publishing

export type ContainerState = {
  hasVideo: boolean;
  urls: string[];
  at: Date;
  isPublished: boolean;
};

/** How far a container is ("IG Container", status_code). An address with `broken` in it can't be used. */
export function containerStatus({ hasVideo, urls, at, isPublished }: ContainerState, now: Date) {
  if (isPublished) return 'PUBLISHED';
  const age = now.getTime() - at.getTime();
  if (age > DAY_MS) return 'EXPIRED';
  if (urls.some((url) => url.includes('broken'))) return 'ERROR';
  return hasVideo && age < VIDEO_TAKES_MS ? 'IN_PROGRESS' : 'FINISHED';
}

/** Can the platform fetch from this address? */
export function refuseMediaUrl(url: string): GraphRefusal | null {
  if (url.startsWith('https://')) return null;
  return refusal(400, 9004, 'The media could not be fetched from this URI', 2207052);
}

/** May this container be published? */
export function refusePublishing(status: string, publishedToday: number): GraphRefusal | null {
  if (status === 'PUBLISHED') return refusal(400, 100, 'The media has been published already');
  if (status !== 'FINISHED') return refusal(400, 9007, 'Media ID is not available', 2207027);
  if (publishedToday < POSTS_A_DAY) return null;
  return refusal(403, 9, 'The user has reached the maximum number of posts', 2207042);
}
