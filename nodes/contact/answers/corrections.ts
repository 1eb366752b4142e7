import type { AnswerKind, Language } from './answer-kinds.ts';

type Sentences = Record<AnswerKind['kind'], string> & { characters: string };

const SENTENCES: Record<string, Sentences> = {
  en: {
    email: 'Hm, that does not look like an e-mail address. Could you send it again, like name@example.com?',
    phone: 'Hm, that does not look like a phone number. Could you send it again, with the country code?',
    number: 'Could you send me that as a number',
    date: 'I could not read that date. Could you send it like this',
    text: 'That does not fit yet. Please write it again',
    choice: 'Please choose one of these',
    characters: 'characters',
  },
  de: {
    email:
      'Hm, das sieht nicht nach einer E-Mail-Adresse aus. Schickst du sie noch einmal, so wie name@example.com?',
    phone:
      'Hm, das sieht nicht nach einer Telefonnummer aus. Schickst du sie noch einmal, mit Landesvorwahl?',
    number: 'Schickst du mir das bitte als Zahl',
    date: 'Dieses Datum konnte ich nicht lesen. Schickst du es bitte so',
    text: 'Das passt noch nicht. Bitte schreib es noch einmal',
    choice: 'Bitte wähle eines davon aus',
    characters: 'Zeichen',
  },
  es: {
    email: 'Mmm, eso no parece un correo electrónico. ¿Me lo envías otra vez, como nombre@example.com?',
    phone: 'Mmm, eso no parece un número de teléfono. ¿Me lo envías otra vez, con el prefijo del país?',
    number: '¿Me lo envías como número, por favor',
    date: 'No he podido leer esa fecha. Envíala así, por favor',
    text: 'Todavía no encaja. Escríbelo otra vez, por favor',
    choice: 'Elige una de estas opciones, por favor',
    characters: 'caracteres',
  },
  fr: {
    email:
      "Hum, cela ne ressemble pas à une adresse e-mail. Peux-tu l'envoyer à nouveau, comme nom@example.com ?",
    phone:
      "Hum, cela ne ressemble pas à un numéro de téléphone. Peux-tu l'envoyer à nouveau, avec l'indicatif ?",
    number: "Peux-tu me l'envoyer sous forme de nombre",
    date: "Je n'ai pas pu lire cette date. Peux-tu l'envoyer ainsi",
    text: "Cela ne convient pas encore. Écris-le à nouveau, s'il te plaît",
    choice: "Choisis l'une de ces réponses",
    characters: 'caractères',
  },
  it: {
    email: 'Mmm, non sembra un indirizzo e-mail. Me lo mandi di nuovo, così: nome@example.com?',
    phone: 'Mmm, non sembra un numero di telefono. Me lo mandi di nuovo, con il prefisso internazionale?',
    number: 'Me lo mandi come numero, per favore',
    date: 'Non sono riuscito a leggere la data. Mandala così, per favore',
    text: 'Non va ancora bene. Scrivilo di nuovo, per favore',
    choice: 'Scegli una di queste risposte, per favore',
    characters: 'caratteri',
  },
  pt: {
    email: 'Hum, isso não parece um e-mail. Pode enviar de novo, como nome@example.com?',
    phone: 'Hum, isso não parece um número de telefone. Pode enviar de novo, com o código do país?',
    number: 'Pode me enviar isso como número',
    date: 'Não consegui ler essa data. Envie assim, por favor',
    text: 'Ainda não deu certo. Escreva de novo, por favor',
    choice: 'Escolha uma destas opções, por favor',
    characters: 'caracteres',
  },
};

/** What the person is told whose answer could not be used: what is wanted, with an example or the limits. */
export function correctionOf(kind: AnswerKind, language: Language): string {
  const sentences = SENTENCES[language.slice(0, 2)] ?? SENTENCES.en!;
  const sentence = sentences[kind.kind];
  switch (kind.kind) {
    case 'email':
    case 'phone':
      return sentence;
    case 'number':
      return `${sentence}${rangeOf(kind.min, kind.max)}?`;
    case 'date':
      return `${sentence}: ${exampleDate(language)}`;
    case 'text':
      return `${sentence} (${kind.min}–${kind.max} ${sentences.characters}).`;
    case 'choice':
      return `${sentence}: ${kind.options.join(', ')}`;
    default:
      return kind satisfies never;
  }
}

function rangeOf(min: number | undefined, max: number | undefined): string {
  if (min !== undefined && max !== undefined) return ` (${min}–${max})`;
  if (min !== undefined) return ` (≥ ${min})`;
  return max === undefined ? '' : ` (≤ ${max})`;
}

function exampleDate(language: Language): string {
  const format = new Intl.DateTimeFormat(language === 'en' ? 'en-US' : language, {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return format.format(Date.UTC(2026, 11, 31));
}
