/**
 * Characters that are not seen: zero-width and soft hyphens, marks that turn the direction of writing, "tags" (U+E0000), fillers
 * that look like nothing, and other controls. They hide words from checks and instructions from people. Line breaks and tabs
 * stay, and so do the joiners of emoji.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{115f}\u{1160}\u{3164}\u{ffa0}\u{e0000}-\u{e0fff}]/gu;
const KEPT = /[\t\n\r]/;
const JOINER = '\u{200d}';
/** Persian and its neighbours write it between letters. */
const NON_JOINER = '\u{200c}';
const EMOJI_END = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u{fe0f})$/u;
/** Flags of regions are written in tags behind a black flag: 🏴 and letters that are not seen. */
const TAG_FLAG = /🏴[\u{e0030}-\u{e007a}]{3,7}\u{e007f}/gu;

/** The text without characters that are not seen. */
export function withoutUnseen(text: string): string {
  return text.replace(TAG_FLAG, '🏴').replace(UNSEEN, (character, at: number, whole: string) => {
    if (KEPT.test(character)) return character;
    const before = whole.slice(Math.max(0, at - 4), at);
    const joinsEmoji = character === JOINER && EMOJI_END.test(before);
    const isSpelling = character === NON_JOINER && /\p{Script=Arabic}$/u.test(before);
    return joinsEmoji || isSpelling ? character : '';
  });
}

/** Letters of other scripts that look like Latin ones, as far as they are used to get past checks. */
const LOOKALIKES: Record<string, string> = {
  а: 'a',
  в: 'b',
  е: 'e',
  к: 'k',
  м: 'm',
  н: 'h',
  о: 'o',
  р: 'p',
  с: 'c',
  т: 't',
  у: 'y',
  х: 'x',
  і: 'i',
  ј: 'j',
  ѕ: 's',
  ԁ: 'd',
  ո: 'n',
  α: 'a',
  ε: 'e',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  ı: 'i',
};

/**
 * The text as checks compare it: compatibility forms folded (fullwidth, mathematical letters), nothing unseen, no accents,
 * lower case. Letters that only look Latin become Latin in words that mix scripts, so that Russian stays Russian.
 */
export function comparable(text: string): string {
  return withoutUnseen(text)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[’‘`´]/g, "'")
    .replace(/[\p{L}]+/gu, (word) =>
      /[a-z]/.test(word) ? [...word].map((letter) => LOOKALIKES[letter] ?? letter).join('') : word,
    );
}

/** The words and numbers of a text, compared as above. */
export const comparableWords = (text: string): string[] => comparable(text).match(/[\p{L}\p{N}]+/gu) ?? [];
