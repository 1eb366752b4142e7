import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { readStored, store } from './stored.ts';
import english from './texts/en.json' with { type: 'json' };

/** Texts of one subject: flat keys; plurals by i18next's `_one` and `_other`. */
export type Texts = Record<string, string>;

/** A language other than English may come lazily: `() => import('./texts.de.ts')`. */
export type SubjectTexts = { en: Texts; de: Texts | (() => Promise<Texts>) };

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const STORAGE_KEY = 'replygraph.language';
const lateSubjects = new Map<string, SubjectTexts>();
let isGermanLoaded = false;

/** The chosen language, else the browser's, else English. */
export function preferredLanguage(): Language {
  const wanted = readStored(STORAGE_KEY) ?? navigator.language.slice(0, 2);
  return wanted === 'de' ? 'de' : 'en';
}

/** Starts translation; to be awaited before anything is drawn. English needs no request. */
export async function startTranslation(language: Language = preferredLanguage()): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: english },
    defaultNS: 'app',
    interpolation: { escapeValue: false },
    react: { useSuspense: false, bindI18nStore: 'added' },
    keySeparator: false,
  });
  for (const [namespace, { en }] of lateSubjects) addEnglishSubject(namespace, en);
  await showLanguage(language);
}

/** Switches the language and remembers it. */
export async function chooseLanguage(language: Language): Promise<void> {
  store(STORAGE_KEY, language);
  await showLanguage(language);
}

/**
 * Adds the texts of a part that is loaded later; call it at the top of that part's module. Used as
 * `useTranslation('canvas')`.
 */
export function registerTexts(namespace: string, texts: SubjectTexts): void {
  lateSubjects.set(namespace, texts);
  // Before the start there is nothing to add them to; it adds them then.
  if (i18next.isInitialized) addEnglishSubject(namespace, texts.en);
  if (isGermanLoaded) void loadGermanSubject(namespace, texts.de);
}

async function showLanguage(language: Language): Promise<void> {
  if (language === 'de') await loadGerman();
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

async function loadGerman(): Promise<void> {
  if (isGermanLoaded) return;
  const { default: german } = await import('./texts/de.json', { with: { type: 'json' } });
  for (const [namespace, texts] of Object.entries(german)) {
    i18next.addResourceBundle('de', namespace, texts, true, true);
  }
  isGermanLoaded = true;
  await Promise.all([...lateSubjects].map(([namespace, { de }]) => loadGermanSubject(namespace, de)));
}

function addEnglishSubject(namespace: string, texts: Texts): void {
  i18next.addResourceBundle('en', namespace, texts, true, true);
}

async function loadGermanSubject(namespace: string, texts: SubjectTexts['de']): Promise<void> {
  i18next.addResourceBundle('de', namespace, typeof texts === 'function' ? await texts() : texts, true, true);
}
