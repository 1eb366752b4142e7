import { z } from 'zod';

/** Words by which people ask for silence, and by which they undo it; whole messages, in any case. */
export type OptOutWords = { stop: readonly string[]; start: readonly string[] };

const words = z.array(z.string().trim().min(1).max(60)).max(200);

/** The value of `opt_out` in the table `settings`; what it does not name keeps its default. */
export const optOutSettingsSchema = z.object({ stop: words.optional(), start: words.optional() });

/**
 * What a workspace that never said anything goes by. Words that are likely answers to a question of a flow (`no`, `end`,
 * `cancel`) are not among them: silence is for people who ask for it.
 */
export const DEFAULT_OPT_OUT_WORDS: OptOutWords = {
  stop: [
    ...['stop', 'stop all', 'stopall', 'unsubscribe', 'opt out', 'optout', 'stop messaging me'],
    ...['stopp', 'abmelden', 'abbestellen', 'austragen', 'keine nachrichten mehr'],
    ...['arrêt', 'arrêter', 'désabonner', 'se désabonner', 'désinscription'],
    ...['baja', 'darse de baja', 'darme de baja', 'cancelar suscripción', 'no más mensajes'],
    ...['parar', 'cancelar inscrição', 'descadastrar', 'sair da lista'],
    ...['disiscriviti', 'cancellami', 'annulla iscrizione', 'basta messaggi'],
    ...['afmelden', 'uitschrijven', 'wypisz', 'wypisz mnie', 'rezygnuję', 'avsluta', 'avregistrera'],
    ...['стоп', 'отписаться', 'отпишите меня', 'відписатися'],
    ...[
      'abonelikten çık',
      'berhenti',
      'توقف',
      'إلغاء الاشتراك',
      'बंद करो',
      '停止',
      '配信停止',
      '退订',
      '退訂',
      '수신거부',
    ],
  ],
  start: [
    ...['start', 'unstop', 'subscribe', 'resubscribe', 'anmelden', 'abonnieren', 'démarrer', "s'abonner"],
    ...[
      'alta',
      'suscribirme',
      'suscribirse',
      'inscrever',
      'iscrivimi',
      'iscriviti',
      'aanmelden',
      'zapisz mnie',
    ],
    ...[
      'старт',
      'подписаться',
      'підписатися',
      'abone ol',
      'mulai',
      'اشتراك',
      'शुरू करो',
      '再開',
      '订阅',
      '訂閱',
      '수신동의',
    ],
  ],
};

/** Tells what a message asks for; null when it is a message like any other. */
export type OptOutMatcher = (text: string) => 'stop' | 'start' | null;

/** A matcher of whole messages. A word that stands in both lists asks for silence. */
export function optOutMatcher({ stop, start }: OptOutWords): OptOutMatcher {
  const wishes = new Map<string, 'stop' | 'start'>();
  for (const word of start) wishes.set(comparable(word), 'start');
  for (const word of stop) wishes.set(comparable(word), 'stop');
  wishes.delete('');
  return (text) => (text.length > LONGEST_WISH ? null : (wishes.get(comparable(text)) ?? null));
}

/** Nobody can say it in more. */
const LONGEST_WISH = 80;

/** Without case, accents' ways of writing, and what stands around the words: `"STOP!!! 🙏"` is `stop`. */
function comparable(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’`´]/g, "'")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}\p{M}]+$/gu, '')
    .replace(/[\s_-]+/gu, ' ');
}
