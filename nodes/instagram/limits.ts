import { NodeError } from '../../engine/errors.ts';

/** Longest text of a comment, in characters. */
export const MAX_COMMENT_CHARACTERS = 2_200;
/** Longest text of a message in UTF-8 bytes (Instagram Platform, "Send Messages": 1,000 bytes). */
export const MAX_MESSAGE_BYTES = 1_000;

/**
 * The text of a comment reply, trimmed.
 * @throws NodeError `empty_text` or `text_too_long`
 */
export function checkedCommentText(text: string): string {
  const trimmed = refuseEmpty(text, 'reply');
  const characters = [...trimmed].length;
  if (characters > MAX_COMMENT_CHARACTERS) {
    throw tooLong('A comment', `${MAX_COMMENT_CHARACTERS} characters`, `${characters}`);
  }
  return trimmed;
}

/**
 * The text of a direct message, trimmed.
 * @throws NodeError `empty_text` or `text_too_long`
 */
export function checkedMessageText(text: string): string {
  const trimmed = refuseEmpty(text, 'message');
  const bytes = new TextEncoder().encode(trimmed).byteLength;
  if (bytes > MAX_MESSAGE_BYTES) {
    throw tooLong('A message', `${MAX_MESSAGE_BYTES} bytes (a letter is 1 to 4 of them)`, `${bytes}`);
  }
  return trimmed;
}

/**
 * The id of what is answered, trimmed.
 * @throws NodeError `missing_target` when the template gave nothing
 */
export function checkedTarget(id: string, field: string, what: string): string {
  const trimmed = id.trim();
  if (trimmed === '') {
    throw new NodeError(
      'missing_target',
      `There is no ${what}: the event that started the flow has none. Use another action, or set the field by hand.`,
      { field },
    );
  }
  return trimmed;
}

/** The start of a text, for one line of a log. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const characters = [...line];
  return characters.length > 80 ? `${characters.slice(0, 79).join('')}…` : line;
}

function refuseEmpty(text: string, what: string): string {
  const trimmed = text.trim();
  if (trimmed === '') {
    throw new NodeError(
      'empty_text',
      `The ${what} is empty, so there is nothing to send. Check the text and the step that it comes from.`,
      { field: 'text' },
    );
  }
  return trimmed;
}

function tooLong(what: string, limit: string, actual: string): NodeError {
  return new NodeError(
    'text_too_long',
    `${what} may have ${limit}; this text has ${actual}. Make it shorter.`,
    { field: 'text' },
  );
}

/** Longest address that we hand to the platform. */
const MAX_URL_CHARACTERS = 2_000;

/**
 * An address that the platform fetches or a person opens. Only its form is looked at: whether it is there, the platform
 * finds out, and it never leaves from here.
 * @throws NodeError `bad_url` when it is no public https address
 */
export function checkedUrl(url: string, field: string): string {
  const trimmed = url.trim();
  const parsed = URL.canParse(trimmed) ? new URL(trimmed) : undefined;
  const isGood =
    parsed?.protocol === 'https:' &&
    parsed.username === '' &&
    parsed.password === '' &&
    parsed.hostname.includes('.') &&
    trimmed.length <= MAX_URL_CHARACTERS;
  if (isGood) return trimmed;
  throw new NodeError(
    'bad_url',
    `"${excerpt(trimmed)}" is no address that Instagram can open: use a public one that begins with https:// and has at most ${MAX_URL_CHARACTERS.toLocaleString('en')} characters.`,
    { field },
  );
}

/**
 * A short text such as a button's, trimmed.
 * @throws NodeError `empty_text` or `text_too_long`
 */
export function checkedLabel(text: string, field: string, what: string, maxCharacters: number): string {
  const trimmed = text.trim();
  if (trimmed === '') throw new NodeError('empty_text', `${what} has no text.`, { field });
  const characters = [...trimmed].length;
  if (characters <= maxCharacters) return trimmed;
  throw new NodeError(
    'text_too_long',
    `${what} may have ${maxCharacters} characters; "${excerpt(trimmed)}" has ${characters}. Make it shorter.`,
    { field },
  );
}
