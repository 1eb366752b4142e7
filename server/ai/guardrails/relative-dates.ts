import { comparable } from './plain-text.ts';

/**
 * Days that are meant by where they lie from now. Whether they are right nobody can tell from a passage, which does not know
 * when it is read: only a source that says the same word supports them.
 */
export type RelativeDate =
  | 'tomorrow'
  | 'day after tomorrow'
  | 'next week'
  | 'next weekend'
  | 'next month'
  | 'end of the day'
  | 'end of the week'
  | 'end of the month'
  | 'today'
  | 'this week'
  | 'this weekend'
  | 'this month';

/** "Morgen" and "mañana" are mornings too: behind these words, and as a greeting. */
const MORNING = String.raw`(?<!(?<!\p{L})(?:guten|gute|schonen|schon|am|jeden|jedem|diesen|den|der|einen|fruhen|nachsten|gestern|heute)\s)(?:(?<!^)morgen|^morgen(?![!,]))`;
const MANANA = String.raw`(?<!(?<!\p{L})(?:la|una|esta|cada|toda|buena|feliz|pasado)\s)manana`;
const NEXT = 'next|coming|nachste[nrs]?|kommende[nrs]?|proxim[ao]|prochaine?|prossim[ao]';
const END = 'end of (?:the|this|next)|ende (?:de[rs]|diese[rs]|nachste[rn])';

/** Said of any of these, it is a statement that people act on. */
const ALWAYS: [RelativeDate, string][] = [
  [
    'day after tomorrow',
    'day after tomorrow|ubermorgen|pasado manana|apres-demain|depois de amanha|dopodomani',
  ],
  ['tomorrow', `(?<!day after )tomorrow|${MORNING}|${MANANA}|(?<!apres-)demain|(?<!depois de )amanha|domani`],
  ['end of the day', `(?:${END}) (?:business )?(?:day|tages)`],
  ['end of the week', `(?:${END}) (?:week|woche)`],
  ['end of the month', `(?:${END}) (?:month|monats)`],
  ['next weekend', `(?:${NEXT}) (?:weekend|wochenende)`],
  [
    'next week',
    `(?:${NEXT}) (?:week|woche|semana|settimana)|semana que (?:viene|vem)|semaine prochaine|settimana prossima`,
  ],
  ['next month', `(?:${NEXT}) (?:month|monats?|mes|mese)|mes que (?:viene|vem)|mois prochain|mese prossimo`],
];

/** These are small talk as often: "How can we help you today?", "Enjoy this weekend!". */
const WITH_A_PROMISE: [RelativeDate, string][] = [
  ['today', "today|tonight|heute|hoy|aujourd'hui|oggi|hoje"],
  ['this weekend', 'this weekend|diese[sm]? wochenende|este fin de semana|ce week-end'],
  ['this week', 'this week|diese[r]? woche|esta semana|cette semaine|questa settimana'],
  ['this month', 'this month|diese[nm]? monat|este mes|ce mois'],
];

/** Beginnings of words of opening, delivering, ending and offering, in English and German. */
const PROMISE = String.raw`(?<!\p{L})(?:open|clos|ship|dispatch|arriv|deliver|availab|in stock|restock|back in|end(?:s|ing|ed)?(?!\p{L})|last(?!\p{L})|only|until|expire|refund|call you|sale|offer|discount|offen|geoffnet|offnen|geschlossen|schliess|versand|versend|verschick|liefer|gelief|zugestellt|ankomm|kommt|verfugbar|auf lager|lieferbar|endet|nur|bis|letzte|erstatt|angebot|rabatt)`;
/** As far as a promise may be from its day, within a sentence. */
const NEAR = String.raw`[^.!?\n]{0,60}`;

const word = (pattern: string) => String.raw`(?<!\p{L})(?:${pattern})(?!\p{L})`;
const group = (words: [RelativeDate, string][]) => word(words.map(([, pattern]) => pattern).join('|'));

/** What is asked is not stated. */
const SMALL_TALK = String.raw`${group(WITH_A_PROMISE)}(?![^.!?\n]{0,80}\?)`;

/** Matches, in comparable text, what `relativeDateOf` reads. */
export const RELATIVE_DATE = new RegExp(
  `${group(ALWAYS)}|(?<=${PROMISE}${NEAR})${SMALL_TALK}|${SMALL_TALK}(?=${NEAR}${PROMISE})`,
  'gu',
);

const READERS = [...ALWAYS, ...WITH_A_PROMISE].map(
  ([date, pattern]) => [date, new RegExp(word(pattern), 'u')] as const,
);

export function relativeDateOf(text: string): RelativeDate | null {
  return READERS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}

/** Every one that a source names, whatever it says of it. */
export function relativeDatesIn(text: string): Set<string> {
  const plain = comparable(text);
  return new Set(READERS.filter(([, pattern]) => pattern.test(plain)).map(([date]) => date));
}
