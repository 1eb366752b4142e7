/**
 * Meta's rules as figures; docs/instagram-rules.md has their sources in full.
 *
 * - "Messenger Platform and IG Messaging API policy": the standard messaging window, the Human Agent tag.
 * - "Send a Private Reply to a Commenter" (Instagram Platform): once per comment, 7 days, live broadcasts.
 * - "Send Messages" (Instagram API with Instagram Login): 1,000 bytes.
 * - "IG Comment Replies": no replies to hidden comments or under a live video.
 */
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** After the person's last message. After a click on an ad Meta allows more; we do not use that. */
export const STANDARD_WINDOW_MS = DAY_MS;
/** After the person's last message, for what a person of the team wrote. */
export const HUMAN_AGENT_WINDOW_MS = 7 * DAY_MS;
/** After the comment. */
export const PRIVATE_REPLY_WINDOW_MS = 7 * DAY_MS;
/**
 * A private reply to a live comment may be sent "only during the live broadcast", whose end no webhook tells. No broadcast
 * is longer than 4 hours (a limit of the app; no page of the API states it), so afterwards it is over; before, it is tried.
 */
export const LONGEST_BROADCAST_MS = 4 * HOUR_MS;

export const MAX_MESSAGE_BYTES = 1_000;
/** Text of a button template ("Button template", Messenger Platform). */
export const MAX_BUTTONS_CHARACTERS = 640;
export const MAX_COMMENT_CHARACTERS = 2_200;

/** A pause that Instagram asked for is waited for up to here (server/instagram/send-budget.ts); a longer one refuses. */
export const LONGEST_PAUSE_TO_WAIT_MS = 6 * HOUR_MS;
