import { COMPOUND_NUMBER, readCompound, SINGLE_NUMBERS } from './number-words.ts';

/** `1.299,00`, `1,299.00`, `1 299` and `20` as numbers; null for what is none. A lone separator before three digits groups. */
export function readAmount(text: string): number | null {
  const plain = text.replace(/[\s\u{a0}\u{202f}'’]/gu, '');
  if (!/\d/.test(plain)) return null;
  const decimal = /[.,](\d{1,2})$/.exec(plain);
  const whole = (decimal ? plain.slice(0, decimal.index) : plain).replace(/[.,]/g, '');
  const value = Number(decimal ? `${whole}.${decimal[1]}` : whole);
  return Number.isFinite(value) ? value : null;
}

/** Small numbers that people write as words, in the languages of the built-in answers; without accents. */
const NUMBER_WORDS: Record<number, string> = {
  1: 'one eins ein eine einen uno una un une um uma',
  2: 'two zwei dos deux dois duas due',
  3: 'three drei tres trois tre',
  4: 'four vier cuatro quatre quatro quattro',
  5: 'five funf cinco cinq cinque',
  6: 'six sechs seis sei',
  7: 'seven sieben siete sept sete sette',
  8: 'eight acht ocho huit oito otto',
  9: 'nine neun nueve neuf nove',
  10: 'ten zehn diez dix dez dieci',
  12: 'twelve zwolf doce douze doze dodici',
  15: 'fifteen funfzehn quince quinze quindici',
  20: 'twenty zwanzig veinte vingt vinte venti',
  25: 'twenty-five funfundzwanzig venticinque',
  30: 'thirty dreissig treinta trente trinta trenta',
  40: 'forty vierzig cuarenta quarante quarenta quaranta',
  50: 'fifty funfzig cincuenta cinquante cinquenta cinquanta',
  60: 'sixty sechzig sesenta soixante sessenta sessanta',
  70: 'seventy siebzig setenta settanta',
  80: 'eighty achtzig ochenta oitenta ottanta',
  90: 'ninety neunzig noventa novanta',
  100: 'hundred hundert cien cent cem cento',
  1000: 'thousand tausend mil mille',
};

const valueOfWord = new Map([
  ...Object.entries(NUMBER_WORDS).flatMap(([value, words]) =>
    words.split(' ').map((word) => [word, Number(value)] as const),
  ),
  ...SINGLE_NUMBERS,
]);

const alternatives = (words: string[]) => words.toSorted((a, b) => b.length - a.length).join('|');

/** A regular expression's alternatives for them, and for larger ones in English and German. */
export const NUMBER_WORD = `${COMPOUND_NUMBER}|${alternatives([...valueOfWord.keys()])}`;
/** The same without "one", which is "a" in many languages: "tenha um dia lindo" promises no time. */
export const COUNT_WORD = `${COMPOUND_NUMBER}|${alternatives(
  [...valueOfWord].filter(([, value]) => value > 1).map(([word]) => word),
)}`;

/** A number in figures or in words. */
export const readNumber = (text: string): number | null =>
  valueOfWord.get(text) ?? (/\d/.test(text) ? readAmount(text) : readCompound(text));
