import type { Language } from './language.ts';

/** What a message calls for when nothing is known that could answer it. */
export type Occasion = 'thanks' | 'greeting' | 'question' | 'interest' | 'apology' | 'neutral';

/** `{name}` is ` @username` or nothing. */
export const STOCK_PHRASES: Record<Language, Record<Occasion, string>> = {
  en: {
    thanks: 'Thank you so much{name}! We really appreciate it. ❤️',
    greeting: 'Hi{name}! How can we help you?',
    question: "Hi{name}! Thanks for your question. We'll check and get back to you soon.",
    interest: "Hi{name}! Great to hear from you. We'll get back to you with the details soon.",
    apology: "Hi{name}, we're sorry about this. We'll look into it and get back to you.",
    neutral: 'Hi{name}! Thanks for your message.',
  },
  de: {
    thanks: 'Vielen lieben Dank{name}! Das freut uns sehr. ❤️',
    greeting: 'Hallo{name}! Wie können wir dir helfen?',
    question: 'Hallo{name}! Danke für deine Frage. Wir klären das und melden uns bald bei dir.',
    interest: 'Hallo{name}! Schön, von dir zu hören. Wir melden uns bald mit allen Infos.',
    apology: 'Hallo{name}, das tut uns leid. Wir sehen uns das an und melden uns bei dir.',
    neutral: 'Hallo{name}! Danke für deine Nachricht.',
  },
  es: {
    thanks: '¡Muchas gracias{name}! Nos alegra mucho. ❤️',
    greeting: '¡Hola{name}! ¿En qué podemos ayudarte?',
    question: '¡Hola{name}! Gracias por tu pregunta. Lo revisamos y te respondemos pronto.',
    interest: '¡Hola{name}! Qué bueno saber de ti. Te enviamos los detalles pronto.',
    apology: 'Hola{name}, lo sentimos mucho. Lo revisamos y te respondemos.',
    neutral: '¡Hola{name}! Gracias por tu mensaje.',
  },
  fr: {
    thanks: 'Merci beaucoup{name} ! Ça nous fait très plaisir. ❤️',
    greeting: 'Bonjour{name} ! Comment pouvons-nous vous aider ?',
    question: 'Bonjour{name} ! Merci pour votre question. Nous vérifions et revenons vers vous bientôt.',
    interest: 'Bonjour{name} ! Ravis de vous lire. Nous revenons vers vous bientôt avec les détails.',
    apology: 'Bonjour{name}, nous sommes désolés. Nous regardons cela et revenons vers vous.',
    neutral: 'Bonjour{name} ! Merci pour votre message.',
  },
  pt: {
    thanks: 'Muito obrigado{name}! Ficamos muito felizes. ❤️',
    greeting: 'Olá{name}! Como podemos ajudar?',
    question: 'Olá{name}! Obrigado pela pergunta. Vamos verificar e respondemos em breve.',
    interest: 'Olá{name}! Que bom falar com você. Enviamos os detalhes em breve.',
    apology: 'Olá{name}, sentimos muito. Vamos verificar e respondemos em breve.',
    neutral: 'Olá{name}! Obrigado pela mensagem.',
  },
  it: {
    thanks: 'Grazie mille{name}! Ci fa davvero piacere. ❤️',
    greeting: 'Ciao{name}! Come possiamo aiutarti?',
    question: 'Ciao{name}! Grazie per la domanda. Verifichiamo e ti rispondiamo presto.',
    interest: 'Ciao{name}! Che bello sentirti. Ti mandiamo presto tutti i dettagli.',
    apology: 'Ciao{name}, ci dispiace molto. Verifichiamo e ti rispondiamo.',
    neutral: 'Ciao{name}! Grazie per il messaggio.',
  },
};

/** Stands before an answer from the knowledge base. */
export const ANSWER_GREETINGS: Record<Language, string> = {
  en: 'Hi{name}! ',
  de: 'Hallo{name}! ',
  es: '¡Hola{name}! ',
  fr: 'Bonjour{name} ! ',
  pt: 'Olá{name}! ',
  it: 'Ciao{name}! ',
};
