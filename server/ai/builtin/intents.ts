import { readFileSync } from 'node:fs';

/**
 * What people write to a brand, as far as it ships with the project. The sentences stand in `training/<intent>.txt`, one a
 * line; `synonyms` are the words by which a flow's own labels are recognised (normalised: lower case, no accents).
 */
export const INTENTS = {
  praise: {
    synonyms:
      'praise compliment positive love lob lobend elogio compliments kudos happy testimonial appreciation feedback_positive complimento eloge louange positivo positif positiv',
  },
  thanks: { synonyms: 'thanks thank thankful gratitude thankyou danke dank gracias obrigado merci grazie' },
  greeting: {
    synonyms:
      'greeting greetings hello hi welcome smalltalk begrussung gruss saludo saudacao salutation saluto',
  },
  question: {
    synonyms:
      'question questions ask asking inquiry enquiry query faq info information frage fragen pregunta consulta pergunta duvida demanda domanda availability',
  },
  price: {
    synonyms:
      'price prices pricing cost costs quote preis preise kosten precio precios preco prix tarif tarifs prezzo prezzi discount rates',
  },
  shipping: {
    synonyms:
      'shipping delivery shipment shipments deliveries order_status tracking parcel logistics versand lieferung envio envios entrega livraison spedizione consegna wismo',
  },
  complaint: {
    synonyms:
      'complaint complaints complain negative angry unhappy issue criticism dissatisfied upset beschwerde kritik negativ queja reclamo reclamacao reclamation plainte reclamo lamentela negativo negatif',
  },
  refund: {
    synonyms:
      'refund refunds return returns exchange exchanges cancellation cancel money_back ruckgabe erstattung umtausch reembolso devolucion devolucao troca remboursement retour rimborso reso',
  },
  support: {
    synonyms:
      'support help technical assistance helpdesk bug bugs problem problems troubleshooting account_help hilfe technik soporte ayuda suporte ajuda aide assistenza aiuto',
  },
  lead: {
    synonyms:
      'lead leads sales buy buying buyer purchase purchasing prospect interest interested booking order orders inquiry_sales appointment kaufinteresse interessent compra venta ventas interes interesado venda vendas achat interesse acquisto vendita',
  },
  spam: {
    synonyms:
      'spam scam scams bot bots phishing promotion promo advertising advertisement ads self_promotion junk fraud werbung betrug publicidad estafa golpe publicite arnaque pubblicita truffa',
  },
  collaboration: {
    synonyms:
      'collaboration collab partnership partner influencer sponsorship sponsor ambassador press pr job jobs hiring career kooperation zusammenarbeit colaboracion parceria partenariat collaborazione',
  },
  abuse: {
    synonyms:
      'abuse abusive hate hateful insult insults offensive toxic harassment troll profanity threat hass beleidigung insulto odio ofensa haine injure odio offesa',
  },
  other: {
    synonyms:
      'other others neutral none misc unknown irrelevant off_topic general chitchat tag sonstiges andere otro otros outro outros autre autres altro altri neutro',
  },
} as const satisfies Record<string, { synonyms: string }>;

export type Intent = keyof typeof INTENTS;

/**
 * One class that the classifier tells apart: an intent, or the part of it that belongs somewhere else when a flow has no
 * label for it. `shipping` has questions (`broader: question`) and complaints (`broader: complaint`).
 */
export type IntentClass = { intent: Intent; broader: Intent[]; sentences: string[] };

let classes: IntentClass[] | undefined;

/** The shipped sentences by class, read once. */
export function intentClasses(): IntentClass[] {
  classes ??= intentNames().flatMap((intent) => {
    const text = readFileSync(new URL(`./training/${intent}.txt`, import.meta.url), 'utf8');
    return parseTraining(intent, text);
  });
  return classes;
}

export const intentNames = (): Intent[] => Object.keys(INTENTS).filter(isIntent);

export const isIntent = (name: string): name is Intent => Object.hasOwn(INTENTS, name);

/** `[broader: a, b]` begins a class of its own whose sentences fall to `a`, else `b`, where the intent has no label. */
export function parseTraining(intent: Intent, text: string): IntentClass[] {
  const found: IntentClass[] = [];
  let current: IntentClass | undefined;
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const heading = /^\[broader: ([a-z, ]+)\]$/.exec(line);
    if (heading || !current) {
      const names = heading?.[1]?.split(',').map((name) => name.trim()) ?? [];
      current = { intent, broader: names.filter(isIntent), sentences: [] };
      found.push(current);
    }
    if (!heading) current.sentences.push(line);
  }
  return found;
}
