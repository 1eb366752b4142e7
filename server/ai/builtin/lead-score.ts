import { findClaims } from '../guardrails/find-claims.ts';
import { comparable } from '../guardrails/plain-text.ts';
import { intentVerdict } from './shipped-intents.ts';

export type LeadScore = { score: 'hot' | 'warm' | 'cold'; reasons: string[] };

type Signal = { reason: string; points: number; pattern: RegExp };

/** What people write who are about to buy, in the six languages of the built-in answers; without accents. */
const SIGNALS: Signal[] = [
  {
    reason: 'Wants to buy or book',
    points: 3,
    pattern:
      /\b(?:i(?:'ll| will| would like to|'d like to| want to| wanna)? (?:take|buy|order|purchase|book|get) |want (?:one|two|this|it|to (?:buy|order|book))|ready to (?:buy|order)|where can i (?:buy|order|get|book)|how (?:can|do) i (?:buy|order|pay|book|get)|can i (?:buy|order|book|pay)|sign me up|take my money|place an order|ich (?:nehme|kaufe|bestelle|buche|mochte (?:kaufen|bestellen|buchen))|will ich haben|(?:wo|wie) kann ich (?:kaufen|bestellen|buchen)|(?:kaufen|bestellen|buchen)\b.*\?|quiero (?:comprar|uno|una|dos|pedir|reservar|este|esta)|lo quiero|la quiero|me lo llevo|(?:donde|como) (?:puedo )?(?:compr|ped|reserv)\w*|je (?:veux|voudrais|souhaite) (?:acheter|commander|reserver|en)|je (?:prends|commande)|(?:ou|comment) (?:puis-je |peut-on )?(?:acheter|commander|reserver)|quero (?:comprar|um|uma|dois|pedir|reservar|esse|essa)|vou (?:querer|levar|comprar)|(?:onde|como) (?:posso )?(?:compr|ped|reserv)\w*|voglio (?:comprare|ordinare|prenotare)|lo voglio|la voglio|lo prendo|vorrei (?:comprare|ordinare|prenotare|acquistare)|(?:dove|come) (?:posso |si )?(?:compr|ordin|prenot|acquist)\w*)/u,
  },
  {
    reason: 'Asks to be contacted',
    points: 3,
    pattern:
      /\b(?:call me|contact me|email me|message me|send me (?:a|the|your) (?:offer|quote|invoice|link|details)|give me a call|reach me at|ruf(?:t)? mich an|meldet euch|melde dich|schickt? mir (?:ein|das|den)|llamame|contactame|escribeme|mandame (?:el|un|la)|appelez-moi|contactez-moi|envoyez-moi|me liga|me chama|me manda|entre em contato|chiamami|contattatemi|contattami|mandatemi|mandami)\b/u,
  },
  {
    reason: 'Is in a hurry',
    points: 1,
    pattern:
      /\b(?:today|tonight|asap|urgent(?:ly)?|right now|this week|immediately|heute|sofort|dringend|diese woche|hoy|urgente|ya mismo|esta semana|aujourd'hui|urgent|cette semaine|hoje|agora|oggi|subito|questa settimana)\b/u,
  },
  {
    reason: 'Asks for several or for a business',
    points: 2,
    pattern:
      /\b(?:wholesale|bulk|b2b|for my (?:company|business|shop|store|team)|quote|invoice|\d{2,} (?:pieces|units|pcs|stuck|piezas|unidades|pieces|pezzi)|grosshandel|grossbestellung|fur (?:meine firma|mein unternehmen|unseren laden)|angebot|al por mayor|mayoreo|presupuesto|para mi (?:empresa|negocio|tienda)|en gros|devis|pour mon (?:entreprise|magasin)|atacado|orcamento|para minha (?:empresa|loja)|all'ingrosso|preventivo|per la mia (?:azienda|attivita))\b/u,
  },
  {
    reason: 'Asks about payment or delivery',
    points: 1,
    pattern:
      /\b(?:pay(?:ment|pal)?|installments?|ship(?:ping|s)? to|deliver(?:y|s)?|bezahl\w*|ratenzahlung|liefer\w*|versand|pag(?:o|ar|amento)|envi(?:o|an|ais)|paiement|payer|livr\w*|entreg\w*|parcelas?|pagare|spedi\w*|consegn\w*)\b/u,
  },
  {
    reason: 'Says no',
    points: -4,
    pattern:
      /\b(?:not interested|no thanks|too expensive|stop messaging|unsubscribe|kein interesse|nein danke|zu teuer|no me interesa|no gracias|muy caro|demasiado caro|pas interesse|non merci|trop cher|sem interesse|nao obrigad[oa]|muito caro|non mi interessa|no grazie|troppo caro)\b/u,
  },
];

const HOT_FROM = 4;
const WARM_FROM = 1.5;

/** How close somebody is to buying, by signals in the text and the shipped intents. */
export function scoreByLeadSignals(text: string): LeadScore {
  const plain = comparable(text);
  const found = SIGNALS.filter(({ pattern }) => pattern.test(plain)).map(({ reason, points }) => ({
    reason,
    points,
  }));
  if (findClaims(text).some(({ kind }) => kind === 'email' || kind === 'phone')) {
    found.push({ reason: 'Leaves contact data', points: 3 });
  }
  const { scores } = intentVerdict(text);
  if ((scores.lead ?? 0) >= 0.4) found.push({ reason: 'Sounds like interest in buying', points: 2 });
  if ((scores.price ?? 0) >= 0.4) found.push({ reason: 'Asks for the price', points: 2 });
  if ((scores.spam ?? 0) >= 0.6) found.push({ reason: 'Looks like spam', points: -4 });
  if ((scores.collaboration ?? 0) >= 0.6) found.push({ reason: 'Offers something of their own', points: -1 });
  const points = found.reduce((sum, each) => sum + each.points, 0);
  const score = points >= HOT_FROM ? 'hot' : points >= WARM_FROM ? 'warm' : 'cold';
  const reasons = found.map(({ reason }) => reason);
  return { score, reasons: reasons.length > 0 ? reasons : ['Nothing in it points to buying'] };
}
