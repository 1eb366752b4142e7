import { comparable, withoutUnseen } from './plain-text.ts';
import { COUNT_WORD, NUMBER_WORD, readAmount, readNumber } from './read-numbers.ts';
import { RELATIVE_DATE, relativeDateOf } from './relative-dates.ts';

export type ClaimKind =
  | 'link'
  | 'email'
  | 'handle'
  | 'code'
  | 'price'
  | 'percentage'
  | 'date'
  | 'time'
  | 'weekday'
  | 'relative_date'
  | 'duration'
  | 'phone';

/** Something in a text that is right or wrong and that people act on. */
export type Claim = {
  kind: ClaimKind;
  /** As it stands in the text. */
  text: string;
  /** The same for every way of writing it: `20 €`, `€20.00` and `20 euros` are `20 eur`. */
  value: string;
};

/**
 * Endings of names that are hosts without `https://` or a path too. Beyond them, "Thanks.We" would be one. Two-letter ones
 * are those that brands and spammers use.
 */
const ENDINGS =
  'com|net|org|io|shop|store|xyz|info|biz|link|online|site|club|top|app|dev|page|live|vip|win|click|example|test|ly|me|gg|to|cc|tv|co|eu|uk|us|ca|au|de|at|ch|fr|it|es|pt|br|mx|nl|be|pl|ru|se|no|dk|fi|in|cn|jp';

type Finder = {
  kind: ClaimKind;
  pattern: RegExp;
  value: (match: RegExpMatchArray) => string | string[] | null;
};

/** Stands where a price does not say its currency. */
export const ANY_CURRENCY = 'any';
const AMOUNT = String.raw`\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?`;
const CURRENCIES: [code: string, words: string][] = [
  ['eur', '€|eur|euros?'],
  ['usd', String.raw`(?:us)?\$|usd|dollars?|dolares|dollari|bucks?`],
  ['gbp', '£|gbp|pounds?|quid'],
  ['chf', String.raw`chf|fr\.|franken|francs?`],
  ['brl', String.raw`r\$|brl|reais|real`],
  ['mxn', 'mxn|pesos?'],
  ['inr', String.raw`₹|inr|rs\.?|rupees?`],
  ['jpy', '¥|jpy|yen'],
];
const CURRENCY = CURRENCIES.map(([, words]) => words).join('|');
const FREE =
  "for free|free of charge|(?:is|are|it's|its|completely|totally|absolutely) free(?! (?:to|of|from|on|at|after|again))|free (?:shipping|delivery|returns?|gifts?|samples?|iphones?|bags?|items?|products?|of cost)|a free|gratis|kostenlos|kostenfrei|umsonst|gratuit(?:e?s?|ement)?|de graca|gratuito|gratuita|gratuitamente";

const HALF_PRICE = 'half[ -]price|half off|half the price|halbe[nr]? preis|halbpreis';
const TWO_FOR_ONE =
  '(?:two|2) for (?:one|1)|buy (?:one|1),? get (?:one|1)|bogo|(?:zwei|2) fur (?:einen?|eins|1)|(?:zwei|2) zum preis von (?:einem|einer|1)';

const MONTHS: string[] = [
  'january jan januar janner enero ene janvier janeiro gennaio genn',
  'february feb februar febrero fevrier fev fevereiro febbraio febb',
  'march mar marz marzo mars marco',
  'april apr abril abr avril avr aprile',
  'may mai mayo maio maggio',
  'june jun juni junio juin junho giugno',
  'july jul juli julio juillet juil julho luglio',
  'august aug agosto ago aout',
  'september sep sept septiembre septembre setembro settembre sett',
  'october oct oktober okt octubre octobre outubro ottobre ott',
  'november nov noviembre novembre novembro',
  'december dec dezember dez diciembre dic decembre dezembro dicembre',
];
const monthOf = new Map(
  MONTHS.flatMap((names, index) => names.split(' ').map((name) => [name, index + 1] as const)),
);
const MONTH = [...monthOf.keys()].toSorted((a, b) => b.length - a.length).join('|');

const WEEKDAYS: string[] = [
  'monday mondays mon montag montags mo lunes lundi segunda-feira lunedi',
  'tuesday tuesdays tue dienstag dienstags di martes mardi terca-feira martedi',
  'wednesday wednesdays wed mittwoch mittwochs mi miercoles mercredi quarta-feira mercoledi',
  'thursday thursdays thu donnerstag donnerstags do jueves jeudi quinta-feira giovedi',
  'friday fridays fri freitag freitags fr viernes vendredi sexta-feira venerdi',
  'saturday saturdays sat samstag samstags sonnabend sa sabado samedi sabato',
  'sunday sundays sun sonntag sonntags so domingo dimanche domenica',
];
const weekdayOf = new Map(
  WEEKDAYS.flatMap((names, index) => names.split(' ').map((name) => [name, index] as const)),
);
/** Short ones ("so", "do", "mar") are words of their own; they count in ranges only. */
const weekdayNames = (fromLength: number) =>
  [...weekdayOf.keys()]
    .filter((name) => name.length >= fromLength)
    .toSorted((a, b) => b.length - a.length)
    .join('|');
const LONG_WEEKDAY = weekdayNames(5);
const ANY_WEEKDAY = weekdayNames(2);
const TO = String.raw`\s*(?:-|–|—|to|till|until|through|bis|a|al|au|ate|à|fino a)\s*`;

const UNITS: [unit: string, words: string][] = [
  ['minute', 'minutes?|mins?|minuten?|minutos?|minuti|minuto'],
  ['hour', 'hours?|hrs?|stunden?|horas?|heures?|ore|ora'],
  ['day', 'days?|tage?n?|werktage?n?|arbeitstage?n?|dias?|jours?|giorni|giorno|business days?|working days?'],
  ['week', 'weeks?|wochen?|semanas?|semaines?|settimane|settimana'],
  ['month', 'months?|monate?n?|meses|mes|mois|mesi|mese'],
  ['year', 'years?|jahre?n?|anos?|ans?|annees?|anni|anno'],
];
const UNIT = UNITS.map(([, words]) => words).join('|');

const unitOf = (word: string, units: [string, string][]) =>
  units.find(([, words]) => new RegExp(`^(?:${words})$`, 'u').test(word))?.[0] ?? word;
const dayOf = (day: string | number, month: string | number, year?: string) => {
  const [dayNumber, monthNumber] = [Number(day), Number(month)];
  if (dayNumber < 1 || dayNumber > 31 || monthNumber < 1 || monthNumber > 12) return null;
  return [`${dayNumber}.${monthNumber}.${year ? Number(year) % 100 : ''}`];
};
const minutesOf = (hours: string, minutes: string | undefined, half: string | undefined) => {
  const hour = Number(hours);
  if (hour > 24 || Number(minutes ?? 0) > 59) return null;
  const isAfternoon = half?.startsWith('p') && hour < 12;
  const isMidnight = half?.startsWith('a') && hour === 12;
  return String((isMidnight ? 0 : hour + (isAfternoon ? 12 : 0)) * 60 + Number(minutes ?? 0));
};
const priceOf = (amount: string, currency: string) => {
  const number = readNumber(amount);
  return number === null ? null : `${number} ${unitOf(currency, CURRENCIES)}`;
};

/** In this order: what one finder took is not looked at by those after it, so that a date is no phone number. */
const FINDERS: Finder[] = [
  {
    kind: 'email',
    pattern: /[a-z0-9._%+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,6}[a-z0-9-]{2,63}/g,
    value: ([all]) => all.replace(/\.$/, ''),
  },
  {
    kind: 'link',
    pattern: new RegExp(
      String.raw`(?:https?|hxxps?|ftp):/{1,2}[^\s<>"')\]]+|www\.[^\s<>"')\]]+|(?<![\p{L}\p{N}-])(?:[\p{L}\p{N}-]{1,63}\.){1,6}(?:${ENDINGS})(?![\p{L}\p{N}-])(?:[/?#][^\s<>"')\]]*)?|(?<![\p{L}\p{N}-])[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{2,63}){1,6}/[^\s<>"')\]]+`,
      'gu',
    ),
    value: ([all]) => plainLink(all),
  },
  {
    kind: 'handle',
    pattern: /(?<![\p{L}\p{N}@])@[\p{L}\p{N}_](?:[\p{L}\p{N}._]*[\p{L}\p{N}_])?/gu,
    value: ([all]) => all,
  },
  {
    kind: 'price',
    pattern: new RegExp(
      String.raw`(?<![\p{L}\p{N}])(?<before>${CURRENCY})\s?(?<a>${AMOUNT})|(?<![\p{L}\p{N}.,])(?<b>${AMOUNT}|${NUMBER_WORD})(?:\s?,-)?\s?(?<after>${CURRENCY})(?![\p{L}\p{N}])`,
      'gu',
    ),
    value: ({ groups }) => priceOf(groups?.a ?? groups?.b ?? '', groups?.before ?? groups?.after ?? ''),
  },
  {
    kind: 'price',
    pattern: new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${TWO_FOR_ONE})(?![\p{L}\p{N}])`, 'gu'),
    value: () => 'two for one',
  },
  {
    kind: 'percentage',
    pattern: new RegExp(String.raw`(?<!\p{L})(?:${HALF_PRICE})(?!\p{L})`, 'gu'),
    value: () => '50',
  },
  {
    kind: 'price',
    pattern: new RegExp(String.raw`(?<!\p{L})(?:${FREE})(?!\p{L})`, 'gu'),
    value: () => 'free',
  },
  {
    kind: 'percentage',
    pattern: new RegExp(
      String.raw`(?<![\p{L}\p{N}])(?<n>\d+(?:[.,]\d+)?|${NUMBER_WORD})\s?(?:%|percent|per cent|prozent|por ciento|por cento|pour cent|per cento)`,
      'gu',
    ),
    value: ({ groups }) => String(readNumber(groups?.n?.replace(',', '.') ?? '')),
  },
  {
    kind: 'date',
    pattern: /(?<!\d)(?<y>\d{4})-(?<m>\d{1,2})-(?<d>\d{1,2})(?!\d)/g,
    value: ({ groups }) => dayOf(groups?.d ?? '', groups?.m ?? '', groups?.y),
  },
  {
    // Day or month first: nobody can tell, so that either counts.
    kind: 'date',
    pattern:
      /(?<![\d.,])(?<a>\d{1,2})(?<s>[./])(?<b>\d{1,2})(?:\k<s>(?<y>\d{4}|\d{2})(?!\d)|\.(?!\d)|(?<=\/\d{1,2})(?![\d/]))/g,
    value: ({ groups }) => {
      const { a = '', b = '', y } = groups ?? {};
      const read = [...(dayOf(a, b, y) ?? []), ...(groups?.s === '/' ? (dayOf(b, a, y) ?? []) : [])];
      const isAlways = a === '24' && b === '7' && !y;
      return read.length > 0 && !isAlways ? read : null;
    },
  },
  {
    kind: 'date',
    pattern: new RegExp(
      String.raw`(?<![\p{L}\p{N}])(?<d>\d{1,2})(?:st|nd|rd|th|\.|er|º|°)?\s?(?:of |de |di |d')?(?<m>${MONTH})\.?(?!\p{L})(?:,?\s(?:de\s)?(?<y>\d{4}))?`,
      'gu',
    ),
    value: ({ groups }) => dayOf(groups?.d ?? '', monthOf.get(groups?.m ?? '') ?? 0, groups?.y),
  },
  {
    kind: 'date',
    pattern: new RegExp(
      String.raw`(?<!\p{L})(?<m>${MONTH})\.?\s(?<d>\d{1,2})(?:st|nd|rd|th)?(?![\d:%])(?:,?\s(?<y>\d{4}))?`,
      'gu',
    ),
    value: ({ groups }) => dayOf(groups?.d ?? '', monthOf.get(groups?.m ?? '') ?? 0, groups?.y),
  },
  {
    kind: 'time',
    pattern:
      /(?<![\d:.,])(?<h>\d{1,2})(?:[:h](?<m>\d{2})(?![\d:])|\.(?<n>\d{2})(?=\s?(?:uhr|h|[ap]\.?m)\b))\s?(?:(?<half>[ap]\.?m\b\.?)|(?:uhr|h)\b)?/g,
    value: ({ groups }) => minutesOf(groups?.h ?? '', groups?.m ?? groups?.n, groups?.half),
  },
  {
    kind: 'time',
    pattern:
      /(?<![\d:.,])(?:(?<from>\d{1,2})\s?(?:-|–|to|bis|a)\s?)?(?<h>\d{1,2})\s?(?:(?<half>[ap]\.?m\b\.?)|uhr\b|o'clock|h\b)/g,
    value: ({ groups }) =>
      [groups?.from, groups?.h].flatMap((hour) => (hour && minutesOf(hour, undefined, groups?.half)) || []),
  },
  {
    // A sum without a currency, as in "only 20.50".
    kind: 'price',
    pattern: /(?<![\p{L}\d.,:])\d{1,6}[.,]\d{2}(?![\p{L}\d%]|[.,:]\d)/gu,
    value: ([all]) => `${readAmount(all)} ${ANY_CURRENCY}`,
  },
  {
    kind: 'weekday',
    pattern: new RegExp(
      String.raw`(?<!\p{L})(?:(?<from>${ANY_WEEKDAY})\.?${TO}(?<to>${ANY_WEEKDAY})|(?<one>${LONG_WEEKDAY}))(?!\p{L})`,
      'gu',
    ),
    value: ({ groups }) => {
      if (groups?.one) return String(weekdayOf.get(groups.one));
      return daysBetween(weekdayOf.get(groups?.from ?? '') ?? 0, weekdayOf.get(groups?.to ?? '') ?? 0);
    },
  },
  {
    kind: 'duration',
    pattern: new RegExp(
      String.raw`(?<![\p{L}\p{N}.,])(?:(?<from>\d+|${COUNT_WORD})(?:${TO}|\s(?:or|oder|o|ou)\s))?(?<n>\d+|${COUNT_WORD})[\s-]?(?:business |working |full )?(?<unit>${UNIT})(?!\p{L})`,
      'gu',
    ),
    value: ({ groups }) => {
      const unit = unitOf(groups?.unit ?? '', UNITS);
      return [groups?.from, groups?.n].flatMap((n) => (n ? [`${readNumber(n)} ${unit}`] : []));
    },
  },
  {
    kind: 'phone',
    pattern: /(?<![\d.,])(?:\+|00)?\(?\d(?:[\s()./-]{0,2}\d){6,14}(?![\d])/g,
    value: ([all]) => all.replace(/\D/g, '').replace(/^00/, ''),
  },
  { kind: 'relative_date', pattern: RELATIVE_DATE, value: ([all]) => relativeDateOf(all) },
];

/** Coupon codes are read before the case is folded. */
const CODE =
  /(?<![\p{L}\p{N}@#/.-])(?=[A-Z0-9-]*\d)(?=[A-Z0-9-]*[A-Z]{2})[A-Z][A-Z0-9]+(?:-[A-Z0-9]+)*(?![\p{L}\p{N}])/gu;

/** Longest text that is read, in UTF-16 units; more than any answer has. */
const LONGEST_TEXT = 40_000;

/** What a text states, each way of writing made the same. */
export function findClaims(text: string): Claim[] {
  const shown = withoutUnseen(text)
    .normalize('NFKC')
    .slice(0, LONGEST_TEXT)
    .replace(/[^\S\n]+/g, ' ')
    .replace(/\n+/g, '\n');
  const claims: Claim[] = [...shown.matchAll(CODE)].map(([code]) => ({
    kind: 'code',
    text: code,
    value: code.toLowerCase(),
  }));
  let rest = undisguised(comparable(shown));
  for (const { kind, pattern, value } of FINDERS) {
    rest = rest.replace(pattern, (...args) => {
      const match = matchOf(args);
      const values = [value(match)].flat().filter((each) => each !== null && each !== 'null');
      if (values.length === 0) return match[0];
      const separator = kind === 'date' ? '|' : null;
      if (separator) claims.push({ kind, text: match[0].trim(), value: values.join(separator) });
      else for (const each of values) claims.push({ kind, text: match[0].trim(), value: String(each) });
      return ' \u{0} ';
    });
  }
  return claims;
}

/** All numbers of a text, wherever they stand: a price list may name the currency once, in its heading. */
export function numbersIn(text: string): Set<number> {
  const found = text.normalize('NFKC').match(new RegExp(AMOUNT, 'g')) ?? [];
  return new Set(found.flatMap((each) => readAmount(each) ?? []));
}

/** Host and path, without what differs between ways of writing the same address. */
export function plainLink(link: string): string {
  return link
    .toLowerCase()
    .replace(/^(?:https?|hxxps?|ftp):\/{1,2}/, '')
    .replace(/^www\./, '')
    .replace(/[.,;:!?…]+$/, '')
    .replace(/\/$/, '');
}

/** `evil [dot] com`, `evil(.)com` and dots of other scripts as what they mean. */
function undisguised(text: string): string {
  return text
    .replace(/[。․．｡]/g, '.')
    .replace(/\s*[[({<]\s*(?:dot|punkt|punto|point|ponto|\.)\s*[\])}>]\s*/g, '.')
    .replace(/\s+(?:dot|punkt|punto)\s+(?=(?:com|net|org|io|shop|xyz|info|ru|de|example)\b)/g, '.')
    .replace(/\s*[[({<]\s*(?:at|arroba)\s*[\])}>]\s*/g, '@');
}

function daysBetween(from: number, to: number): string[] {
  const count = ((to - from + 7) % 7) + 1;
  return Array.from({ length: count }, (_, index) => String((from + index) % 7));
}

/** The arguments of a replacer as the match that they are. */
function matchOf(args: unknown[]): RegExpMatchArray {
  const groups = typeof args.at(-1) === 'object' ? (args.at(-1) as Record<string, string>) : undefined;
  const match = [String(args[0])] as RegExpMatchArray;
  if (groups) match.groups = groups;
  return match;
}
