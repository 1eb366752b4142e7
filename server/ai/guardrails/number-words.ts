/** Words of which English and German make larger numbers: "ninety-nine", "zweihundertfünfzig". Without accents. */
const ENGLISH: Record<string, number> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
  hundred: 100,
  thousand: 1_000,
};
const GERMAN: Record<string, number> = {
  ein: 1,
  eins: 1,
  zwei: 2,
  drei: 3,
  vier: 4,
  funf: 5,
  sechs: 6,
  sieben: 7,
  acht: 8,
  neun: 9,
  zehn: 10,
  elf: 11,
  zwolf: 12,
  dreizehn: 13,
  vierzehn: 14,
  funfzehn: 15,
  sechzehn: 16,
  siebzehn: 17,
  achtzehn: 18,
  neunzehn: 19,
  zwanzig: 20,
  dreissig: 30,
  vierzig: 40,
  funfzig: 50,
  sechzig: 60,
  siebzig: 70,
  achtzig: 80,
  neunzig: 90,
  hundert: 100,
  tausend: 1_000,
};

/** Longest first, so that "sixteen" is not taken for "six". */
const alternatives = (words: string[]) => words.toSorted((a, b) => b.length - a.length).join('|');
const ENGLISH_WORD = alternatives(Object.keys(ENGLISH));
const GERMAN_PART = alternatives([...Object.keys(GERMAN), 'und']);

/** Numbers of several words or parts, as a regular expression's alternatives. Bounded: texts of strangers are read too. */
export const COMPOUND_NUMBER = `(?:${ENGLISH_WORD})(?:[ -](?:and )?(?:${ENGLISH_WORD})){1,7}|(?:${alternatives(Object.keys(GERMAN))})(?:${GERMAN_PART}){1,9}`;

/** The words of one number each, which stand for themselves too. */
export const SINGLE_NUMBERS: ReadonlyMap<string, number> = new Map(
  [...Object.entries(ENGLISH), ...Object.entries(GERMAN)].filter(([, value]) => value > 10),
);

/** Reads what `COMPOUND_NUMBER` matches; of words that make no number together the last one counts. */
export function readCompound(text: string): number | null {
  const isEnglish = /[ -]/.test(text);
  const parts = isEnglish
    ? text.split(/[ -]/).filter((word) => word !== 'and')
    : (text.match(new RegExp(GERMAN_PART, 'g')) ?? []);
  if (!isEnglish && parts.join('') !== text) return null;
  const values = isEnglish ? parts.map((word) => ENGLISH[word]) : germanValues(parts);
  return sumOf(values) ?? values.at(-1) ?? null;
}

/** "Five and twenty" is put the English way round. */
function germanValues(parts: string[]): (number | undefined)[] {
  const values: (number | undefined)[] = [];
  for (let index = 0; index < parts.length; index++) {
    const [part, next, after] = parts.slice(index, index + 3);
    const [one, ten] = [GERMAN[part ?? ''], GERMAN[after ?? '']];
    if (next === 'und' && one !== undefined && one < 10 && ten !== undefined && ten >= 20 && ten < 100) {
      values.push(ten, one);
      index += 2;
    } else if (part !== 'und') values.push(one);
  }
  return values;
}

function sumOf(values: readonly (number | undefined)[]): number | null {
  let total = 0;
  let current = 0;
  for (const value of values) {
    if (value === undefined) return null;
    if (value === 1_000) {
      total += (current || 1) * 1_000;
      current = 0;
    } else if (value === 100) {
      if (current > 9) return null;
      current = (current || 1) * 100;
    } else {
      // "two three" is no number, "twenty three" is.
      const room = value < 10 && current % 100 >= 20 ? 10 : 100;
      if (current % room !== 0) return null;
      current += value;
    }
  }
  return total + current;
}
