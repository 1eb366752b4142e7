/** A piece of a message: a word, a mark (`?`), an emoji, or what stands for a link, a mention, a number. */
export type Token = { kind: 'word' | 'mark'; text: string };

/** Longest text that is looked at, in UTF-16 units: Instagram's longest caption or message is far shorter. */
const LONGEST_TEXT = 4_000;

const TOKEN =
  /(?<url>https?:\/\/\S+|www\.\S+|\b[a-z0-9-]+\.(?:com|net|org|io|shop|xyz|ru|info|biz|link|ly|me|co|de|es|fr|it|br)\b\S*)|(?<mention>@[\p{L}\p{N}._]+)|(?<word>\p{L}[\p{L}\p{N}]*(?:'\p{L}+)*)|(?<number>\p{N}+(?:[.,:]\p{N}+)*)|(?<emoji>\p{Extended_Pictographic})|(?<mark>[?!$€£%])/gu;

const EMOJI_KINDS: [kind: string, emoji: string][] = [
  ['love', '❤🧡💛💚💙💜🖤🤍🤎💖💗💓💕💞💘💝😍🥰😻😘♥🫶💋'],
  ['cheer', '🔥👏🙌💯✨🤩🎉👑💪👌👍🌟⭐🏆😎🎊🥳'],
  ['laugh', '😂🤣😆😅😹💀😄'],
  ['anger', '😡🤬😠👎💩🤮🤢😤👿🖕'],
  ['sad', '😭😢😞😔😩😫🙁☹😕💔😒🙄'],
  ['thank', '🙏🤗'],
  ['money', '💰💸💵🤑💲📈🚀💎'],
  ['point', '👉👇👈📲📩💌🔗'],
  ['hello', '👋'],
  ['wonder', '🤔❓❔🧐'],
];

const kindOfEmoji = new Map(
  EMOJI_KINDS.flatMap(([kind, emoji]) => [...emoji].map((one) => [one, kind] as const)),
);

/**
 * Lower case, compatibility forms folded, accents and skin tones removed, `soooo` as `so`: what people mean to be the
 * same is the same afterwards.
 */
export function normaliseText(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .normalize('NFKD')
    .replace(/\p{M}|\u200d|[\u{1f3fb}-\u{1f3ff}]/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[’‘`´]/g, "'")
    .replace(/(\p{L})\1{2,}/gu, '$1');
}

/** The tokens of a message in order. Links, mentions and numbers are replaced by what they are. */
export function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { groups } of normaliseText(text).matchAll(TOKEN)) {
    if (!groups) continue;
    if (groups.url) tokens.push(mark('<url>'));
    else if (groups.mention) tokens.push(mark('<mention>'));
    else if (groups.number) tokens.push(mark('<number>'));
    else if (groups.word) tokens.push({ kind: 'word', text: groups.word.replaceAll("'", '') });
    else if (groups.mark) tokens.push(mark('€$£'.includes(groups.mark) ? '<money>' : groups.mark));
    else if (groups.emoji) {
      tokens.push(mark(groups.emoji));
      const kind = kindOfEmoji.get(groups.emoji);
      if (kind) tokens.push(mark(`<${kind}>`));
    }
  }
  return tokens;
}

const mark = (text: string): Token => ({ kind: 'mark', text });
