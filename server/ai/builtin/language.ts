import { normaliseText } from './tokenise.ts';

export const LANGUAGES = ['en', 'de', 'es', 'fr', 'pt', 'it'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Small words that one language has and its neighbours hardly have, normalised. */
const MARKS: Record<Language, string> = {
  en: 'the is are you your do does what how much this that it for of and with have my where when can love great please thanks thank hi hello good not was very i we the price nice so',
  de: 'der die das ist sind ihr ich wir und nicht wie was wo wann kann euch eure auf fur mit habt kostet danke hallo gibt es sehr schon bitte ein eine auch noch mein liebe guten tag preis viel wieviel welche super toll',
  es: 'el los las es son y que cuanto cuesta donde cuando como hay tienen para gracias hola muy me encanta por favor mi una un pedido precio de buenas buenos dias hacen puedo quiero esta lo del con no envio',
  fr: "le les est sont et vous je combien ou quand comment pour merci bonjour tres avez une un des du c'est quel quelle prix mon ma pas j'adore au dans svp livraison commande salut avec puis-je la",
  pt: 'o os as voces voce e nao quanto custa onde quando como tem para obrigado obrigada ola oi muito um uma meu minha qual valor preco amei do da entrega entregam bom boa dia quero posso com isso pedido lindo linda ficou',
  it: 'il lo gli e sono quanto costa dove quando come avete per grazie ciao molto che una un mi mio mia quale prezzo di bellissimo buongiorno posso vorrei della del spedite siete non spedizione ordine bella bello',
};

const languagesOf = new Map<string, Language[]>();
for (const language of LANGUAGES) {
  for (const word of new Set(MARKS[language].split(' '))) {
    languagesOf.set(word, [...(languagesOf.get(word) ?? []), language]);
  }
}

/** Letters that settle it, before accents are taken off. */
const LETTERS: [RegExp, Language][] = [
  [/[ßäöü]/i, 'de'],
  [/[ñ¿¡]/i, 'es'],
  [/[ãõ]/i, 'pt'],
  [/[œêèûâ]/i, 'fr'],
];

/** The language of a text among the six that the built-in answers know; English when it can't tell. */
export function detectLanguage(text: string): Language {
  const scores = new Map<Language, number>();
  const add = (language: Language, score: number) =>
    scores.set(language, (scores.get(language) ?? 0) + score);
  for (const [letters, language] of LETTERS) if (letters.test(text)) add(language, 1.5);
  for (const word of normaliseText(text).match(/\p{L}+(?:['-]\p{L}+)*/gu) ?? []) {
    const languages = languagesOf.get(word) ?? [];
    for (const language of languages) add(language, 1 / languages.length);
  }
  let best: Language = 'en';
  for (const language of LANGUAGES)
    if ((scores.get(language) ?? 0) > (scores.get(best) ?? 0)) best = language;
  return best;
}

const NAMES: Record<string, Language> = {
  english: 'en',
  englisch: 'en',
  ingles: 'en',
  anglais: 'en',
  inglese: 'en',
  german: 'de',
  deutsch: 'de',
  aleman: 'de',
  allemand: 'de',
  alemao: 'de',
  tedesco: 'de',
  spanish: 'es',
  spanisch: 'es',
  espanol: 'es',
  espagnol: 'es',
  espanhol: 'es',
  spagnolo: 'es',
  french: 'fr',
  franzosisch: 'fr',
  frances: 'fr',
  francais: 'fr',
  francese: 'fr',
  portuguese: 'pt',
  portugiesisch: 'pt',
  portugues: 'pt',
  portugais: 'pt',
  portoghese: 'pt',
  italian: 'it',
  italienisch: 'it',
  italiano: 'it',
  italien: 'it',
};

/** The language that the owner asked for (`de`, `pt-BR`, `German`, `Deutsch`), where it is one of the six. */
export function languageByName(name: string): Language | undefined {
  const plain = normaliseText(name).trim();
  const code = plain.split(/[-_]/)[0] ?? '';
  return NAMES[plain] ?? LANGUAGES.find((language) => language === code);
}
