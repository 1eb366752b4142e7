import { comparable } from './plain-text.ts';

type Sign = { why: string; pattern: RegExp };

/** Words for the orders that an AI was given, in the languages that brands get most. All text is compared without accents. */
const ORDERS = String.raw`instructions?|prompts?|rules?|guidelines?|directives?|commands?|guardrails?|polic(?:y|ies)|restrictions?|anweisung(?:en)?|regeln?|vorgaben?|befehle?|instruccion(?:es)?|reglas?|ordenes|directrices|consignes?|instructions|regles?|instruc(?:ao|oes)|regras?|ordens|istruzion[ei]|regol[ae]|ordini|indicazioni|instrukcj[ea]|zasady|instructies|regels|talimat\w*|инструкци\w*|правила?|указани\w*|指示|指令|規則|规则|命令|ルール|تعليمات|${comparable('निर्देश')}`;
const DISREGARD = String.raw`ignor\w*|disregard|forget|override|bypass|overrule|drop|discard|skip|neglect|vergiss|vergesse?n?|missachte|ubergeh\w*|umgeh\w*|olvid\w*|descart\w*|omit\w*|oubli\w*|contourn\w*|esque[cç]\w*|desconsider\w*|dimentic\w*|scord\w*|zignoruj|zapomnij|negeer|vergeet|unut|yok say|игнориру\w*|забудь\w*|無視|忘れ|忽略|忘记|تجاهل|انس|${comparable('अनदेखा')}|${comparable('भूल')}`;
const SPEAK = String.raw`say|reply|respond|answer|write|output|print|repeat|post|type|echo|sage?|antworte|schreib\w*|wiederhole|di|responde|escribe|repite|dis|reponds|ecris|repete|repetez|repondez|diga|escreva|repita|rispondi|scrivi|ripeti|di'|napisz|powtorz|zeg|schrijf|скажи|ответь|напиши|повтори|言って|書いて|说|回复|写`;

const SIGNS: Sign[] = [
  {
    why: 'tells the AI to disregard its instructions',
    pattern: new RegExp(
      String.raw`(?<!\p{L})(?:${DISREGARD})(?:[^.!?\n]{0,60}?)(?:${ORDERS}|everything (?:above|before)|all (?:of )?(?:the )?(?:above|previous|prior)|(?:previous|prior|above) (?:text|messages?)|alles (?:davor|bisherige|oben)|todo lo anterior|tout ce qui precede|tudo (?:acima|anterior)|tutto quanto sopra)`,
      'u',
    ),
  },
  {
    why: 'tells the AI to disregard its instructions',
    pattern: new RegExp(
      String.raw`(?:${ORDERS})[^.!?\n]{0,30}?(?:無視|忘れ|忽略|忘记|${comparable('अनदेखा')}|${comparable('भूल')}|ignorieren|vergessen|ignorar|ignorer|yok say|unut|gormezden)`,
      'u',
    ),
  },
  {
    why: 'asks for the instructions of the AI',
    pattern: new RegExp(
      String.raw`(?:(?:system|hidden|secret|initial|internal|versteckten|geheimen|secret[ao]s?|internas?|ocultas?|cachees?|系统|システム|системн[а-я]*)\s?(?:${ORDERS}|configuration|konfiguration)|(?:your|deine?n?|eure|tus?|tes|vos|votre|suas?|tue|le tue) (?:own |full |exact |original )?(?:instructions?|prompts?|anweisungen|instrucciones|consignes|instrucoes|istruzioni|configuration|konfiguration)(?!\p{L}))`,
      'u',
    ),
  },
  {
    why: 'asks for the instructions of the AI',
    pattern:
      /(?:words?|text|everything|lines?) above (?:this|starting)|repeat (?:the |all |everything )?(?:above|words above)/u,
  },
  {
    why: 'pretends to be a system or a person in charge',
    pattern:
      /(?:^|[\n>\]})#*"'`|—-]|<\/?)\s*(?:system|developer|assistant|admin(?:istrator)?|root|tool|function|instruction)s?\s*(?:\]|>|:|message|prompt|override|note|update|notice|alert)/u,
  },
  {
    why: 'pretends to be a system or a person in charge',
    pattern:
      /\b(?:i am|i'm|this is|ich bin|soy|je suis|sou|sono|jestem|ik ben) (?:(?:your |the |dein |der |die |el |la |le |o |a |il |uno? |one of your |een |de )*(?:admin\w*|developer|entwickler\w*|system (?:admin\w*|operator)|openai|anthropic|(?:instagram|meta)(?:'s)? (?:support|team|security)|programm(?:er|ierer)\w*|desarrollador\w*|administra(?:teur|tore)|developpeur|desenvolvedor\w*|sviluppatore)|(?:your|dein|tu|ton|seu|il tuo) (?:new )?(?:owner|boss|ceo|creator|operator|manager|inhaber|chef|chefe|dueno|dono|jefe|patron|proprietario|capo|creador|createur|criador))\b/u,
  },
  {
    why: 'gives the AI another role or mode',
    pattern:
      /\b(?:you are now|from now on|act as|pretend (?:to be|you)|roleplay|role-play|jailbreak|dan mode|developer mode|debug mode|god mode|unrestricted|no restrictions|without (?:any )?(?:filters?|restrictions|limits)|ab jetzt|ab sofort|du bist (?:jetzt|nun)|tu dich als|entwicklermodus|a partir de ahora|desde ahora|eres ahora|ahora eres|actua como|finge|modo desarrollador|a partir de agora|agora voce e|voce agora e|aja como|desormais|a partir de maintenant|tu es maintenant|vous etes maintenant|agis comme|d'ora in poi|da ora in poi|ora sei|adesso sei|fingi|comportati come|teraz jestes|od teraz|vanaf nu|je bent nu)\b/u,
  },
  {
    why: 'gives the AI another role or mode',
    pattern: /теперь ты|отныне|с этого момента|你现在是|从现在起|今からあなた|これからは|あなたは今/u,
  },
  {
    why: 'dictates what the AI is to answer',
    pattern: new RegExp(
      String.raw`(?:^|[.!?:;,)\]\n"'>-]\s*|\b(?:and|just|please|only|now|then|must|und|bitte|nur|y|por favor|et|e|solo|so|apenas|s'il vous plait|per favore|instead|always|stattdessen)\s+)(?:${SPEAK})\b[^.!?\n]{0,40}?(?::\s*\S|["“„«‘'][^"”»]{2,}|\b(?:exactly|only|word for word|verbatim|the following|this text|after me|genau|wortlich|folgendes|exactamente|textualmente|lo siguiente|exactement|mot pour mot|ce qui suit|exatamente|o seguinte|esattamente|quanto segue|with the words?)\b)`,
      'u',
    ),
  },
  {
    why: 'dictates what the AI is to answer',
    pattern:
      /\b(?:your (?:reply|answer|response|next message|output)|the (?:reply|answer|response)|deine antwort|tu respuesta|ta reponse|votre reponse|sua resposta|la tua risposta)\b[^.!?\n]{0,20}\b(?:must|should|has to|needs to|will|muss|soll|debe|doit|deve)\b/u,
  },
  {
    why: 'tells the AI to use its tools',
    pattern:
      /\b(?:call|use|invoke|run|execute|trigger)\s+(?:the\s+|your\s+)?[a-z_]*\s?(?:tools?|functions?|plugins?|api)\b|\b(?:search_knowledge|find_answers|search_files|get_contact|escalate|tool_calls?|function_call)\b/u,
  },
  {
    why: 'asks for data of others',
    pattern:
      /\b(?:other|all|another|every|andere[rn]?|alle[rn]?|otros?|autres?|outros?|altri)\s+(?:\w+\s+)?(?:users?|customers?|clients?|tenants?|workspaces?|contacts?|kunden|clientes|accounts?|clienti|konten)\b[^.!?\n]{0,40}(?:data|details|emails?|e-mails?|phones?|numbers?|list|info\w*|address\w*|daten|liste|datos|donnees|dados|dati|orders)|\b(?:data|details|emails?|e-mails?|phone numbers?|list|daten|datos|donnees|dados|dati|liste|lista|info\w*)\b[^.!?\n]{0,30}\b(?:other|all|another|every|anderen?|aller|otros?|autres?|outros?|altri|tous les|todos os|todos los|tutti i)\s+(?:\w+\s+)?(?:users?|customers?|clients?|tenants?|workspaces?|contacts?|kunden|clientes|accounts?|clienti|konten|shops?)\b/u,
  },
  {
    why: 'asks for secrets',
    pattern:
      /\b(?:api[ _-]?keys?|access[ _-]?tokens?|environment variables?|env vars?|process\.env|secret keys?|database url|(?:show|print|give|tell|reveal|send|list|output|leak|zeig\w*|nenn\w*|gib|verrat\w*|muestra\w*|dame|dime|donne\w*|montre\w*|mostra\w*|manda\w*|dammi)\b[^.!?\n]{0,30}\b(?:your|the|admin|all|dein\w*|alle|tus?|vos|votre|suas?|tue|tuoi)\b[^.!?\n]{0,20}\b(?:passwords?|passwor[dt]e?r?|contrasenas?|mots? de passe|senhas?|credentials?))\b/u,
  },
  {
    why: 'has the form of a prompt',
    pattern:
      /<\|[^|\n]{1,30}\|>|\[\/?inst\]|<<\/?sys>>|<\/?(?:system|instructions?|prompt|message|user|assistant|tool_call|function_call)\b[^>]{0,40}>|##\s{0,3}(?:system|instruction|new|end)|(?:begin|end) of (?:message|data|comment|input|prompt|user)|---\s{0,3}end|<<<\s{0,3}\p{L}|(?:^|\n)[ \t]{0,8}>>>|\{\{[^}]*\}\}|\{%|"role"\s*:|"tool_calls"\s*:/u,
  },
];

/** Instructions that were written so that people don't see them. */
const HIDDEN = /[\u{e0020}-\u{e007e}]{4,}|[\u{202a}-\u{202e}\u{2066}-\u{2069}]/u;
/** Letters of words hidden between them, as in `i\u200bg\u200bn`. Emoji use joiners too; these are between letters. */
const SPLIT_WORDS =
  /(?<=\p{Script=Latin})(?:\u{200b}|\u{200c}|\u{200d}|\u{2060}|\u{feff}|\u{ad})+(?=\p{Script=Latin})/gu;
/** One may slip in by copying. */
const MOST_SPLITS = 2;

/** Longest text that is looked at, in UTF-16 units: Instagram's longest comment and message are far shorter. */
const LONGEST_TEXT = 10_000;

/**
 * Why a text looks as if it were written to steer an AI rather than to be read by people; empty for most. It is one of several
 * lines of defence: it knows patterns in a dozen languages, not all the ways there are to say it.
 */
export function injectionSigns(text: string): string[] {
  const cut = text.slice(0, LONGEST_TEXT);
  const plain = comparable(cut);
  const readings = [plain, joinLetters(plain), ...decoded(cut)];
  const found = SIGNS.filter(({ pattern }) => readings.some((reading) => pattern.test(reading)));
  const isHidden = HIDDEN.test(cut) || (cut.match(SPLIT_WORDS)?.length ?? 0) > MOST_SPLITS;
  const why = found.map((sign) => sign.why);
  return [...new Set(isHidden ? [...why, 'has text that people cannot see'] : why)];
}

/** `i g n o r e` and `i.g.n.o.r.e` as one word; two spaces or more are a space then. */
const joinLetters = (text: string) =>
  text.replace(/(?<!\p{L})\p{L}(?:[ .\-_*]\p{L}(?!\p{L})){3,}/gu, (letters) =>
    letters.replace(/[ .\-_*]/g, ''),
  );

/** What stands in Base64, in figures for letters ("1gn0r3") and backwards, as text. */
function decoded(text: string): string[] {
  const base64 = (text.match(/[A-Za-z0-9+/]{20,}={0,2}/g) ?? []).map((each) =>
    comparable(Buffer.from(each, 'base64').toString('utf8')),
  );
  const plain = comparable(text);
  const unleet = plain.replace(/[01345$@]/g, (sign) => LEET[sign] ?? sign);
  return [...base64, unleet, [...plain].toReversed().join('')];
}

const LEET: Record<string, string> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', $: 's', '@': 'a' };
